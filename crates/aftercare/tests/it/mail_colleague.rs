//! Letters from colleagues' addresses into a case: theirs if something speaks for it; otherwise a person looks.

use std::sync::Arc;

use aftercare::{Gate, read_mail};
use domain::access::ActorRef;
use domain::mail_in::{MailState, Reason};
use domain::ticket::Ticket;
use domain::ticket::decide::Visibility;
use mail::listener::{Arrival, Keeper, Recipient};
use mail::origin::Names;
use store::mail_in::MailRow;
use store::ticket::MessageRow;
use testkit::TestApp;

use crate::mail_in::{MAILBOX, letter, letters, mails, room, send, ticket};

mod engines {
    testkit::on_both_engines!(
        a_proven_letter_is_the_colleagues_answer,
        without_proof_a_person_looks,
        an_answer_to_a_page_is_a_note,
    );
}

/// The desk's own domain sends from one address.
const NAMES: &[(&str, &str)] = &[("desk.example", "v=spf1 ip4:203.0.113.7 -all")];
const STRANGER: [u8; 4] = [198, 51, 100, 9];
const OWN: [u8; 4] = [203, 0, 113, 7];
const HOUSE: [u8; 4] = [10, 0, 0, 5];

/// A letter by a server with this address, as `sender`.
async fn by(app: &TestApp, ip: [u8; 4], sender: &str, raw: Vec<u8>, names: &[(&str, &str)]) -> MailRow {
    let gate = Gate::new(app.desk.clone(), room(app).house, "smtp");
    let recipients = vec![Recipient { mailbox: MAILBOX.to_owned(), address: MAILBOX.to_owned() }];
    let (greeted_as, sender) = ("mail.example".to_owned(), sender.to_owned());
    gate.keep(Arrival { peer: ip.into(), greeted_as, sender, recipients, raw }).await.unwrap();
    let names = (!names.is_empty()).then(|| Arc::new(Names::fixed(names).unwrap()));
    read_mail(&app.desk, &room(app).asking(names)).await.unwrap();
    mails(app).await.remove(0)
}

async fn asked(app: &TestApp) -> Ticket {
    let mail = send(
        app,
        "ben@north.example",
        letter("ben@north.example", "t", "Message-ID: <q@north.example>\n", "b"),
    );
    ticket(app, &mail.await).await
}

async fn last(app: &TestApp, t: &Ticket) -> MessageRow {
    let id = t.id.clone();
    let all = app.desk.read(move |r| Ok(store::ticket::messages(r, &id, 0, true, 50)?)).await.unwrap();
    all.into_iter().last().unwrap()
}

fn answer(n: u8) -> Vec<u8> {
    let fields = format!("Message-ID: <a{n}@desk.example>\nIn-Reply-To: <q@north.example>\n");
    letter("Agent <agent@desk.example>", "Re: t", &fields, "请重启")
}

async fn a_proven_letter_is_the_colleagues_answer(app: TestApp) {
    let t = asked(&app).await;
    let mail = by(&app, OWN, "agent@desk.example", answer(1), NAMES).await;
    assert_eq!((mail.state, mail.reason), (MailState::Placed, Reason::Appended));
    let said = last(&app, &t).await;
    assert_eq!(said.by, ActorRef::Staff(app.cast.staff_id("agent")));
    assert_eq!((said.visibility, said.html.as_str()), (Visibility::Public, "<p>请重启</p>"));
    assert!(ticket(&app, &mail).await.responded_at.is_some(), "it is a first response");
    let sent = letters(&app).await;
    assert!(sent.iter().any(|l| l.kind == "answered" && l.recipient == "ben@north.example"), "{sent:?}");
    // A server of the house speaks for its own, also where nobody is asked.
    let mail = by(&app, HOUSE, "agent@desk.example", answer(2), &[]).await;
    assert_eq!((mail.state, mail.reason), (MailState::Placed, Reason::Appended));
}

async fn without_proof_a_person_looks(app: TestApp) {
    let t = asked(&app).await;
    let before = last(&app, &t).await;
    let unproven = (MailState::Quarantined, Reason::StaffUnproven, Some(&t.id));
    // Another server, the same server with another envelope, and a stranger whom nobody looks at.
    let mail = by(&app, STRANGER, "agent@desk.example", answer(1), NAMES).await;
    assert_eq!((mail.state, mail.reason, mail.ticket.as_ref()), unproven);
    let mail = by(&app, OWN, "eve@evil.example", answer(2), NAMES).await;
    assert_eq!((mail.state, mail.reason, mail.ticket.as_ref()), unproven);
    let mail = by(&app, STRANGER, "agent@desk.example", answer(3), &[]).await;
    assert_eq!((mail.state, mail.reason, mail.ticket.as_ref()), unproven);
    assert_eq!(last(&app, &t).await, before, "nothing was said in anybody's name");
    let page = app.signed_in("admin").await.get(&format!("/admin/mail-in/{}", mail.id)).await.text;
    assert!(page.contains("无法证实确由本人发出") && page.contains("请本人登录后在工单中回复"), "{page}");
    // Whoever may not answer in the console may not by mail.
    let fields = "Message-ID: <x@desk.example>\nIn-Reply-To: <q@north.example>\n";
    let outside = letter("admin@desk.example", "Re: t", fields, "x");
    let may = app.cast.staff("admin").has(domain::access::Right::TicketReply);
    let mail = by(&app, OWN, "admin@desk.example", outside, NAMES).await;
    assert_eq!(mail.state == MailState::Placed, may);
}

async fn an_answer_to_a_page_is_a_note(app: TestApp) {
    let t = asked(&app).await;
    let (id, now) = (t.id.clone(), app.now());
    let row = store::letter::LetterRow {
        id: "0198-page".to_owned(),
        ticket: Some(id),
        kind: "page".to_owned(),
        recipient: "agent@desk.example".to_owned(),
        subject: "s".to_owned(),
        body: "b".to_owned(),
        state: domain::post::LetterState::Sent,
        detail: String::new(),
        created_at: now,
        sent_at: Some(now),
        attempts: 1,
        next_at: None,
        job: None,
        message: None,
    };
    let who = app.cast.staff("admin");
    app.desk.write(who, move |unit| Ok(store::letter::insert(unit.work, &row)?)).await.unwrap();
    let raw = letter("agent@desk.example", "Re: s", "In-Reply-To: <0198-page@vendor.example>\n", "on it");
    let mail = by(&app, OWN, "agent@desk.example", raw, NAMES).await;
    assert_eq!((mail.state, mail.ticket.as_ref()), (MailState::Placed, Some(&t.id)));
    let said = last(&app, &t).await;
    assert_eq!((said.visibility, said.html.as_str()), (Visibility::Internal, "<p>on it</p>"));
    assert!(ticket(&app, &mail).await.responded_at.is_none(), "nobody has answered the customer");
    // Nor does one certainly mean the customer who answers no letter at all.
    let raw = letter("agent@desk.example", &t.number, "Message-ID: <z@desk.example>\n", "look at this");
    by(&app, OWN, "agent@desk.example", raw, NAMES).await;
    assert_eq!(last(&app, &t).await.visibility, Visibility::Internal);
}
