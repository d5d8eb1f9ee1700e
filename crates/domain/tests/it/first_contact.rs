//! First contact (K4, K5): what is answered by telephone, and what an engineer does on site.

use domain::sla::{Milestone, State};
use domain::ticket::decide;
use domain::ticket::{Change, Channel, Severity, Status};

use super::ticket::{after, agent, at, clock, customer, opened, opened_by, t0};

#[test]
fn what_is_answered_by_telephone_does_not_wait_for_an_answer() {
    let c = opened_by(Severity::General, Channel::Phone, &agent());
    assert_eq!((c.ticket.status, c.ticket.responded_at), (Status::Open, Some(t0())));
    assert_eq!(c.ticket.unanswered_since, None);
    assert_eq!(clock(&c, Milestone::Response).state, State::Met);
    // Nobody was on the telephone when a customer wrote that they had called.
    let c = opened_by(Severity::General, Channel::Phone, &customer());
    assert_eq!((c.ticket.status, c.ticket.responded_at), (Status::New, None));
    assert_eq!(c.ticket.unanswered_since, Some(t0()));
}

#[test]
fn a_part_that_is_split_off_does_not_wait_for_an_answer() {
    let (child, parent) = (opened(Severity::General), opened(Severity::General));
    let d = decide::split_from(&child, &parent, false, &agent(), at(5)).unwrap();
    assert_eq!((d.ticket.status, d.ticket.responded_at), (Status::Open, Some(at(5))));
    assert_eq!(d.ticket.unanswered_since, None);
}

#[test]
fn a_contact_on_site_is_also_the_technician_at_work() {
    let c = opened(Severity::Urgent);
    let d = decide::contacted(&c, Some(at(20)), "in the pump house", true, &agent(), at(25)).unwrap();
    assert!(
        d.events.iter().any(|e| e.change == Change::Attended { at: at(20), on_site: true }),
        "{:?}",
        d.events
    );
    let c = after(&c, d);
    for m in [Milestone::Response, Milestone::Attend] {
        assert_eq!(clock(&c, m).stopped.map(|(when, _)| when), Some(at(20)), "{m}");
    }
    // Nothing is promised for a general one, and once is enough.
    let again = decide::contacted(&c, None, "still there", true, &agent(), at(30)).unwrap();
    assert!(!again.events.iter().any(|e| matches!(e.change, Change::Attended { .. })));
    let general = opened(Severity::General);
    assert!(decide::contacted(&general, None, "on site", true, &agent(), at(30)).is_ok());
    let phoned =
        decide::contacted(&opened(Severity::Urgent), None, "called", false, &agent(), at(5)).unwrap();
    let attend = phoned.clocks.iter().find(|k| k.milestone == Milestone::Attend).unwrap();
    assert_eq!(attend.stopped, None, "a call is no technician at work");
}
