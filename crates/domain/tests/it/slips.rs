//! Ends that are taken back at once, and the silence rule after a long absence.

use domain::access::{Actor, System};
use domain::sla::Milestone;
use domain::ticket::decide::{self, Body, Case, Draft, Reclassify, Solution};
use domain::ticket::{Before, Cause, CloseReason, RaiseMode, Severity, Status};

use crate::ticket::{after, agent, at, clock, customer, opened};

#[test]
fn a_slip_leaves_the_clocks_and_the_count_as_they_were() {
    let before = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let solved = after(&before, decide::resolve(&before, solution, &agent(), at(10)).unwrap());
    let due = |c: &Case| clock(c, Milestone::Resolution).due_at;
    let back = after(&solved, decide::reopen(&solved, None, "", &agent(), at(12)).unwrap());
    assert_eq!((back.ticket.reopened, due(&back)), (0, due(&before)));
    for (who, reason, minutes) in [(customer(), "", 12), (agent(), "still there", 12), (agent(), "", 16)] {
        let back = after(&solved, decide::reopen(&solved, None, reason, &who, at(minutes)).unwrap());
        assert_eq!((back.ticket.reopened, due(&back) > due(&before)), (1, true), "{reason} {minutes}");
    }
}

#[test]
fn a_cancelled_ticket_that_is_taken_back_still_owes_its_answer() {
    let before = opened(Severity::General);
    let running = |c: &Case| -> Vec<_> {
        c.clocks.iter().filter(|k| k.is_running()).map(|k| (k.milestone, k.due_at)).collect()
    };
    let reason = CloseReason::Withdrawn;
    let gone = after(&before, decide::cancel(&before, reason, &agent(), at(10)).unwrap());
    assert!(running(&gone).is_empty());
    let back = after(&gone, decide::reopen(&gone, None, "", &agent(), at(11)).unwrap());
    assert_eq!(running(&back), running(&before));
    let later = after(&gone, decide::reopen(&gone, None, "", &customer(), at(20)).unwrap());
    assert_eq!(clock(&later, Milestone::Response).due_at, Some(at(70)), "ten minutes did not count");
}

#[test]
fn a_slip_gives_back_what_the_solution_replaced() {
    let before = opened(Severity::General);
    let solution = Solution {
        cause: Some(Cause::Network),
        resolution: "restarted".into(),
        remark: Some("r".into()),
        ..Solution::default()
    };
    let decision = decide::resolve(&before, solution.clone(), &agent(), at(10)).unwrap();
    let ended = Before::of(&decision.events);
    let solved = after(&before, decision);
    assert!(!clock(&solved, Milestone::Response).is_running());
    let back = after(&solved, decide::reopen(&solved, ended.as_ref(), "", &agent(), at(11)).unwrap());
    let (t, was) = (&back.ticket, &before.ticket);
    assert_eq!(
        (t.status, t.cause, &t.resolution, &t.remark, t.responded_at, t.unanswered_since),
        (was.status, was.cause, &was.resolution, &was.remark, None, was.unanswered_since)
    );
    assert!(clock(&back, Milestone::Response).is_running());
    // A message with the solution was an answer, whatever became of the solution.
    let said = Solution {
        draft: Some(Draft { body: Body::from_text("b"), files: vec![], ..Draft::default() }),
        ..solution
    };
    let decision = decide::resolve(&before, said, &agent(), at(10)).unwrap();
    let ended = Before::of(&decision.events);
    let solved = after(&before, decision);
    let back = after(&solved, decide::reopen(&solved, ended.as_ref(), "", &agent(), at(11)).unwrap());
    assert_eq!((back.ticket.responded_at, back.ticket.resolution.as_str()), (Some(at(10)), ""));
    assert!(!clock(&back, Milestone::Response).is_running());
    // Not a slip: what was found out stays.
    let later =
        after(&solved, decide::reopen(&solved, ended.as_ref(), "again", &customer(), at(20)).unwrap());
    assert_eq!(later.ticket.resolution, "restarted");
}

#[test]
fn a_late_reminder_leaves_the_customer_a_working_day() {
    let c = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let c = after(&c, decide::resolve(&c, solution, &agent(), at(10)).unwrap());
    let system = Actor::System(System::Silence);
    let late = at(60 * 24 * 30);
    let first = after(&c, decide::tick_silence(&c, &system, late).unwrap());
    let next = first.ticket.silence_at.unwrap();
    assert!(next > late, "the second reminder does not come with the first");
    let second = after(&first, decide::tick_silence(&first, &system, next).unwrap());
    let close = second.ticket.silence_at.unwrap();
    assert!(close > next);
    assert_eq!(
        after(&second, decide::tick_silence(&second, &system, close).unwrap()).ticket.status,
        Status::Closed
    );
}

#[test]
fn whatever_changes_a_case_went_through_it_has_the_promises_of_what_it_is() {
    use Severity::{General, Urgent};
    let owed = |c: &Case| -> Vec<_> {
        let mut running: Vec<_> = c.clocks.iter().filter(|k| k.is_running()).map(|k| k.milestone).collect();
        running.sort_unstable();
        running
    };
    for mode in [RaiseMode::Misclassified, RaiseMode::NewFacts] {
        for path in [
            &[General, Urgent, General, Urgent][..],
            &[Urgent, General, Urgent],
            &[Urgent, General, Urgent, General],
        ] {
            let mut c = opened(path[0]);
            for (i, severity) in (1..).zip(&path[1..]) {
                let to = Reclassify { severity: *severity, level: None, mode, reason: "r".to_owned() };
                c = after(&c, decide::set_severity(&c, &to, &[], &agent(), at(10 * i)).unwrap());
                let fresh = opened(*severity);
                assert_eq!(owed(&c), owed(&fresh), "{mode:?} {path:?} {i}");
                let from_start = mode == RaiseMode::Misclassified || *severity == General;
                let due = |c: &Case| {
                    let mut running = c.clocks.iter().filter(|k| k.is_running());
                    running.find(|k| k.milestone == Milestone::Resolution).and_then(|k| k.due_at)
                };
                assert_eq!(due(&c) == due(&fresh), from_start, "{mode:?} {path:?} {i}");
            }
        }
    }
}

#[test]
fn a_close_that_is_taken_back_waits_for_the_customers_word_again() {
    let before = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let solve = decide::resolve(&before, solution, &agent(), at(10)).unwrap();
    let mut history = solve.events.clone();
    let solved = after(&before, solve);
    let close = decide::close(&solved, CloseReason::Staff, &agent(), at(20)).unwrap();
    history.extend(close.events.clone());
    let (closed, ended) = (after(&solved, close), Before::of(&history));
    let back = decide::reopen(&closed, ended.as_ref(), "", &agent(), at(21)).unwrap();
    let t = after(&closed, back).ticket;
    assert_eq!((t.status, t.reopened, t.closed_at, t.close_reason), (Status::Resolved, 0, None, None));
    assert_eq!((t.resolved_at, t.silence_at), (Some(at(10)), solved.ticket.silence_at));
    for (who, reason, minutes) in [(customer(), "", 21), (agent(), "no", 21), (agent(), "", 26)] {
        let open = decide::reopen(&closed, ended.as_ref(), reason, &who, at(minutes)).unwrap();
        let t = after(&closed, open).ticket;
        assert_eq!((t.status, t.reopened), (Status::Open, 1), "{reason} {minutes}");
    }
}

#[test]
fn what_nobody_has_answered_is_new_again_after_waiting() {
    let before = opened(Severity::General);
    let held = decide::hold(&before, Status::WaitingVendor, "parts", None, &agent(), at(5)).unwrap();
    let held = after(&before, held);
    let back = after(&held, decide::resume(&held, &agent(), at(6)).unwrap());
    assert_eq!(back.ticket.status, Status::New);
    let draft = Draft { body: Body::from_text("b"), files: vec![], ..Draft::default() };
    let answered = after(&back, decide::reply(&back, draft, &agent(), at(7)).unwrap());
    let held = decide::hold(&answered, Status::WaitingVendor, "parts", None, &agent(), at(8)).unwrap();
    let held = after(&answered, held);
    assert_eq!(decide::resume(&held, &agent(), at(9)).unwrap().ticket.status, Status::Open);
}
