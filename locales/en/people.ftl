# Customers and people

nav-customers = Customers
customers-organisations = Organisations
customers-contacts = Contacts
customers-contracts = Contracts
customers-installations = Installations
organisation-new = New organisation
contact-new = Add a contact
contract-new = Add a contract
installation-new = Add an installation
installation = Installation
organisations-search = Name or mail domain
contacts-search = Name, phone or address
contracts-search = Contract number
installations-search = Version, such as 8.3
organisations-empty = No organisation yet.
organisations-none = No organisation fits.
contacts-empty = No contact yet.
contacts-none = No contact fits.
contracts-empty = No contract yet. Contracts are added on the page of an organisation.
contracts-none = No contract fits.
installations-empty = No installation yet. Installations are added on the page of an organisation.
installations-none = No installation fits.
to-organisations = Choose an organisation
active-true = active
active-false = inactive
sees-own = own cases only
sees-organisation = all cases of the organisation
standing-in_force = in force
standing-coming = not begun
standing-ended = ended
since = Since
organisation-none = no organisation
all-products = All products
other-products = Other products
open-ended = open-ended
open-cases = Open cases
open-cases-none = No open case.
recent-cases = Recent cases
all-cases = See all
all-contacts = See all contacts
organisation-contacts-none = No contact yet. Once added, calls and letters are recognised.
organisation-contracts-none = No contract yet; the promise of the organisation or the default one holds.
organisation-installations-none = No installation yet. Version and environment will be at hand when a case comes.
customer-note = Note (staff only)
note-help = Staff see it when they work on this customer's cases; the customer does not.
customer-edit = Edit
add = Add
remove = Remove
delete = Delete
deactivate = Deactivate
activate = Serve again

# domains
domains-help = Whoever writes from an address of these domains joins this organisation. Confirm them with the customer first.
domain-new = New mail domain
takeover-offer = Contacts without organisation who have an address of this domain: { $n }. They can join. Earlier cases stay as they are; later ones are the organisation's.
takeover = Let them join
said-joined = Contacts who joined: { $n }.

# organisation
policy-by-default = The default promise
policy-by-organisation = The promise of the organisation
policy-of-organisation-help = A contract that names another promise goes first. Only later cases are affected.
policy-of-contract-help = Only later cases are affected; each case keeps the promise with which it was received.
deactivate-organisation = Its contacts can no longer sign in to the portal. Open cases go on, data and history stay, and you can undo it at any time.
activate-organisation = Its active contacts can sign in to the portal again.
remove-organisation = Only an organisation without contacts, contracts, installations and cases can be deleted. Otherwise deactivate it.

# contact
field-contact_name = Name
contact-locale = Language of letters and portal
contact-cases = Cases
contact-cases-none = No case yet.
contact-active = Active (otherwise signed out at once and unable to sign in)
contact-merged = This contact was merged into
contact-organisation-help = Type a part of the name and choose from the list. May be left empty.
points-help = Calls, letters and sign-ins are recognised by these. Letters go to the preferred address.
points-new-help = One address or number per line, the preferred one first.
point-first = preferred
point-prefer = Prefer
point-new = Address or number
sees-help = Which cases the person sees in the portal.
portal = Portal
invite = Send an invitation
invite-help = Sends a link to the preferred address. It is good for 7 days; a password can be set then.
invite-cannot = Without an address, or inactive: cannot be invited.
said-invited = The invitation is written and waits to be sent.
remove-contact = Only a contact who has asked and written nothing can be deleted. Otherwise deactivate or merge.

# merging
merge-contact = Merge contacts
merge-help = The same person wrote from another address or number? Make one contact of the two.
merge-explain = Enter the address, number or id of the contact who stays; compare, then merge.
merge-into-contact = Contact who stays
merge-find = Compare
merge-from = Goes into the other
merge-to = Stays
merge-consequence = All cases, addresses and numbers of the other come here, and the other can no longer sign in. Messages keep the name of their author. This cannot be undone.
merge-now = Merge
said-people-merged = Merged.

# agreements
ends_on-help = The last day still counts. Leave it empty for an open end.
environment-help = Operating system, database, servers.
remove-contract = A contract that no case names can be deleted. Keep contracts that have ended: they say what was promised.
remove-installation = Deletes this installation. Cases are not affected.

# somebody else saved
stale-form = Somebody else changed this while you were editing. Below each field that differs stands what it says now; saving again keeps your version.
stale-now = Now: { $value }

# staff
admin-groups = Groups
admin-roles = Roles and rights
admin-products = Products and modules
groups-empty = No group yet.
group-new = New group
group-nobody = nobody
group-active = Active (otherwise no longer offered; its cases stay)
roles-help = Tick, then save by column. It holds from the person's next request on.
role-fixed = fixed
products-empty = No product yet.
product-new = Add a product
product-active = Active (otherwise no longer offered; cases stay as they are)
modules-help = One module per line. A module with cases cannot be removed.
remove-group = A group that no rule or view uses and that never had a ticket can be deleted. Otherwise deactivate it.
refusal-in_use_by = It cannot be deleted, because it is used by: { $uses }. You can deactivate it.
use-rule = routing rule
use-promise = steps of the promise
use-default_group = default group
use-view = saved view
use-ticket = ticket
use-deeds = what the person did here
remove-staff = A person who never signed in and never had a ticket can be deleted, such as a mistaken invitation; its link ends. Otherwise deactivate the person.
remove-product = A product without cases, contracts and installations can be deleted. Otherwise deactivate it.
right-ticket_view = See all cases
right-ticket_create = Open cases for customers
right-ticket_reply = Reply, hold, solve, record contact
right-ticket_note = Write internal notes
right-ticket_assign = Assign, transfer, take
right-ticket_classify = Change classification, severity, tags
right-ticket_close = Close, cancel, reopen, merge, split
right-ticket_excuse = Excuse a broken promise
right-ticket_emergency = Start and lead emergencies
right-report_view = See reports and the problem log
right-export = Export lists and reports
right-people_view = See customers, contacts, contracts
right-people_edit = Edit customers, contacts, contracts
right-staff_edit = Manage staff, groups, roles
right-promise_edit = Edit calendars and promises
right-desk_edit = Edit routing, fields, answers, products
right-operate = Settings, tokens, jobs, letters
right-audit_view = Read the audit
right-import = Import and export whole histories
right-knowledge_edit = Edit knowledge

# fields, issues, audit
field-contact = Contact
field-domains = Mail domains
field-active = State
field-position = Position
field-points = Addresses and numbers
field-sees = Sees
field-starts_on = From
field-ends_on = Until
field-standing = Standing
field-product_version = Version
field-environment = Environment
field-members = Members
field-modules = Modules
field-right = Right
field-rights = Rights
issue-public_domain = a public mail domain is nobody's own
issue-ambiguous = several organisations have this name; add the contact on the organisation's page
issue-same = cannot be merged with itself
issue-too_many = too many
issue-routed = a routing rule or the default group still leads here; change that first
issue-last_administrator = at least one active administrator must remain
issue-inactive = the person or the organisation is inactive
refusal-in_use = Something else still names it, so it cannot be deleted. You can deactivate it.
subject-domain = mail domain
subject-points = addresses and numbers
subject-members = members of group
subject-modules = modules of product
done-invited = invited
done-merged = merged
