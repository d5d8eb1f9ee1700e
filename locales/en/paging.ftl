# Paging until somebody acknowledges
means-in_app = on the pages
means-mail = by letter
means-push = browser push
oncall-behind = next in “{ $layer }”; those before did not answer
oncall-no_rota = there is no rota, so the supervisors
event-paged = paged { $who } ({ $means }). “{ $rota }”: { $why }
event-paged-plain = paged { $who } ({ $means }): { $why }
event-page-unanswered = { $who } did not acknowledge within { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }; the next one is paged
event-page-unanswered-last = { $who } did not acknowledge within { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }; nobody else is left to page
event-page-acknowledged = acknowledged the page ({ $means })
page-call = You are paged
page-acknowledge = Acknowledge and open
page-acknowledge-plain = Acknowledge
page-mute = Mute on this device
page-unmute = Ring on this device again
page-sound-refused = The browser does not let the page ring; press here to allow it
page-link-help = Once you acknowledge, nobody else is paged. This link needs no sign-in and is good for 24 hours.
page-link-dead = This link is not good or too old. Sign in and acknowledge at the top of the page.
page-link-home = Open the desk
page-link-open = Open the ticket (needs a sign-in)
page-over-acknowledged = { $who } acknowledged at { $at }; nobody is paged any more.
page-over-responded = { $who } was in contact with the customer or began to work at { $at }; nobody is paged any more.
page-over-taken = { $who } took the ticket at { $at }; nobody is paged any more.
page-over-called_off = { $who } took back at { $at } what had been raised by mistake; nobody is paged any more.
page-over-over = The ticket was finished at { $at }; nobody is paged any more.
said-page-acknowledged = Acknowledged; nobody else is paged
field-page_next_minutes = Page the next one after (minutes)
page-next-help = By the wall clock, whatever the calendars say. 1–60 minutes.
letter-page-subject = { $number } you are paged: { $title }
letter-page-body =
    Dear { $name },

    { $why }
    Ticket { $number }: { $title }

    Acknowledge within { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }, or the next one is paged:
    { $link }

    Open the ticket: { $case }

    { $desk }
push = Browser push
push-help = When it is on, this browser shows a notification when you are paged, also while no page is open, and you can acknowledge in it. Each device is switched on by itself.
push-add = Switch on here
push-remove = Switch off
push-this = this browser
push-is-on = Push is on in this browser.
push-none = This browser knows no push, or the desk is not opened by https.
push-refused = It could not be switched on: the browser does not allow notifications, or its push service cannot be reached. Allow notifications of this site in the browser’s settings and try again.
said-push-on = Push is on
said-push-off = Push is off
subject-oncall_push = browser push
