# Pages of the desk

# frame
skip = Skip to content
nav-main = Main
nav-tickets = Tickets
nav-notices = Notices
nav-log = Log
nav-me = Me
nav-queues = Queues
nav-views = Views
language-zh = 简体中文
language-en = English
theme-light = Light
theme-dark = Dark
theme-auto = As the system
account-password = Change password
offline = Connection lost, trying again. What you typed is kept.
palette = Commands
palette-hint = Command, ticket number or search
palette-open = Open ticket %
keys-title = Keyboard
keys-go = go to: { $places }
keys-queues = go to a queue
keys-move = down and up in the list
keys-choose = choose a row
keys-write = reply, internal note
keys-verbs = take, assign, hold, solve
keys-more = Escalate, start an emergency, severity, progress report, record a contact, attend, merge, link, split, watch, excuse, cancel
keys-send = send
keys-leave = leave what you write; it stays as a draft
close-panel = Close
save = Save
cancel = Cancel
edit = edit
more = More
print-all = Print all
print-whole = { $n ->
        [one] { $n } ticket, ready to be printed.
       *[other] { $n } tickets, ready to be printed.
    }
print-cut = Only the first { $n } tickets. Print the rest in parts with the filters, or export a file.
undo = Undo
unread = Unread
optional = (optional)
unchanged = same group
no-group = No group
nobody = Nobody
empty-value = empty
not-given = not given
until = until { $date }

# signing in
sign-in = Sign in
sign-in-again = Sign in, in a new tab
sign-in-title = Sign in
sign-in-login = Login or e-mail
sign-in-password = Password
sign-in-wrong = The login or the password is wrong.
sign-in-by-link = Sign in by a link
sign-in-send-link = Send the link
sign-in-link-sent = If the address is known, a link is on its way. It is good for 30 minutes.
sign-in-link-title = Sign in by link
sign-in-link-use = Press the button to sign in. The link is good once.
sign-in-link-invited = Please choose a password. The link is good once.
sign-in-link-dead = The link is used up or too old. Please ask for a new one.
sign-in-link-inactive = This account is not active and cannot sign in. Please ask an administrator.
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
password-new = New password
password-of = Login: { $login }
password-help = At least 10 characters; not your login or e-mail address.
password-set = Set password
password-set-help = You sign in again afterwards, everywhere. If you forgot the present one, sign out and ask for a link at the sign-in page.
password-set-sign-in = Set password and sign in
password-forgotten = Forgot your password? Set a new one
demo-accounts = Demo accounts
demo-own-database = The demo has its own database in the folder of --data and takes no database_url: leave it out of the configuration file and of AFTERCARE_DATABASE_URL.

# list
new-ticket = New ticket
filters = Filters
filters-clear = Clear filters
filters-apply = Apply
order-usual = Usual order
view-save = Save as view
view-name = Name of the view
view-shared = Everybody sees it
choose = Choose
bulk = For the chosen tickets
bulk-undone = { $n ->
        [one] { $n } ticket is as it was
       *[other] { $n } tickets are as they were
    }.
bulk-done = { $n ->
        [one] { $n } ticket
       *[other] { $n } tickets
    } done.
empty-queue = No tickets here. All done.
empty-filtered = No ticket matches.
empty-end = There are no more.
empty-next = Look at the unassigned ones
notices-empty = No notices.
notices-read = Mark all as read

# a ticket
verb-reply = Reply
verb-note = Internal note
verb-take = Take
verb-assign = Assign
verb-escalate = Escalate to a senior engineer
escalate-help = The senior engineer of the group with the fewest tickets takes it; of all groups if it has none.
verb-hold = Hold
verb-resume = Resume
verb-resolve = Solve
verb-close = Close
verb-reopen = Open again
verb-watch = Watch
verb-unwatch = Stop watching
verb-contact = Record a contact
verb-attend = Technician at work
verb-severity = Change severity
verb-excuse = Excuse
verb-merge = Merge
verb-link = Link
verb-split = Split
verb-cancel = Cancel the ticket
timeline-part = Entries { $first } to { $last } of { $all }.
timeline-older = Older entries
timeline-newer = Newer entries
timeline-newest = Back to the newest
more-verbs = More
never-mind = Back
verbs-handle = Handle
verbs-combine = Combine
escalate-do = Hand over
escalate-reason-help = For the colleague who takes it; the customer does not see it.
severity-do = Change
record-do = Record
contact-help = A call or a visit outside the system. It counts as the first response and as a progress report.
attend-help = A technician begins to work, remote or on site. Without a time it is now.
excuse-help = It stays recorded as late; reports count it apart.
verb-merge-help = Messages and files go on in the other ticket; this one ends. Until something else happens you can undo it for five minutes.
link-help = Each ticket names the other; both go on.
split-help = One matter of it becomes a ticket of its own, of the same requester.
cancel-help = Nobody works on it any more and its clocks stop. It can be undone.
on-site = On site
merge-into = Merge into (number)
merge-keep = Count from the earlier start
split-same = Same incident: resolution counts from the parent's start
hold-message = Message to the customer
hold-help = Needed to wait for the customer: say what you need.
solve-message = Message to the customer
resolution-help = One sentence; it becomes a line of the problem log.
plan-help = One step a line: 2026-10-09 replace the driver
write-what = Write to whom
write-here = Write here; paste a picture or drop a file
tool-bold = Bold
tool-list = List
tool-quote = Quote
tool-code = Code
tool-file = Attach a file
canned = Canned answers
draft-saved = Draft saved
draft-unsaved = Draft not saved; it will be tried again
draft-refused = Draft not saved.
upload-failed = upload failed
uploading = Waiting for the upload…
file-missing = A file was not uploaded, so nothing was sent. Please remove it or upload it again, then send.
not-sent = The connection is lost and nothing was sent. What you typed is kept; please send again when you are back online.
unsent-restored = What you had not sent yet is back.
unsent-forget = Drop it
progress-report = Progress report
verb-progress = Report progress
progress-title = Report progress to the customer
progress-help = Filled in from the case. The customer reads it on the portal and gets a letter.
progress-help-portal = The customer uses the portal: the report counts as delivered when you send it.
progress-help-letter = The customer writes letters: the report counts when the receiving mail server has taken it.
progress-help-kept = This desk has no mail server: a letter counts as handed over once it is among the outgoing letters. It does not really reach the customer.
progress-due-at = This report is due by { $at }.
progress-do = Send the report
field-phase = Phase
field-finding = Found
finding-help = What is known by now. The customer reads it.
field-next = Next step
field-expected_at = Expected
delivered-portal = on the portal ({ $at })
delivered-counted = counts as delivered from { $at }
delivered-not = does not count as delivered yet
letter-refused = A letter to { $to } did not arrive; check the address or call.
letter-waits = A letter to { $to } has not arrived yet and is tried again.
letter-open = open the letter
event-steps-passed = { $clock }: { $n ->
        [one] { $n } reminder or escalation of the time before the import is
       *[other] { $n } reminders or escalations of the time before the import are
    } not done any more
automatic = automatic
underway-missed = no report in time; the customer was told by itself
punctuality = Progress reports
punctuality-said = { $met } of { $all } in time
punctuality-excused = { $n ->
        [one] { $n } more was excused
       *[other] { $n } more were excused
    }
notice-reported = reported progress
then = Afterwards
then-nothing = keep open
then-waiting = and wait for customer
then-resolve = and solve
send = Send
internal = Internal
presence = { $name } is answering
context = Context
facts-title = The five facts
classification = Classification
service = Service
other-cases = Other open tickets of this customer
linked-cases = Linked tickets
unlink = Unlink
unlink-from = Unlink { $number }
new-ticket-open = Open the ticket
requester-help = E-mail, telephone, or a contact's id. An unknown one becomes a contact.
requester_name-help = Only for a new contact.
channel-help = A ticket entered during a call counts as responded.
received-help = For an entry after the fact, at most 72 hours ago: promises count from then.
field-received_reason = Why it is entered late
field-first_contact_at = First contact with the customer
first-contact-help = For an entry after the fact, if the customer was reached already: the first response counts at this time.
field-first_contact_by = Reached by
first-contact-me = me
severity-help = Urgent: work is stopped or data lost. General: everything else.
level-help = For faults only. 1: urgent fault. 2: a fault with a way round.
tags-help = Separate with commas.
by-rules = by the routing rules
fact-symptom-help = For example: the save button does not react
fact-occurrence-help = For example: after every sign-in, every morning
fact-system-help = For example: Windows 10 Pro 22H2
fact-version-help = See Help → About in the software
fact-error_code-help = The complete code from the dialog, or a screenshot

# API page
api-title = API
api-intro = Use Authorization: Bearer with a token. Instants are RFC 3339, errors are problem details.
api-parameters = Parameters
api-body = Body
api-required = required
api-rights = Rights:
api-any-token = any good token
api-answers = Answers
api-types = Types
api-list = list of
place-path = in the path
place-query = in the query
place-header = in the head

# What was just done
said-assigned = Transferred
said-taken = Taken
said-escalated = Handed to a senior engineer
said-reported = Progress reported
said-removed = Deleted
said-watched = Watched
said-unwatched = No longer watched
add-watcher = Add a watcher
unwatch-name = { $name } no longer watches
said-saved = Saved
said-severity = Severity changed
said-recorded = Recorded
said-merged = Merged into this ticket
said-unmerged = The merge is undone
said-linked = Linked
said-unlinked = Link removed
said-split = Split off as a new ticket
said-excused = Excused
said-noted = Note added
said-held = Put on hold
said-resumed = Resumed
said-resolved = Solved; the customer is asked to confirm
said-sent = Sent to the customer
said-wrote = Sent; it has reached the desk
said-closed = Closed
said-reopened = Opened again
said-cancelled = Cancelled
said-confirmed = Confirmed, thank you
said-rated = Thank you for your rating
said-complained = Your complaint is in hand; somebody else will handle it
stale-title = Somebody else changed the same field
stale-text = “{ $field }” was changed while you were editing. Choose which value stands.
stale-mine = Yours
stale-theirs = As it is now
stale-take-mine = Use mine
stale-take-theirs = Keep the present one
columns = Columns
columns-usual = Back to the usual ones
export = Export
keys-next = in a ticket: next, previous, back to the list
mention-hint = Type @ to mention a colleague
views-own = My views
view-remove = Delete “{ $name }”
notice-customer = the customer wrote
notice-replied = answered the customer
notice-noted = added a note
notice-mentioned = mentioned you in a note
notice-digest = { $n ->
        [one] { $n } step or breach that came more than a day late was caught up, of this ticket
       *[other] { $n } steps and breaches that came more than a day late were caught up, of these tickets
    }
entered-at = (entered { $at })
late-breach = { $clock } was due { $at }
late-step = { $clock } escalation ({ $when }) at { $at }
late-and-more = { $what }; { $n } in all
late-more = { $n } more: see the list of tickets
filters-more = More filters
