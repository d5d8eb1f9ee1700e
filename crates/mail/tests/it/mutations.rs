//! Whatever a stranger sends, taking it apart ends, and without harm.

use domain::mail_in::fold;
use mail::incoming::{Limits, fingerprint, head, parse};

const ROUNDS: u64 = 10_000;

const SEEDS: [&str; 4] = [
    "From: =?gb2312?B?us7R4A==?= <a@b.example>\r\nSubject: =?utf-8?q?=E6=8A?= x\r\nContent-Type: text/plain; charset=\"gb18030\"; format=flowed\r\n\r\n> old\r\nnew \r\n-- \r\nname\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+YTwvcD4=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <x@y>\r\n--r--\r\n",
    "From: a@b.example\r\nContent-Disposition: attachment; filename*0=\"a\"; filename*1*=utf-8''%E6\r\nContent-Type: application/ms-tnef; name=\"=?big5?B?tPo=?=\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E6=8A\r\n=",
];

/// A generator that gives the same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

fn mutated(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = SEEDS[dice.roll(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=dice.roll(8) {
        let at = dice.roll(bytes.len());
        let to = (at + dice.roll(40)).min(bytes.len());
        match dice.roll(6) {
            0 if !bytes.is_empty() => bytes[at] = u8::try_from(dice.roll(256)).unwrap(),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                let times = dice.roll(50);
                bytes.splice(at..at, piece.repeat(times));
            }
            3 => {
                let other = SEEDS[dice.roll(SEEDS.len())].as_bytes();
                let from = dice.roll(other.len());
                bytes.splice(at..at, other[from..].iter().copied());
            }
            4 => bytes.truncate(at),
            _ => {
                let word: &[u8] =
                    [&b"\r\n\r\n"[..], b"=?", b"?=", b"--b\r\n", b"\0", b"\xff\xfe", b"<!--", b"&#x"]
                        [dice.roll(8)];
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn no_letter_does_harm() {
    let (mut dice, limits, mut read) = (Dice(0x9e37_79b9_7f4a_7c15), Limits::default(), 0_u64);
    for _ in 0..ROUNDS {
        let raw = mutated(&mut dice);
        let (_, print) = (head(&raw), fingerprint(&raw));
        assert_eq!(print.len(), 64);
        if let Ok(mail) = parse(&raw, &limits) {
            let folded = fold(&mail.text, &mail.subject);
            assert!(folded.new.len() + folded.rest.len() <= mail.text.len() + 1);
            assert!(!mail.subject.contains(['\r', '\n', '\0']));
            read += 1;
        }
    }
    assert!(read > ROUNDS / 2, "most can be read: {read}");
}
