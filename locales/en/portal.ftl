# Portal, problem log, reports

# portal
portal-cases = My cases
portal-new = Report a problem
portal-all = Show all
portal-open = Only open ones
portal-empty = You have not reported anything yet.
portal-new-intro = Tell us once what you know, so that nobody has to ask again. Leave out what you do not know.
portal-q-title = What is the problem
portal-q-product = Which software
portal-q-kind = What kind
portal-q-more = More details or a screenshot
portal-q-stopped = Work is stopped, or data are lost
portal-send = Send
tag-work-stopped = customer says work is stopped
portal-next-response = An engineer contacts you by { $at }
portal-next-update = Next progress report by { $at }
portal-next-reply = An answer by { $at }
portal-next-resolution = Solved by { $at }
portal-next-working = An engineer is working on it
portal-next-confirm = We believe it is solved; please confirm
portal-next-you = Waiting for your answer; then we go on
portal-next-ended = Ended
portal-confirm = Yes, it is solved
portal-why-reopen = What is still wrong
portal-rate = Rate our service
portal-rate-send = Send
portal-comment = In your words
mark-speed = Response speed
mark-effect = Effect of the solution
mark-attitude = Attitude
portal-talk = Conversation
portal-write = Write to us
portal-ledger = Our promises
portal-promised = Promised
portal-due = Due
portal-ledger-help = Press a promise to see why it is due at that time.
portal-complain = Complain
portal-complain-what = What did we do badly
portal-complain-help = The supervisors handle complaints, not the engineer of this case.
portal-complaint-title = Complaint about { $number }
portal-withdraw = Withdraw

# problem log
log-title = Problem log
log-date = Date
log-type = Problem type
log-result = Resolution
log-solver = Solved by
log-remark = Remark
log-from = From
log-until = To
log-empty = No closed case in this period.
