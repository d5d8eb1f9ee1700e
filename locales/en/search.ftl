# Search

search = Search
search-do = Search
search-hint = Words, numbers, error codes, names
search-hint-short = Search
search-for = Search for “%”
search-sections = Where to search
search-start = Type what you are looking for; two characters are enough.
search-start-more = A sentence, a ticket's number (AF-2026-00187), an error code (ORA-00054), a customer, a name, an e-mail address or a phone number.
search-empty = Nothing found for “{ $q }”.
search-advice = Try other words, or only the one or two that matter most.
search-instead = Did you mean:
search-elsewhere = There are results elsewhere: show all
search-without-filters = Search again without filters
search-loading = Search is getting ready and will be here in a moment. Tickets and queues work as usual.
search-again = Try again
search-open = Open the ticket
search-person-tickets = Show their tickets
search-mine-total = { $n ->
        [one] { $n } place
       *[other] { $n } places
    }, listed by case
search-mine = Search my cases
search-mine-hint = Words, a number or an error code
section-all = All
section-ticket = Tickets
section-message = Messages
section-people = People
hit-ticket = Ticket
hit-message = Message
hit-contact = Contact
hit-organisation = Organisation
hit-staff = Colleague
search_status-open = Open
search_status-closed = Closed
field-q = Search words
error-busy = Not ready yet. Please try again in a moment.

# Synonyms
admin-synonyms = Synonyms
field-synonyms = Synonyms
subject-synonyms = synonyms
synonyms-help = One group per line, divided by =, for example: Gantt = bar chart. A search for one of them finds the others too; what was typed stands first. A word can be in one group only. Saved groups take effect at once.
synonyms-line = Group { $n }: { $what }
issue-needs_two_words = a group has at least two words
