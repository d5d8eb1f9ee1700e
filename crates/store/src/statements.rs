//! The list of all statements, for the test that prepares every one of them on both engines.

use domain::access::Scope;
use domain::id::{ContactId, GroupId, OrgId};
use domain::ticket::{Channel, IssueClass, Kind, Level, Severity, Status};
use domain::time::Timestamp;

use crate::db::Engine;
use crate::ticket::{Cursor, Filter, LogFilter, Order};

/// Name and text of every statement, in an engine's own spelling.
pub fn all_statements(engine: Engine) -> Vec<(String, String)> {
    let lists: &[(&str, &[(&str, crate::statement::Stmt)])] = &[
        ("admin", crate::admin::STATEMENTS),
        ("digest", crate::digest::STATEMENTS),
        ("answer", crate::answer::STATEMENTS),
        ("appointment", crate::appointment::STATEMENTS),
        ("emergency", crate::emergency::STATEMENTS),
        ("emergency::find", crate::emergency::FIND_STATEMENTS),
        ("feed", crate::feed::STATEMENTS),
        ("archive", crate::archive::STATEMENTS),
        ("chat", crate::chat::STATEMENTS),
        ("conduct", crate::conduct::STATEMENTS),
        ("copied", crate::copied::STATEMENTS),
        ("dkim", crate::dkim::STATEMENTS),
        ("file", crate::file::STATEMENTS),
        ("housekeeping", crate::housekeeping::STATEMENTS),
        ("import", crate::import::STATEMENTS),
        ("job", crate::job::STATEMENTS),
        ("kit", crate::kit::STATEMENTS),
        ("letter", crate::letter::STATEMENTS),
        ("mail_in", crate::mail_in::STATEMENTS),
        ("mailbox", crate::mailbox::STATEMENTS),
        ("node", crate::node::STATEMENTS),
        ("revision", crate::revision::STATEMENTS),
        ("rules", crate::rules::STATEMENTS),
        ("session", crate::session::STATEMENTS),
        ("staff", crate::staff::STATEMENTS),
        ("work", crate::db::STATEMENTS),
    ];
    let parts = [crate::ticket::LISTS, crate::directory::LISTS, crate::oncall::LISTS];
    let constants = lists.iter().chain(parts.into_iter().flatten()).flat_map(|(module, list)| {
        list.iter().map(move |(name, s)| (format!("{module}::{name}"), engine.text(s).to_owned()))
    });
    let shapes = list_shapes(engine).into_iter().chain(crate::report::shapes(engine));
    let shapes = shapes.chain(crate::emergency::shapes(engine)).chain(crate::appointment::shapes(engine));
    constants.chain(shapes).chain(crate::directory::shapes(engine)).collect()
}

/// Every part of the assembled ticket list: all scopes, all orders, all conditions at once.
fn list_shapes(engine: Engine) -> Vec<(String, String)> {
    let cursor = Cursor { value: 0, id: "x".to_owned() };
    let full = Filter {
        open: true,
        statuses: Some(vec![Status::New, Status::Open]),
        hands: Some(vec![None, Some("x".into())]),
        groups: Some(vec![GroupId::from("x")]),
        organisations: vec!["x".into(), "y".into()],
        requester: Some("x".into()),
        kinds: vec![Kind::Fault],
        classes: vec![IssueClass::Slow],
        severities: vec![Severity::Urgent],
        levels: vec![Level::One],
        channels: vec![Channel::Phone],
        products: vec!["x".into()],
        tags: vec!["x".to_owned(), "y".to_owned()],
        from: Some(Timestamp::UNIX_EPOCH),
        until: Some(Timestamp::UNIX_EPOCH),
        extra: vec![("x".to_owned(), "x".to_owned())],
    };
    let scopes = [
        Scope::All,
        Scope::Organisation(OrgId::from("x")),
        Scope::Contact(ContactId::from("x")),
        Scope::Nothing,
    ];
    let mut shapes = Vec::new();
    for scope in &scopes {
        for order in Order::ALL {
            let (text, _) = crate::ticket::assemble(scope, &full, *order, Some(&cursor), 50);
            shapes.push((format!("list {scope:?} {order}"), engine.assembled(text)));
        }
        let log = LogFilter {
            from: full.from,
            until: full.until,
            class: Some(IssueClass::Slow),
            solver: Some("x".into()),
        };
        let (text, _) = crate::ticket::assemble_log(scope, &log, Some(&cursor), 50);
        shapes.push((format!("log {scope:?}"), engine.assembled(text)));
    }
    let ids = ["x".into(), "y".into()];
    shapes.push(("running of".to_owned(), engine.assembled(crate::ticket::assemble_running(&ids).0)));
    shapes.push(("cycles of".to_owned(), engine.assembled(crate::ticket::assemble_cycles(&ids).0)));
    shapes.push(("holds of".to_owned(), engine.assembled(crate::ticket::assemble_holds(&ids).0)));
    shapes.extend(crate::archive::shapes().into_iter().map(|(name, text)| (name, engine.assembled(text))));
    for state in [None, Some(domain::post::LetterState::Sent)] {
        let (text, _) = crate::letter::assemble(state, "x", 50);
        shapes.push((format!("letters {state:?}"), engine.assembled(text)));
    }
    for state in [None, Some(domain::mail_in::MailState::Spam)] {
        let (text, _) = crate::mail_in::assemble(state, "x", 50);
        shapes.push((format!("mail {state:?}"), engine.assembled(text)));
    }
    shapes
}
