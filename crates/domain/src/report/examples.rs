//! The folds by example. A history is written line by line: `day time who what …`, all in September 2026, UTC.

use std::str::FromStr;

use jiff::tz::TimeZone;

use super::*;
use crate::access::{ActorRef, System};
use crate::routing::{RouteKind, RouteReason};
use crate::sla::{Fixed, Milestone};
use crate::ticket::{Change, EditField, Event, Handling, Rating, Severity, Unsolved};
use crate::time::Timestamp;

pub(super) fn at(day: &str, time: &str) -> Timestamp {
    format!("2026-{day}T{time}:00Z").parse().unwrap()
}

fn word<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn handling(group: &str, person: &str) -> Handling {
    let id = |t: &str| (t != "-").then(|| t.to_owned());
    Handling { group: id(group).map(Into::into), assignee: id(person).map(Into::into) }
}

fn change(words: &[&str], when: Timestamp) -> Change {
    let route = RouteReason { kind: RouteKind::Person, text: String::new() };
    match *words {
        ["opened", severity, kind, group, person] => Change::Opened {
            kind: word(kind),
            severity: word(severity),
            level: None,
            handling: handling(group, person),
            route,
            late: String::new(),
        },
        ["assigned", group, person] => {
            Change::Assigned { from: Handling::default(), to: handling(group, person), route }
        }
        ["stopped", milestone, cycle, reason, result, due_day, due_time, counted] => {
            Change::ClockStopped(Fixed {
                milestone: word(milestone),
                cycle: word(cycle),
                target_s: 3600,
                counted_s: word(counted),
                due_at: (due_day != "-").then(|| at(due_day, due_time)),
                met: result == "met",
                reason: word(reason),
                calendar_rev: None,
                retro: false,
            })
        }
        ["breached", milestone, cycle] => {
            Change::Breached { milestone: word(milestone), cycle: word(cycle), due_at: when, retro: false }
        }
        ["excused", milestone, cycle] => {
            Change::Excused { milestone: word(milestone), cycle: word(cycle), reason: "x".to_owned() }
        }
        ["kind", kind] => Change::Edited { field: EditField::Kind, from: String::new(), to: kind.to_owned() },
        ["failed", cycle] => {
            Change::ReportFailed { message: 1, said: "550".to_owned(), reopened: Some(word(cycle)) }
        }
        ["told", time] => {
            let slot_at = time.split_once('T').map(|(day, time)| at(day, time)).unwrap();
            Change::ToldUnderway { message: 1, slot_at, next_at: None }
        }
        ["resolved"] => {
            Change::Resolved { cause: None, resolution: "x".to_owned(), was: Unsolved::default() }
        }
        ["closed", reason] => Change::Closed { reason: word(reason) },
        ["reopened"] => Change::Reopened { reason: String::new(), slip: false },
        ["status", to] => Change::StatusChanged { from: word("open"), to: word(to), note: String::new() },
        ["merged"] => Change::MergedInto { number: "x".to_owned() },
        ["rated", speed, effect, attitude] => {
            let (speed, effect, attitude) = (word(speed), word(effect), word(attitude));
            Change::Rated { rating: Rating { speed, effect, attitude, comment: String::new() } }
        }
        _ => panic!("{words:?}"),
    }
}

pub(super) fn history(n: usize, text: &str) -> History {
    let mut events = Vec::new();
    for (no, line) in (1..).zip(text.lines().map(str::trim).filter(|l| !l.is_empty())) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let when = at(words[0], words[1]);
        let by = match words[2] {
            "clock" => ActorRef::System(System::Clock),
            "customer" => ActorRef::Contact("c".into()),
            who => ActorRef::Staff(who.into()),
        };
        events.push(Event { no, at: when, by, change: change(&words[3..], when) });
    }
    let organisation = Some(if n.is_multiple_of(2) { "north" } else { "south" }.into());
    let (id, number) = (format!("t{n}").into(), format!("AF-{n}"));
    let contract = Some(format!("c{}", n % 3).into()).filter(|_| !n.is_multiple_of(3));
    let requester = "c".into();
    let ticket = Known { id, number, requester, organisation, contract, received_at: events[0].at };
    History { ticket, events }
}

pub(super) fn ask(report: Report, by: Grouping) -> Ask {
    let period = Period::named(Choice::ThisMonth, "2026-09-24".parse().unwrap());
    Ask { by, ..Ask::usual(report, period, TimeZone::UTC, at("09-24", "00:00")) }
}

fn say(figure: Figure) -> String {
    match figure {
        Figure::Nothing => "–".to_owned(),
        Figure::Count(n) => n.to_string(),
        Figure::Share { part, whole } => format!("{part}/{whole}"),
        Figure::Seconds(s) => format!("{s:.0}s"),
        Figure::Mark(m) => format!("{m:.2}"),
    }
}

/// `key: column=number …`, the columns that were named.
fn told(ask: &Ask, histories: &[&str], columns: &[&str]) -> Vec<String> {
    let histories: Vec<History> = histories.iter().enumerate().map(|(n, h)| history(n, h)).collect();
    let sheet = Sheet::fold(ask, &histories);
    let line = |key: &str| {
        let cells = columns.iter().map(|c| {
            let column = ask.report.column(c).unwrap();
            let behind = sheet.behind(column, Some(key)).len();
            assert_eq!(
                behind,
                column.weight(sheet.entries(Some(key))),
                "every number keeps what is behind it"
            );
            format!(" {c}={}", say(sheet.figure(column, Some(key))))
        });
        format!("{key}:{}", cells.collect::<String>())
    };
    sheet.ordered(ask.by).into_iter().map(|(key, _)| line(key)).collect()
}

const IN_TIME: &str = "09-01 09:00 customer opened general fault desk -
    09-01 09:10 ann stopped response 1 done met 09-01 10:00 600";
const LATE: &str = "09-02 09:00 customer opened urgent fault desk ann
    09-02 09:30 clock breached response 1
    09-02 09:40 bob assigned desk bob
    09-02 09:50 bob stopped response 1 done missed 09-02 09:30 3000";
const STILL_LATE: &str = "09-03 09:00 customer opened general fault - -
    09-03 10:00 clock breached response 1";
const RUNNING: &str = "09-24 09:00 customer opened general fault desk ann";
const MERGED: &str = "09-04 09:00 customer opened general fault desk ann
    09-04 09:05 ann stopped response 1 merged met 09-04 10:00 300
    09-04 09:05 ann merged";
const EXCUSED: &str = "09-05 09:00 customer opened general fault desk ann
    09-05 10:00 clock breached response 1
    09-05 11:00 ann stopped response 1 done missed 09-05 10:00 7200
    09-06 09:00 boss excused response 1";

#[test]
fn promises_are_kept_broken_excused_or_left_out() {
    let all = [IN_TIME, LATE, STILL_LATE, RUNNING, MERGED, EXCUSED];
    let columns = ["rate", "promised", "met", "missed", "excused", "left_out", "p50", "p90"];
    assert_eq!(
        told(&ask(Report::Attainment, Grouping::Milestone), &all, &columns),
        ["response: rate=1/3 promised=3 met=1 missed=2 excused=1 left_out=1 p50=3000s p90=6360s"]
    );
    assert_eq!(
        told(&ask(Report::Attainment, Grouping::Person), &all, &["rate", "excused", "left_out"]),
        ["ann: rate=1/2 excused=1 left_out=1", "-: rate=0/1 excused=0 left_out=0",],
        "who served in time gets the merit, who had it when it became late answers for that"
    );
    assert_eq!(
        told(&ask(Report::Attainment, Grouping::Severity), &all, &["met", "missed"]),
        ["urgent: met=0 missed=1", "general: met=1 missed=1"]
    );
}

#[test]
fn whoever_is_given_a_case_because_it_fell_due_has_not_missed_it() {
    let handed = "09-02 09:00 customer opened urgent fault desk ann
        09-02 09:30 clock assigned desk bob
        09-02 09:30 clock breached response 1";
    let entered_late = "09-02 09:40 ann opened urgent fault desk bob
        09-02 09:30 clock breached response 1";
    assert_eq!(
        told(&ask(Report::Attainment, Grouping::Person), &[handed, entered_late], &["missed"]),
        ["-: missed=1", "ann: missed=1"]
    );
}

#[test]
fn a_promise_belongs_to_the_period_of_its_due_or_of_its_stop() {
    let early = "08-31 09:00 customer opened general fault desk ann
        08-31 10:00 ann stopped resolution 1 done met 09-02 09:00 3600";
    let paused = "09-01 09:00 customer opened general fault desk ann
        09-02 10:00 ann stopped resolution 1 done met - - 60";
    let late = "08-20 09:00 customer opened general fault desk ann
        08-31 10:00 clock breached resolution 1
        09-02 10:00 ann stopped resolution 1 done missed 08-31 10:00 9000";
    let all = [early, paused, late];
    let due = ask(Report::Attainment, Grouping::Milestone);
    assert_eq!(told(&due, &all, &["met", "missed"]), ["resolution: met=2 missed=0"]);
    let stop = Ask { basis: Basis::Stop, ..due };
    assert_eq!(told(&stop, &all, &["met", "missed"]), ["resolution: met=1 missed=1"]);
    assert_eq!(told(&stop.before(), &all, &["met", "missed"]), ["resolution: met=1 missed=0"]);
}

#[test]
fn a_reopened_ticket_owes_its_solution_again() {
    let open_again = "09-01 09:00 customer opened general fault desk ann
        09-01 10:00 ann stopped resolution 1 done met 09-03 09:00 3600
        09-01 10:00 ann resolved
        09-02 09:00 customer reopened";
    let late_then = format!(
        "{open_again}
        09-04 09:00 clock breached resolution 1
        09-05 09:00 bob stopped resolution 1 done missed 09-04 09:00 9000
        09-05 09:00 bob resolved"
    );
    let cadence = "09-01 09:00 customer opened urgent fault desk ann
        09-01 10:00 clock breached update 1
        09-01 10:00 clock stopped update 1 missed met 09-01 10:00 3600
        09-01 10:30 ann stopped update 2 done met 09-01 11:00 1800";
    let ask = ask(Report::Attainment, Grouping::Milestone);
    assert!(told(&ask, &[open_again], &["met"]).is_empty());
    assert_eq!(told(&ask, &[&late_then], &["met", "missed"]), ["resolution: met=0 missed=1"]);
    assert_eq!(told(&ask, &[cadence], &["met", "missed"]), ["update: met=1 missed=1"]);
}

#[test]
fn only_the_chosen_milestone_group_severity_and_customer_count() {
    let all = [IN_TIME, LATE, STILL_LATE];
    let by = |filter: Filter| Ask { filter, ..ask(Report::Attainment, Grouping::Customer) };
    let met = |filter| told(&by(filter), &all, &["met", "missed"]);
    assert_eq!(met(Filter::default()), ["north: met=1 missed=1", "south: met=0 missed=1"]);
    let group = Some("desk".into());
    assert_eq!(
        met(Filter { group, ..Filter::default() }),
        ["north: met=1 missed=0", "south: met=0 missed=1"]
    );
    let severity = Some(Severity::Urgent);
    assert_eq!(met(Filter { severity, ..Filter::default() }), ["south: met=0 missed=1"]);
    let organisation = Some("north".into());
    assert_eq!(met(Filter { organisation, ..Filter::default() }), ["north: met=1 missed=1"]);
    let milestone = Some(Milestone::Resolution);
    assert!(met(Filter { milestone, ..Filter::default() }).is_empty());
}

#[test]
fn the_last_marks_count_for_whoever_solved_it() {
    let twice = "09-01 09:00 customer opened general how_to desk ann
        09-01 10:00 bob resolved
        09-01 11:00 customer rated 1 1 1
        09-02 11:00 customer rated 5 4 5";
    let once = "08-30 09:00 customer opened general fault desk ann
        08-30 10:00 ann resolved
        09-01 11:00 customer rated 3 2 4";
    let columns = ["overall", "good", "speed", "effect", "attitude", "rated"];
    let ask = ask(Report::Satisfaction, Grouping::Person);
    assert_eq!(
        told(&ask, &[twice, once], &columns),
        [
            "ann: overall=3.00 good=1/3 speed=3.00 effect=2.00 attitude=4.00 rated=1",
            "bob: overall=4.67 good=3/3 speed=5.00 effect=4.00 attitude=5.00 rated=1",
        ]
    );
    assert_eq!(
        told(&ask, &[twice], &["speed-5", "speed-1", "effect-good"]),
        ["bob: speed-5=1 speed-1=0 effect-good=1/1"]
    );
}

#[test]
fn what_came_is_solved_in_one_of_four_ways_or_not() {
    let end = |rest: &str| format!("09-01 09:00 customer opened general fault desk ann\n{rest}");
    let all = [
        end("09-01 10:00 bob resolved \n 09-02 10:00 customer closed confirmed"),
        end("09-01 10:00 bob resolved \n 09-09 10:00 clock closed silent"),
        end("09-01 10:00 bob resolved \n 09-02 10:00 ann closed staff"),
        end("09-01 10:00 bob resolved"),
        end("09-01 10:00 bob resolved \n 09-02 10:00 customer reopened"),
        end("09-01 10:00 ann closed spam"),
        end("09-01 10:00 ann merged"),
        end("").replace("09-01", "08-31"),
    ];
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let columns =
        ["solve_rate", "confirmed", "silent", "by_staff", "awaiting", "unsolved", "reopened", "dropped"];
    assert_eq!(
        told(&ask(Report::Solving, Grouping::Group), &all, &columns),
        ["desk: solve_rate=4/5 confirmed=1 silent=1 by_staff=1 awaiting=1 unsolved=1 reopened=1 dropped=2"]
    );
    assert_eq!(
        told(&ask(Report::Solving, Grouping::Person), &all, &["came", "solved"]),
        ["ann: came=1 solved=0", "bob: came=4 solved=4"]
    );
}

#[test]
fn open_work_has_an_age() {
    let came = |day: &str| format!("{day} 00:00 customer opened general fault desk ann");
    let all = [
        came("09-23"),
        came("09-22"),
        came("09-01"),
        came("08-01"),
        format!("{}\n09-23 00:00 ann resolved", came("09-02")),
        format!("{}\n09-23 00:00 ann resolved\n09-23 01:00 customer reopened", came("09-20")),
    ];
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(
        told(
            &ask(Report::Backlog, Grouping::Month),
            &all,
            &["open", "age1", "age3", "age7", "age30", "older", "oldest"]
        ),
        [
            "2026-08: open=1 age1=0 age3=0 age7=0 age30=0 older=1 oldest=4665600s",
            "2026-09: open=4 age1=0 age3=2 age7=1 age30=1 older=0 oldest=1987200s",
        ]
    );
}

#[test]
fn recovery_is_the_wall_time_of_faults() {
    let solved = "09-01 09:00 customer opened urgent incident desk ann
        09-01 11:00 ann resolved";
    let twice = "08-31 09:00 customer opened general fault desk ann
        09-01 09:00 ann resolved
        09-02 09:00 customer reopened
        09-02 15:00 ann resolved";
    let question = "09-01 09:00 customer opened general fault desk ann
        09-01 09:30 ann kind how_to
        09-01 10:00 ann resolved";
    assert_eq!(
        told(
            &ask(Report::Recovery, Grouping::Kind),
            &[solved, twice, question],
            &["mttr", "time50", "recovered"]
        ),
        ["incident: mttr=7200s time50=7200s recovered=1", "fault: mttr=194400s time50=194400s recovered=1"]
    );
}

#[test]
fn complaints_are_counted_beside_the_others() {
    let complaint = LATE.replace("fault", "complaint");
    let columns = ["rate", "missed", "complaint_rate", "complaint_promised", "complaint_missed"];
    assert_eq!(
        told(&ask(Report::Attainment, Grouping::Milestone), &[IN_TIME, &complaint], &columns),
        ["response: rate=1/1 missed=0 complaint_rate=0/1 complaint_promised=1 complaint_missed=1"]
    );
}

#[test]
fn progress_slots_are_met_by_people_or_covered_by_a_message_or_by_nothing() {
    let case = "
        09-01 08:00 clock opened urgent fault g li
        09-01 08:20 li stopped update 1 done met 09-01 08:30 1200
        09-01 08:50 clock breached update 2
        09-01 08:50 clock stopped update 2 missed met 09-01 08:50 1800
        09-01 08:51 clock told 09-01T08:50
        09-01 09:20 clock breached update 3
        09-01 09:20 clock stopped update 3 missed met 09-01 09:20 1800
        09-01 09:30 wang stopped update 4 done met 09-01 09:50 600
        09-01 10:00 clock breached update 5
        09-01 10:00 clock stopped update 5 missed met 09-01 10:00 1800
        09-01 10:05 lead excused update 5
        09-01 10:10 li stopped update 6 superseded met 09-01 10:30 600";
    let columns = ["punctual", "slots", "on_time", "automatic", "silent_slot", "excused"];
    let by_person = ask(Report::Punctuality, Grouping::Person);
    assert_eq!(
        told(&by_person, &[case], &columns),
        [
            "li: punctual=1/3 slots=3 on_time=1 automatic=1 silent_slot=1 excused=1",
            "wang: punctual=1/1 slots=1 on_time=1 automatic=0 silent_slot=0 excused=0"
        ]
    );
    assert_eq!(told(&ask(Report::Punctuality, Grouping::Case), &[case], &columns).len(), 1);
    // The same slots as in the report of promises.
    let promises = Ask {
        filter: Filter { milestone: Some(Milestone::Update), ..Filter::default() },
        ..ask(Report::Attainment, Grouping::Person)
    };
    assert_eq!(
        told(&promises, &[case], &["rate", "promised"]),
        ["li: rate=1/3 promised=3", "wang: rate=1/1 promised=1"]
    );
    // A report that failed later is a slot again.
    let failed = format!(
        "{case}\n 09-01 11:00 clock failed 1\n 09-01 11:00 clock stopped update 1 missed met 09-01 08:30 1800"
    );
    assert_eq!(
        told(&by_person, &[&failed], &columns),
        [
            "li: punctual=0/3 slots=3 on_time=0 automatic=1 silent_slot=2 excused=1",
            "wang: punctual=1/1 slots=1 on_time=1 automatic=0 silent_slot=0 excused=0"
        ]
    );
    assert!(
        by_person.kinds().contains("told_underway") && by_person.kinds().contains("clock_stopped:update")
    );
}
