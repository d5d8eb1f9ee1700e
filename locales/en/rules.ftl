# Administration of promises and rules

admin-calendars = Calendars
admin-policies = Promises
admin-routing = Routing
admin-fields = Extra fields
admin-answers = Canned answers
rules-copy = Copy
rules-remove = Delete
move-up = Move up
move-down = Move down
back-to-list = Back to the list
back-to-form = Back to the form
list-comma = { ", " }
list-semicolon = { "; " }
list-or = { " or " }
row-number = no. { $n }
revision = Revision
revisions = Revisions
revision-n = Revision { $n }
revision-view = View
revision-shown = This is revision { $n }. Preview it and save to bring it back as a new revision.
revision-open-tickets = Open tickets that keep it
revisions-help = Every save makes a new revision; older ones never change. Running clocks always follow the newest.
revisions-held-help = Every save makes a new revision; older ones never change. A ticket keeps the revision with which it came in.
save-as-revision = Save as revision { $n }
preview-changes = Preview
preview-title = Preview
preview-unsaved = This is a preview; nothing has been saved.
rules-stale-title = Somebody else saved revision { $n } while you were editing
rules-stale-list-title = Somebody else saved while you were editing
rules-stale-help = Your input is below and has not been saved. Compare it with what is there now; saving again puts yours in its place.

# calendars
calendar-new = New calendar
calendars-intro = A calendar says when promises count. When a new revision is saved, running clocks are read again with it in the background.
calendar-hours = Hours
calendar-exceptions = Exceptions
calendar-running = Running clocks
calendar-always = Around the clock, holidays included
calendar-always-open = Around the clock, 24×7 (the hours and exceptions below are ignored)
calendar-closed = closed
calendar-saved = Saved as revision { $rev }; running clocks have been read again.
rules-unchanged = Nothing has changed; it is still revision { $rev }.
calendar-saved-only = Saved as revision { $rev }.
calendar-recounting = { $n ->
        [one] { $n } running ticket is
       *[other] { $n } running tickets are
    } being recounted with the newest revision; until then { $n ->
        [one] it shows its
       *[other] they show their
    } earlier dues.
calendar-recount-stuck = { $n ->
        [one] { $n } running ticket
       *[other] { $n } running tickets
    } could not be recounted with the newest revision and { $n ->
        [one] shows its
       *[other] show their
    } earlier dues. The job can be tried again:
days-range = { $a }–{ $b }
time_zone-help = For example Asia/Shanghai.
week-help = A day may have several windows, separated by commas: 09:00–12:00, 13:00–18:00. Overnight is written 22:00–06:00. Empty means closed.
makeup-help = Hours of a make-up workday. Empty: as on Monday.
exceptions-help = One date per line: date, off or work or hours, name. Several days in a row may share a line.
exceptions-example = 2026-10-01~2026-10-07 off National Day
    2026-10-10 work
    2026-10-03 10:00–16:00 Holiday duty
exceptions-more = Paste many lines (any year)
exceptions-none = no exceptions
exceptions-off = { $n ->
        [one] { $n } day
       *[other] { $n } days
    } off
exceptions-makeup_work = { $n ->
        [one] { $n } make-up workday
       *[other] { $n } make-up workdays
    }
exceptions-custom = { $n ->
        [one] { $n } day
       *[other] { $n } days
    } with own hours
exception_words-off = off, holiday
exception_words-makeup_work = work, workday
coverage-help = Years whose public holidays are known, such as 2020–2026. Dues in other years say that they may change. Empty: holiday notices do not matter.
field-week = Weekly hours
field-makeup = Make-up workday
field-exceptions = Exceptions
field-coverage = Years with published holidays
field-date = Date
preview-days = In the next five years { $n ->
        [one] { $n } day has
       *[other] { $n } days have
    } other hours than in the present revision.
preview-no-days = The hours are the same as in the present revision.
preview-no-clocks = No clock runs in this calendar now.
preview-clocks-same = { $running ->
        [one] The due of the one running clock stays
       *[other] The dues of all { $running } running clocks stay
    }.
preview-clocks = Of { $running ->
        [one] { $running } running clock
       *[other] { $running } running clocks
    } { $changed ->
        [one] { $changed } gets
       *[other] { $changed } get
    } another due.
preview-clocks-late = Of { $running ->
        [one] { $running } running clock
       *[other] { $running } running clocks
    } { $changed ->
        [one] { $changed } gets
       *[other] { $changed } get
    } another due; { $late } would be overdue at once.
preview-moved = Tickets whose due changes
preview-late = overdue at once
preview-day-list = Show the dates that change
calendar-year = Year view
preview-unlisted = { $n ->
        [one] { $n } more day is
       *[other] { $n } more days are
    } not listed.
preview-year = { $year }: { $days ->
        [one] { $days } day
       *[other] { $days } days
    } of service, { $hours } in all
due-before = Due before
due-after = Due after
month_name-1 = January
month_name-2 = February
month_name-3 = March
month_name-4 = April
month_name-5 = May
month_name-6 = June
month_name-7 = July
month_name-8 = August
month_name-9 = September
month_name-10 = October
month_name-11 = November
month_name-12 = December
day-open = open
day-differs = other than in the present revision
day-mark-off = off
day-mark-work = wk
day-mark-custom = sp
day-changed = { $date }: { $before } becomes { $after }

# promises
policy-new = New promise
policies-intro = A ticket's promise comes from its contract, else its organisation, else the default. It keeps the revision with which it came in; a change counts for later tickets.
policy-saved = Saved as revision { $rev }; it counts from the next ticket on.
policy-frozen = Tickets that are here keep their revision; a change does not touch them.
used-default = Default
used-organisations = Organisations: { $n }
used-contracts = Contracts in force: { $n }
used-not = Not used
used-by = Used by
promise_class-urgent = Urgent (with level 1)
promise_class-level_2 = Level-2 fault
promise_class-general = General
promise_class-complaint = Complaint
means-title = What this promise means
means-within = { $milestone } within { $time }, by “{ $calendar }”
means-every = { $milestone } every { $time }, by “{ $calendar }”
means-off-hours = { " " }(if it comes outside those hours: { $time }, by “{ $calendar }”)
field-targets = Promised times
field-steps = Reminders and escalation
field-calendar = Calendar
field-action = Action
field-way = When
field-value = Percent, time or number
field-to = To
field-step_level = Level
targets-help = Written as 30 min, 2 h, 1 h 30 min. One day counts as 24 hours. Empty means that nothing is promised. While the column of complaints is empty, they are promised what other cases are.
target-none = not promised
target-as-severity = a level-2 fault follows its severity
off-hours = When it comes outside the hours
off-hours-same = the same
steps-help = What happens when, in order: at a percent of the time, a time before or after the due (counted in that promise’s calendar), or after so many progress reports missed in a row. Of steps at one instant the lower level comes first, then the order of the list. A row without a value is not saved.
step-off-hours = off-hours target only
step-line = { $when } · { $at } · { $action } (level { $level })
step-value-example = 75 or 30 min
step-to = { $action }: { $to }
step-to-none = not named
step-to-people = People
step-to-groups = Groups
step_way-percent = percent of the time
step_way-before = before the due
step_way-after = after the due
step_way-missed = reports missed in a row
preview-at = Reported at
preview-at-help = Empty means now.
preview-reported = Reported { $at }
preview-nothing = Nothing is promised.
why-calendar-off = Promised { $target } (came outside the hours), counted in “{ $calendar }”, revision { $rev }

# routing
routing-intro = A new ticket is compared with the rules from top to bottom; the first that fits decides the group. If none fits, it goes to the default group.
routing-empty = There are no rules yet; every new ticket goes to the default group.
rules-saved = Saved; it counts from the next ticket on.
rules-unsaved = There are changes that have not been saved.
rule = Rule
rule-moved = Moved to place %
rule-drag = Drag to reorder
rule-new = New rule
rule-add = Add a rule
rule-name-help = Shown on the ticket as the reason.
rule-person = Person
rule-person-pick = Also give it to the person of the group with the fewest open tickets
rule-skill = Needed skill (optional)
rule-conditions-help = Within a line any ticked word is enough; all lines must fit. A line without a tick does not matter.
rule-organisations-help = One full name per line.
rule-everything = every ticket
rule-default = If none fits:
rule-default-none = no default group
trial-title = Dry run
trial-help = Past tickets, routed by the rules as edited here; nothing is changed. Severity and kind are taken as they were when the ticket came, class and product as they are now.
trial-empty = There are no tickets yet to try the rules on.
trial-summary = Of { $total ->
        [one] the last ticket
       *[other] the last { $total } tickets
    } { $differ } would go to another group.
trial-last = Last tickets
trial-run = Dry run
trial-count = Tickets
trial-person = Person right now
trial-idle = Never fits
trial-changed = Tickets that would change
trial-same = Show { $n ->
        [one] the { $n } ticket
       *[other] the { $n } tickets
    } that would not change
trial-got = Got
trial-gets = By these rules
field-rules = Routing rules
field-last = Last tickets
subject-ticket = Ticket

# extra fields
fields-intro = What is to be recorded beyond the five facts. For forms, filters, exports and the API.
fields-empty = There are no extra fields yet.
fields-saved = Saved; it counts at once.
field-new = New field
field-add = Add a field
field-fields = Extra fields
field-label = Label
field-key = Key
field-key-help = Lower-case letters, digits and underscores; used in API and exports. Fixed once saved.
field-type = Type
field-choices = Choices
field-choices-help = One per line; only for a choice.
field-required = Must be given when a ticket is opened
field-for-customer = Customers fill it in on the portal
field-customer-tag = customers
field-only-kinds = Only for these kinds (none ticked: all)
field-only-products = Only for these products (none ticked: all)
field-removed-help = Existing tickets keep their values.
field-preview = Preview of the form
field-preview-none = Tickets of this kind have no extra fields.
field_type-text = Text
field_type-number = Number
field_type-date = Date
field_type-choice = Choice

# canned answers
answer-new = New canned answer
answers-intro = Put into a reply with one click; variables become the ticket's own words.
answers-empty = There are no canned answers yet.
answer-gone = Deleted.
answer-in = In ticket { $number }
answer-preview-in = Preview with ticket
answer-preview-newest = number; the newest if empty
field-html = Text
variable-insert = Insert a variable
variables-title = Variables
variable-number = Number of the ticket
variable-title = Title of the ticket
variable-requester = Requester
variable-organisation = Organisation
variable-product = Product
variable-assignee = Assignee
variable-due = The nearest due
variable-me = The person who writes
variable-desk = Name of the desk
done-restored = restored

# units of time that are understood
span-words-day = d, day, days
span-words-hour = h, hr, hour, hours
span-words-minute = m, min, mins, minute, minutes
span-words-second = s, sec, second, seconds

issue-bad_window = not a window; write 09:00–18:00
issue-bad_line = not understood; write 2026-10-01 off National Day
issue-twice = twice
issue-no_windows = has no hours
issue-never_opens = the week needs at least one window
issue-bad_span = not understood; write 30 min or 2 h
issue-no_calendar = choose a calendar
issue-bad_percent = a whole number from 1 to 300
issue-no_time = say one of percent, time before or after the due, missed reports
issue-bad_missed = only for progress reports; a whole number from 1 to 50
issue-bad_level = a whole number from 1 to 9
issue-beyond_start = longer than every promised time: before the start
issue-not_needed = the action gives the ticket to nobody
issue-bad_key = only lower-case letters, digits and underscores, and not twice
issue-no_choices = needs at least one choice
issue-unknown_variable = there is no such variable

announce = Take over public holidays
announce-help = Paste the text of the official notice, or the content of an .ics or JSON file. Changes are only shown; nothing counts before you save. Days with hours of your own stay.
announce-text = Notice, .ics or JSON
announce-take = Read and preview
announce-file = Choose a file
announce-missing = { $n ->
        [one] Calendar “{ $names }” has
       *[other] { $n } calendars ({ $names }) have
    } no holidays for { $year } yet; dues may change.
announce-now = Take them over
announce-now-for = Take them over: { $name }
announced-years = Found { $years }: { $off ->
        [one] { $off } day
       *[other] { $off } days
    } off, { $work ->
        [one] { $work } make-up workday
       *[other] { $work } make-up workdays
    }. The changes are below; they count once you save.
announced-days = Found { $off ->
        [one] { $off } day
       *[other] { $off } days
    } off and { $work ->
        [one] { $work } make-up workday
       *[other] { $work } make-up workdays
    }, too few for a whole year. The changes are below; they count once you save.
announced-backwards = A range ends before it begins, or goes beyond the year without naming the next one; not taken over, please correct it and read the text again ({ $n }):
announced-unread = Not understood, please check ({ $n }):
announced-assumed = The text names no year and was read as { $year }. If another is meant, write it in front and take it over again.
announced-doubts = The weekday does not belong to the date; read by the date, please check ({ $n }):
announced-doubt = { $date } is a { $right }, the text says { $said } (“{ $line }”)
announced-miscounts = The number of days is not that of the dates; read by the dates, please check ({ $n }):
announced-miscount = the text says { $said }, the dates are { $read } (“{ $line }”)
export-ics = Export .ics
export-json = Export JSON
field-announcement = Public holidays
issue-no_days = no dates were found
issue-unknown_shape = JSON of an unknown shape
