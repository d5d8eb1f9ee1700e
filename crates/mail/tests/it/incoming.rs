//! Letters of many programs, taken apart.

use domain::mail_in::{Fault, Incoming, Reason};
use mail::incoming::{Limits, fingerprint, head, parse};

fn letter(head: &str, body: &[u8]) -> Vec<u8> {
    let mut raw = head.trim_start().replace('\n', "\r\n").into_bytes();
    raw.extend(b"\r\n");
    raw.extend(body);
    raw
}

fn read(raw: &[u8]) -> Incoming {
    parse(raw, &Limits::default()).unwrap()
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn a_plain_letter_says_who_what_and_in_which_thread() {
    let raw = letter(
        "
From: =?gb2312?B?us7R4A==?= <He.Yan@GC.example>
To: Desk <support@vendor.example>, ben@north.example
Cc: <li@gc.example>
Subject: =?UTF-8?B?5oql6A==?= =?UTF-8?B?oag=?= fails
Message-ID: <m1@gc.example>
In-Reply-To: <0198@vendor.example>
References: <ticket-1@vendor.example>
 <0198@vendor.example>
Date: Thu, 24 Sep 2026 10:00:00 +0800
Content-Type: text/plain; charset=gb2312
Content-Transfer-Encoding: 8bit
",
        &gb("报表打不开。\r\n第二行\r\n"),
    );
    let mail = read(&raw);
    let from = mail.from.unwrap();
    assert_eq!((from.name.as_str(), from.address.as_str()), ("何燕", "he.yan@gc.example"));
    assert_eq!(
        mail.to.iter().map(|a| a.address.as_str()).collect::<Vec<_>>(),
        ["support@vendor.example", "ben@north.example"]
    );
    assert_eq!(mail.cc.len(), 1);
    assert_eq!(mail.subject, "报表 fails");
    assert_eq!(mail.text.trim_end(), "报表打不开。\n第二行");
    assert_eq!(
        (mail.message_id.as_str(), mail.in_reply_to.as_slice()),
        ("m1@gc.example", &["0198@vendor.example".to_owned()][..])
    );
    assert_eq!(mail.references, ["ticket-1@vendor.example", "0198@vendor.example"]);
    assert_eq!(mail.date.unwrap().to_string(), "2026-09-24T02:00:00Z");
    let known = head(&raw);
    assert_eq!((known.subject.as_str(), known.message_id.as_str()), ("报表 fails", "m1@gc.example"));
}

#[test]
fn charsets_as_they_come() {
    let text = "测试：打印机不动";
    let base64 = |bytes: &[u8]| {
        let words = bytes.iter().map(|b| format!("={b:02X}")).collect::<String>();
        words.into_bytes()
    };
    let big5 = encoding_rs::BIG5.encode("測試：印表機").0.into_owned();
    for (charset, bytes, expected) in [
        ("gb18030", gb(text), text),
        ("x-gbk", gb(text), text),
        ("gb_2312-80", gb(text), text),
        ("utf8", text.as_bytes().to_vec(), text),
        ("us-ascii", text.as_bytes().to_vec(), text),
        ("utf-8", gb(text), text),
        ("iso-8859-1", gb(text), text),
        ("gb2312", text.as_bytes().to_vec(), text),
        ("big5-hkscs", big5.clone(), "測試：印表機"),
        ("big5", big5, "測試：印表機"),
    ] {
        let head = format!(
            "From: a@b.example\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n"
        );
        assert_eq!(read(&letter(&head, &base64(&bytes))).text.trim_end(), expected, "{charset}");
        let head = format!("From: a@b.example\nContent-Type: text/plain; charset={charset}\n");
        assert_eq!(read(&letter(&head, &bytes)).text.trim_end(), expected, "{charset}, as it is");
    }
    let raw = letter("From: a@b.example\nContent-Type: text/plain; charset=utf-7\n", b"+MEI-");
    assert_eq!(parse(&raw, &Limits::default()), Err(Fault(Reason::Utf7)));
}

const MIXED: &str = "
From: a@b.example
Subject: files
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"outer\"
";

fn mixed() -> Vec<u8> {
    let body = concat!(
        "--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n",
        "--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n",
        "--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich <b>words</b></p>\r\n--inner--\r\n",
        "--outer\r\nContent-Type: text/plain; name=\"=?gb2312?B?yNXWvi50eHQ=?=\"\r\n",
        "Content-Disposition: attachment; filename=\"=?gb2312?B?yNXWvi50eHQ=?=\"\r\n\r\nline\r\n",
        "--outer\r\nContent-Type: application/pdf\r\n",
        "Content-Disposition: attachment; filename*=utf-8''%E6%8A%A5%E8%A1%A8.pdf\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n",
        "--outer\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+\r\n",
        "--outer\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n",
        "--outer\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: inside\r\n\r\nold words\r\n",
        "--outer--\r\n"
    );
    letter(MIXED, body.as_bytes())
}

#[test]
fn files_are_named_and_whole() {
    let mail = read(&mixed());
    assert_eq!((mail.text.trim_end(), mail.html.trim_end()), ("plain words", "<p>rich <b>words</b></p>"));
    let files: Vec<_> = mail.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
    assert_eq!(files[0], ("日志.txt", &b"line"[..]));
    assert_eq!(files[1], ("报表.pdf", &b"%PDF-1"[..]));
    assert_eq!(files[2], ("winmail-3.dat", &b"\x78\x9f\x3e"[..]));
    assert_eq!(files[3], ("invitation-4.ics", &b"BEGIN:VCALENDAR"[..]));
    assert_eq!(files[4].0, "message-5.eml");
    assert!(files[4].1.starts_with(b"From: c@d.example"), "{:?}", mail.files[4]);
    assert_eq!(files.len(), 5);
}

#[test]
fn html_alone_becomes_text() {
    let raw = letter(
        "From: a@b.example\nContent-Type: text/html; charset=gbk\n",
        &gb("<div>一</div><div>二<br>三</div>"),
    );
    assert_eq!(read(&raw).text.trim_end(), "一\n二\n三");
}

#[test]
fn soft_line_breaks_are_joined() {
    let head = "From: a@b.example\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n";
    let raw = letter(head, "很长的 \r\n一行\r\n\r\n-- \r\n名".as_bytes());
    assert_eq!(read(&raw).text.trim_end(), "很长的一行\n\n-- \n名");
}

#[test]
fn signs_are_read() {
    let raw = letter(
        "
Return-Path: <>
Received: from a
Received: from b
From: a@b.example
Auto-Submitted: Auto-Replied; owner=x
Precedence: Bulk
List-Id: <x>
X-Auto-Response-Suppress: OOF
X-Aftercare-Desk: abc
",
        b"x",
    );
    let signs = read(&raw).signs;
    assert_eq!((signs.auto_submitted.as_str(), signs.precedence.as_str()), ("auto-replied", "bulk"));
    assert!(signs.list && signs.no_auto_answer && signs.null_sender && !signs.delivery_report);
    assert_eq!((signs.desks.as_slice(), signs.hops), (&["abc".to_owned()][..], 2));
}

#[test]
fn a_report_names_the_letter() {
    let head = "From: MAILER-DAEMON@north.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n";
    let body = concat!(
        "--r\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n",
        "--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; north.example\r\n\r\n",
        "Final-Recipient: rfc822; Ben@North.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Diagnostic-Code: smtp; 550 5.1.1 no such\r\n mailbox\r\n",
        "--r\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: desk@vendor.example\r\nMessage-ID: <0198@vendor.example>\r\n\r\n--r--\r\n"
    );
    let mail = read(&letter(head, body.as_bytes()));
    let report = mail.report.unwrap();
    assert!(report.failed && mail.signs.delivery_report && mail.files.is_empty());
    assert_eq!(
        (report.about.as_str(), report.recipient.as_str()),
        ("0198@vendor.example", "ben@north.example")
    );
    assert_eq!(report.said, "550 5.1.1 no such mailbox");
    let late =
        body.replace("Action: failed", "Action: delayed").replace("text/rfc822-headers", "message/rfc822");
    let report = read(&letter(head, late.as_bytes())).report.unwrap();
    assert!(!report.failed && report.about == "0198@vendor.example", "{report:?}");
}

#[test]
fn what_is_over_a_limit_is_named() {
    let wrong = |raw: &[u8], limits: Limits| parse(raw, &limits).unwrap_err().0;
    let usual = Limits::default();
    assert_eq!(wrong(&mixed(), Limits { parts: 5, ..usual }), Reason::TooManyParts);
    assert_eq!(wrong(&mixed(), Limits { files: 4, ..usual }), Reason::TooManyFiles);
    assert_eq!(wrong(&mixed(), Limits { text: 5, ..usual }), Reason::TooMuchText);
    assert_eq!(wrong(&mixed(), Limits { depth: 2, ..usual }), Reason::TooDeep);
    let nested: String = (0..5_000).map(|_| "Content-Type: message/rfc822\r\n\r\n").collect();
    assert_eq!(wrong(nested.as_bytes(), usual), Reason::TooDeep);
    let deep: String =
        (0..300).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")).collect();
    assert_eq!(wrong(deep.as_bytes(), usual), Reason::TooDeep);
    let many =
        format!("{}{}", MIXED.trim_start().replace('\n', "\r\n"), "\r\n--outer\r\n\r\nx".repeat(10_000));
    assert_eq!(wrong(many.as_bytes(), usual), Reason::TooManyParts);
    assert_eq!(wrong(b"", usual), Reason::Unreadable);
}

#[test]
fn the_same_letter_is_the_same_by_whatever_way() {
    let one = letter("Received: by x\n at y\nReturn-Path: <a@b>\nMessage-ID: <1@x>\nSubject: s\n", b"body");
    let other = letter("Received: by z\nMessage-ID: <1@x>\nSubject: s\n", b"body");
    assert_eq!(fingerprint(&one), fingerprint(&other));
    assert_ne!(fingerprint(&one), fingerprint(&letter("Message-ID: <1@x>\nSubject: s\n", b"body!")));
    let bare = |by: &str| letter(&format!("Received: by {by}\nSubject: disk full\n"), b"x");
    assert_ne!(fingerprint(&bare("1")), fingerprint(&bare("2")), "without identity each one counts");
    assert_eq!(fingerprint(&bare("1")), fingerprint(&bare("1")));
}
