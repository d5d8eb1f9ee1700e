# Letters to customers

letter-received-subject = { $number } received: { $title }
letter-received-body =
    Dear { $name },

    we have your request “{ $title }”. Its number is { $number }.
    Next: an engineer contacts you { $next }.

    Progress and more details: { $link }

    { $desk }
letter-received-body-plain =
    Dear { $name },

    we have your request “{ $title }”. Its number is { $number }.

    Progress and more details: { $link }

    { $desk }
letter-answered-subject = { $number } answered: { $title }
letter-answered-body =
    Dear { $name },

    { $message }

    Read and answer: { $link }

    { $desk }
letter-waiting-subject = { $number } needs your answer: { $title }
letter-waiting-body =
    Dear { $name },

    { $message }

    We go on as soon as you answer: { $link }

    { $desk }
letter-solved-subject = { $number } solved, please confirm: { $title }
letter-solved-body =
    Dear { $name },

    { $message }

    Please confirm that it is solved, and rate our service: { $link }
    If it is not, choose “Open again” on that page.

    { $desk }
letter-solved-body-else =
    Dear { $name },

    { $message }

    Please confirm that it is solved, and rate our service: { $link }
    If it is not, choose “Open again” on that page.

    Is there anything else? Write it under “Is there anything else?” on that page, and we open another case for it.

    { $desk }
letter-reminder-subject = { $number } is it solved? { $title }
letter-reminder-body =
    Dear { $name },

    we believe that “{ $title }” is solved, and have not heard from you.
    Confirm or open again: { $link }
    Without an answer the ticket is closed by rule.

    { $desk }
letter-by = by { $at }
letter-link-subject = { $desk }: your sign-in link
letter-link-body =
    Dear { $name },

    open this link to sign in. It is good for 30 minutes, and once:
    { $link }

    If you did not ask for it, ignore this letter.
letter-invitation-subject = { $desk }: your invitation
letter-invitation-body =
    Dear { $name },

    open this link to set your password. It is good for seven days:
    { $link }
letter-progress-subject = { $number } progress: { $title }
letter-progress-body =
    Dear { $name },

    this is where “{ $title }” stands:

    { $message }

    All reports, and your answer: { $link }

    { $desk }
letter-underway-subject = { $number } still in work: { $title }
letter-underway-body =
    Dear { $name },

    { $message }
    (This was sent automatically. Our engineer’s report is later than agreed; you get it as soon as it is written.)

    Progress: { $link }

    { $desk }
letter-emergency-subject = { $number } emergency update: { $title }
letter-emergency-body =
    Dear { $name },

    there is news of the emergency “{ $title }”:

    { $message }

    Progress and answers: { $link }

    { $desk }
report-phase = Phase
report-finding = Found
report-next = Next step
report-expected = Expected
report-line = { $what }: { $value }
underway = We are still working on it.
underway-next = We are still working on it. Next report: { $at }.
letter-copy-body =
    Dear { $name },

    { $message }

    You are in copy of this case. Answer this mail to add to it.

    { $desk }
letter-files-left = Too large to go with this letter: { $names }. They can be read at the desk.
letter-forwarded-subject = { $number } { $title }
letter-forwarded-body =
    { $message }

    Answer this mail to reach { $desk }.
letter-transcript-subject = { $number } transcript of your chat: { $title }
letter-transcript-body =
    Dear { $name },

    this is what was said in the chat.

    { $message }

    See the case or add to it: { $link }

    { $desk }
