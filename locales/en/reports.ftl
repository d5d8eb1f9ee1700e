# Reports

nav-reports = Reports
report-overview = Overview
report-attainment = Promises kept
report-recovery = Time to recovery
report-satisfaction = Satisfaction
report-solving = Solve rate
report-backlog = Open work
report-punctuality = Reports in time
report-appraisal = Response appraisal
report-conduct = Repeated misses

# choosing
period-this_month = This month
period-last_month = Last month
period-this_quarter = This quarter
period-last_12_months = Last 12 months
period-days = From … to …
grouping-milestone = By promise
grouping-group = By group
grouping-person = By person
grouping-severity = By severity
grouping-customer = By customer
grouping-contract = By contract
grouping-hour = By hour of the week
grouping-kind = By kind of service
grouping-case = by case
grouping-month = By month
grouped-milestone = Promise
grouped-group = Group
grouped-person = Person
grouped-severity = Severity
grouped-customer = Customer
grouped-contract = Contract
grouped-hour = Hour of the week
grouped-kind = Kind of service
grouped-case = Case
grouped-month = Month
basis-due = Counted when due
basis-stop = Counted when done
nobody-group = No group
nobody-person = Nobody
nobody-customer = No organisation
nobody-contract = No contract
field-period = Period
field-from = From
field-until = Until
field-by = Grouping
field-milestone = Promise
field-basis = Counted when
field-column = Measure
report-all-promises = All promises
report-which-customer = Several customers fit; choose one
report-print = Print

# sentences
report-month = { $year }-{ $month }
report-days = { $from } to { $until }
report-promises = service promises
report-said-attainment = { $period }, { $what }: { $rate } kept, { $change }. { $promised ->
        [one] { $promised } promise
       *[other] { $promised } promises
    } counted, { $missed } missed.
report-said-recovery = { $period }: faults were recovered in { $mttr } on average, { $change }. { $recovered ->
        [one] The { $recovered } ticket took no longer than { $time50 }
       *[other] Half of the { $recovered } tickets took no longer than { $time50 }
    }.
report-said-satisfaction = { $period }: customers gave { $overall } of 5, { $change }. { $rated ->
        [one] { $rated } ticket has
       *[other] { $rated } tickets have
    } marks; { $good } of the marks { $good ->
        [one] is
       *[other] are
    } 4 or 5.
report-said-solving = { $period }: { $came ->
        [one] { $came } ticket
       *[other] { $came } tickets
    } came, { $solve_rate } are solved, { $change }. Customers confirmed { $confirmed }; { $silent } { $silent ->
        [one] was
       *[other] were
    } closed after silence.
report-said-backlog = { $open ->
        [one] { $open } ticket is
       *[other] { $open } tickets are
    } open; { $age30 } came 7 to 30 days ago, { $older } more than 30 days ago. The oldest came { $oldest } ago.
report-said-punctuality = { $period }: { $punctual } of the progress reports came in time, { $change }. { $slots ->
        [one] { $slots } was due
       *[other] { $slots } were due
    }; { $automatic ->
        [one] { $automatic } time
       *[other] { $automatic } times
    } the customer was told automatically, { $silent_slot ->
        [one] { $silent_slot } time
       *[other] { $silent_slot } times
    } not at all.
report-no-data = nothing to measure in this period
report-change-none = nothing to compare in { $before }
report-change-same = the same as in { $before }
report-points-up = { $n ->
        [one] { $n } percentage point
       *[other] { $n } percentage points
    } above { $before }
report-points-down = { $n ->
        [one] { $n } percentage point
       *[other] { $n } percentage points
    } below { $before }
report-time-up = { $n } longer than in { $before }
report-time-down = { $n } shorter than in { $before }
report-marks-up = { $n } above { $before }
report-marks-down = { $n } below { $before }
report-rate-of = { $what } kept
report-oldest = The oldest came { $time } ago
report-nothing = –
report-total = Total
report-distribution = Distribution of marks
report-charted = The chart shows the first { $shown } of { $all }; the table has them all.
conduct-rule = The rule: { $n ->
        [one] { $n } first response
       *[other] { $n } first responses
    } missed in { $days ->
        [one] { $days } day
       *[other] { $days } days
    } { $n ->
        [one] is
       *[other] are
    } proposed for “{ $what }”. Excused ones do not count, and each miss is named in one proposal only. The person is heard and a supervisor decides; nothing happens by itself.
conduct-look = Look for new ones
said-conduct-new = New proposals were made, and the people told
said-conduct-none-new = There are no new proposals
conduct-none = No proposals.
conduct-own = Proposals about me
conduct-own-none = There are no proposals about you.
conduct-because = { $n ->
        [one] { $n } first response
       *[other] { $n } first responses
    } missed in { $days ->
        [one] { $days } day
       *[other] { $days } days
    } (the rule is { $enough }):
conduct-due = due
conduct-excused = excused since
conduct-proposed = Proposed
conduct-made = Made
conduct-decider = Decided by
conduct-objection = Objection
conduct-object-text = What you say
conduct-object = Object
conduct-reason = Reason of the decision
conduct-uphold = Uphold
conduct-drop = Drop
conduct-heard = The person may object before { $at }; without an objection it can be upheld only then.
conduct-too-few = After what was excused too few misses are left to uphold it.
conduct-decided = Decided by { $who }, { $at }: { $reason }
consequence-talk = Talk
consequence-training = Training
stand-proposed = To be heard
stand-objected = Objected
stand-upheld = Upheld
stand-dropped = Dropped
news-conduct-proposed = Something is proposed about you; please look at it, you may object
news-conduct-objected = { $who } objects to a proposal
news-conduct-upheld = The proposal about you is upheld
news-conduct-dropped = The proposal about you is dropped
subject-conduct = Proposal after repeated misses
field-miss_count = Missed first responses
field-miss_days = Within days
field-miss_consequence = Proposed
field-consequence = Proposed
field-objection = Objection
field-state = State
miss-help = When one person misses so many within so many days, supervisors find it under “Reports → Repeated misses” and decide; nothing happens by itself.
issue-decided = There is a decision or an objection already
issue-too_soon = The person may still object; it cannot be upheld yet
issue-excused = After what was excused too few misses are left
issue-own_case = Nobody decides about themselves
report-heat = By weekday and hour in which the tickets came; the stronger the colour, the greater. The numbers lead to the tickets.
report-hour-about = { $hour }, { $n } counted
appraisal-said = { $period }: { $cases ->
        [one] { $cases } first response
       *[other] { $cases } first responses
    }, { $kept } kept. Compared with like cases, { $better ->
        [one] { $better } person is
       *[other] { $better } people are
    } above what is expected and { $worse } below.
appraisal-verdict = Compared with expectation
appraisal-far = Waits much for customers
appraisal-cases = Responses
appraisal-met = In time
appraisal-kept = Kept
appraisal-expected = Expected
appraisal-ratio = Kept ÷ expected
appraisal-interval = 95% interval
appraisal-median = Median time
appraisal-usual_median = Expected median
appraisal-waiting = Waiting for customers
appraisal-waiting_cases = Tickets of that share
verdict-too_few = Too few
verdict-usual = As expected
verdict-better = Above
verdict-worse = Below
appraisal-how = What is expected corrects for the cases: first responses are put in strata by severity, by when they came (9:00–18:00 of workdays, other hours of workdays, days off) and by how much came in the same hour (thirds of the cases); the share that everybody kept in each stratum says how many of the same cases everybody would have kept. The 95% interval of the ratio is Wilson's; only where it does not hold 1 is somebody above or below. Nobody with fewer than { $few } is compared. Sorted by name, not ranked. Excused ones and complaints do not count. Being in time is credited to whoever responded, being late to whoever had the ticket then.
appraisal-how-waiting = Waiting for customers: of the service hours in which a ticket was in their hands and not solved, the part in “waiting for customer”. Marked are those with at least 20 tickets whose share is 1.5 times that of everybody and 10 percentage points above it.
report-marks = { $n }
report-empty = There is nothing to count in this period.
report-only = Only: { $what }
report-empty-next = See the last 12 months
report-none-open = No open tickets. Everything is done.
report-none-open-next = See all tickets
report-cases = { $n ->
        [one] { $n } line
       *[other] { $n } lines; each counted once
    }. The number opens the ticket.
report-counted-as = Counted as
report-value = Value
export-value = Value (s)

# how each report counts
report-how-attainment = Kept = met ÷ (met + missed). Excused ones are listed apart; those not yet due do not count; those merged, cancelled or reclassified before they were late are “left out”. Promises about complaints are counted in columns of their own, not among these. Being in time is credited to whoever served; being late to whoever had it when it fell due. Times are counted within the promise's calendar.
report-how-recovery = Only incidents and faults: wall time from coming to the last solution, with nights, holidays and waiting for the customer. A ticket that was opened again counts once it is solved again.
report-how-satisfaction = The last marks of each ticket, in the period in which they were given, for whoever solved it. The overall mark is the mean of the three.
report-how-solving = What has become of the tickets that came in this period. Withdrawn, duplicate, spam and merged ones are “left out”.
report-how-backlog = Tickets that are not solved now, by the wall time since they came.
report-how-punctuality = Each slot counts once: a report by people that was delivered by the due, or an answered call, is in time and credited to whoever gave it; otherwise it is missed and counts for whoever had the case then. Automatic messages are no reports. A slot that the solution ended in time counts as met; excused ones are listed apart.

# columns
column-rate = Kept
column-promised = Promised
column-met = Met
column-missed = Missed
column-excused = Excused
column-left_out = Left out
column-complaint_rate = Complaints kept
column-complaint_promised = Complaint promises
column-complaint_missed = Complaints missed
column-punctual = In time
column-slots = Due
column-on_time = In time (count)
column-slots_missed = Missed
column-automatic = of these told automatically
column-silent_slot = of these not told
column-retro_slot = Established afterwards, not counted
column-p50 = Median time
column-p90 = 90th percentile
column-mttr = Mean time to recovery
column-time50 = Median time
column-time90 = 90th percentile
column-recovered = Recovered
column-overall = Overall
column-good = 4 or 5
column-speed = Speed
column-effect = Effect
column-attitude = Attitude
column-rated = Tickets with marks
column-speed-5 = Speed 5
column-speed-4 = Speed 4
column-speed-3 = Speed 3
column-speed-2 = Speed 2
column-speed-1 = Speed 1
column-speed-good = Speed 4 or 5
column-effect-5 = Effect 5
column-effect-4 = Effect 4
column-effect-3 = Effect 3
column-effect-2 = Effect 2
column-effect-1 = Effect 1
column-effect-good = Effect 4 or 5
column-attitude-5 = Attitude 5
column-attitude-4 = Attitude 4
column-attitude-3 = Attitude 3
column-attitude-2 = Attitude 2
column-attitude-1 = Attitude 1
column-attitude-good = Attitude 4 or 5
column-solve_rate = Solve rate
column-came = Came
column-solved = Solved
column-confirmed = Confirmed
column-silent = After silence
column-by_staff = By staff
column-awaiting = Awaiting customer
column-unsolved = Not solved
column-reopened = Opened again
column-dropped = Left out
column-open = Open
column-age1 = Under 1 day
column-age3 = 1 to 3 days
column-age7 = 3 to 7 days
column-age30 = 7 to 30 days
column-older = Over 30 days
column-age50 = Median age
column-oldest = Oldest

# the same in exports, with units
export-rate = Kept (%)
export-complaint_rate = Complaints kept (%)
export-milestone = Next promise
export-due = Due
export-punctual = In time (%)
export-p50 = Median time (s)
export-p90 = 90th percentile (s)
export-mttr = Mean time to recovery (s)
export-time50 = Median time (s)
export-time90 = 90th percentile (s)
export-good = 4 or 5 (%)
export-speed-good = Speed 4 or 5 (%)
export-effect-good = Effect 4 or 5 (%)
export-attitude-good = Attitude 4 or 5 (%)
export-solve_rate = Solve rate (%)
export-age50 = Median age (s)
export-oldest = Oldest (s)

# what-if
report-what_if = What if
field-month = Month
field-target_response = Time to first response
field-target_resolution = Time to resolution
what-if-all = All
what-if-as-it-was = As it was
what-if-as-promised = As promised
what-if-example = such as 30 min
what-if-example-long = such as 4 h
what-if-do = Replay
what-if-before = As it was
what-if-after = Replayed
what-if-none = none
what-if-due = Due, replayed
what-if-rate = Rate
what-if-rate-before = Rate as it was (%)
what-if-rate-after = Rate replayed (%)
what-if-promised = Promises
what-if-cases = Promises that come out otherwise
what-if-empty = No promise fell due in that month
what-if-said = { $n ->
        [one] { $n } promise
       *[other] { $n } promises
    } of the month: { $before } kept would become { $after }. { $worse } would be missed, { $better } would be kept.
what-if-flips = { $n ->
        [one] { $n } comes
       *[other] { $n } come
    } out otherwise
what-if-as-it-stood = As it stood then
what-if-nobody = Nobody on call (service hours only)
what-if-answers = With the other rota { $sooner ->
        [one] { $sooner } answer comes
       *[other] { $sooner } answers come
    } sooner, { $later } later, { $same } when they came; { $off } { $off ->
        [one] was given outside of duty, or while its promise did not count, and stays as it was.
       *[other] were given outside of duty, or while their promise did not count, and stay as they were.
    }
what-if-moved = Answer
what-if-because-duty = { $who } has the duty from { $since }
what-if-because-house = service hours from { $since }
what-if-because-nobody = nobody is on duty in the time that is looked at
what-if-house = Service hours
what-if-answered = Answered
what-if-answered-after = Answered, replayed
what-if-since = Somebody there since
what-if-on-duty = On duty
what-if-how-rota = Another rota: for as long as somebody was on duty before the real answer, somebody must be on duty by the other rota; then the answer comes, and is held against the same due. On duty means that the rota names somebody (overrides, leave and fallback included) or that it is service hours by the silence rule’s calendar, while the promise counts; “as it stood then” is the rota that the ticket’s present group had, a chosen one is taken as if it had always been in force. First response, technician at work and reply move; resolution does not, since how long a repair takes does not follow from who is on duty. Answers of a ticket keep their order: none comes before one that was given earlier. What was answered outside of duty, what was never answered, and what began more than { $days ->
        [one] { $days } day
       *[other] { $days } days
    } before the month, stays as it was.
what-if-how = The promises that fell due in the month, as in the report “Promises kept”, are counted again from their own start, pauses and end, with other times or in another calendar; the time is chosen at the start, calendars are the newest revision, the level is the ticket’s present one. Not replayed: progress reports (another time makes other slots) and complaints. A month with more than { $most ->
        [one] { $most } ticket
       *[other] { $most } tickets
    } is not replayed.
issue-too_many_tickets = has too many tickets to be replayed
outcome-kept = kept
outcome-missed = missed
outcome-excused = excused
outcome-apart = not counted
what-if-asks-nothing = Choose at least one thing to be other than it was: rota, promise, calendar or a time.
what-if-made-month = Replayed month
what-if-made-severity = Chosen severity
what-if-made-group = Chosen group
what-if-made-rota = Chosen rota
what-if-made-policy = Chosen promise
what-if-made-calendar = Chosen calendar
what-if-made-response = Time to first response, typed
what-if-made-resolution = Time to resolution, typed
issue-bad_month = write it as 2026-08, from the year 2000 on, no later than this month
