//! What stands around the rotas of a month: the coming holidays, who must confirm a shift that has begun, what was left to
//! the next one, proposals of swaps, one's own shifts.

use std::collections::BTreeMap;

use desk::oncall::{Coming, Standing, coming, duties_until, has_duty};
use domain::access::Scope;
use domain::id::StaffId;
use domain::ticket::Severity;
use domain::ticket::decide::Rules;
use domain::time::{plus_seconds, to_millis};
use store::oncall::{self, RotaRow, watch};
use store::ticket::{self, Filter, Order};
use store::{Read, oncall::SwapRow};
use words::{t, t_args, word};

use super::look::Look;
use super::parity::{Parity, said_once};

const DAY_S: i64 = 86_400;
/// Days before holidays on which the month says how they stand.
const BAR_DAYS: u16 = 30;
/// Own shifts that can be given away are those of so many seconds.
const OWN_S: i64 = 62 * DAY_S;
/// Own shifts in the list.
const OWN: usize = 12;
/// Notes that are shown.
const NOTES: i64 = 3;
/// Open cases that are named at the start of a shift.
const CASES: i64 = 5;

/// What the coming holidays lack.
pub(super) struct Bar {
    pub rota: String,
    pub id: String,
    pub block: String,
    pub lines: Vec<String>,
    pub parity: Option<Parity>,
}

/// A proposal that waits.
pub(super) struct Proposed {
    pub id: String,
    pub text: String,
    pub note: String,
    /// It is the reader who is asked.
    pub mine: bool,
    /// It is the reader who asks.
    pub own: bool,
}

/// A shift of the reader's.
pub(super) struct Own {
    /// Rota, duty and time, as the form of a swap sends them.
    pub key: String,
    pub text: String,
}

/// A note to the next.
pub(super) struct Left {
    pub who: String,
    pub at: String,
    pub text: String,
}

/// A shift of the reader's that has begun and is not confirmed.
pub(super) struct Begun {
    pub text: String,
    pub cases: Vec<(String, String)>,
}

#[derive(Default)]
pub(super) struct Around {
    pub bars: Vec<Bar>,
    pub proposed: Vec<Proposed>,
    pub own: Vec<Own>,
    pub begun: Vec<Begun>,
    /// By rota: notes, and whether the reader may leave one.
    pub left: BTreeMap<String, (Vec<Left>, bool)>,
    pub has_feed: bool,
}

/// The names of people by their key.
pub(super) type Names = BTreeMap<StaffId, String>;

impl Around {
    pub(super) fn load(
        r: &mut Read<'_>,
        rules: &Rules,
        look: &Look,
        me: &StaffId,
        names: &Names,
    ) -> desk::Result<Self> {
        let mut around = Self { has_feed: watch::feed_since(r, me)?.is_some(), ..Self::default() };
        for row in oncall::in_force(r)? {
            around.bar(r, rules, look, &row, names)?;
            around.shifts(r, rules, look, &row, me)?;
            around.begun(r, rules, look, &row, me)?;
            around.notes(r, rules, look, &row, me, names)?;
        }
        said_once(&mut around.bars, t(look.locale, "list-comma"));
        let rotas: BTreeMap<_, _> = oncall::in_force(r)?.into_iter().map(|row| (row.id, row.name)).collect();
        for row in oncall::open_swaps(r, look.now)? {
            let Some(rota) = rotas.get(&row.rota) else { continue };
            around.proposed.push(proposed(look, &row, rota, me, names));
        }
        Ok(around)
    }

    fn bar(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        look: &Look,
        row: &RotaRow,
        names: &Names,
    ) -> desk::Result<()> {
        let Some(Coming { block, findings, parity }) = coming(r, rules, row, BAR_DAYS)? else {
            return Ok(());
        };
        let (first, last) = (look.date(block.first), look.date(block.last));
        let block = if first == last { first } else { format!("{first} \u{2013} {last}") };
        let (lines, parity) = (look.findings(&findings, names), parity.map(|p| Parity::of(look, p)));
        self.bars.push(Bar { rota: row.name.clone(), id: row.id.0.clone(), block, lines, parity });
        Ok(())
    }

    fn shifts(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        look: &Look,
        row: &RotaRow,
        me: &StaffId,
    ) -> desk::Result<()> {
        let until = plus_seconds(look.now, OWN_S);
        // Further than is shown, so that the last one ends when it ends.
        let all = duties_until(r, rules, row, plus_seconds(until, 35 * DAY_S))?;
        let mine = all
            .into_iter()
            .filter(|d| d.person == *me && d.from < until && look.now < d.until)
            .take(OWN.saturating_sub(self.own.len()));
        self.own.extend(mine.map(|d| Own {
            // Of a shift that runs, what is left can be given.
            key: format!("{}|{}|{}|{}", row.id, d.seat, to_millis(d.from.max(look.now)), to_millis(d.until)),
            text: format!(
                "{} \u{b7} {} \u{b7} {}",
                look.span(d.from, d.until),
                word(look.locale, "seat", d.seat.as_str()),
                row.name
            ),
        }));
        Ok(())
    }

    fn begun(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        look: &Look,
        row: &RotaRow,
        me: &StaffId,
    ) -> desk::Result<()> {
        let asked = watch::asked(r, &row.id, plus_seconds(look.now, -35 * DAY_S))?;
        let standing = Standing::load(r, rules, row.clone(), (look.now, plus_seconds(look.now, 1)))?;
        let seat = has_duty(&standing, look.now, me);
        let waits = asked
            .iter()
            .find(|a| a.person == *me && Some(a.seat) == seat)
            .filter(|a| a.confirmed_at.is_none());
        let Some(waits) = waits else { return Ok(()) };
        let at = words::when(look.locale, &look.zone, waits.from, look.now);
        let seat = word(look.locale, "seat", waits.seat.as_str());
        let args = [("rota", row.name.as_str()), ("seat", seat), ("at", at.as_str())];
        let groups = row.doc.groups.iter().cloned().collect::<Vec<_>>();
        let groups = (!groups.is_empty()).then_some(groups);
        let filter = Filter { open: true, groups, severities: vec![Severity::Urgent], ..Filter::default() };
        let cases = ticket::list(r, &Scope::All, &filter, Order::Due, None, CASES)?;
        let cases = cases.into_iter().map(|c| (c.number, c.title)).collect();
        self.begun.push(Begun { text: t_args(look.locale, "oncall-begun", &args), cases });
        Ok(())
    }

    fn notes(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        look: &Look,
        row: &RotaRow,
        me: &StaffId,
        names: &Names,
    ) -> desk::Result<()> {
        let left = watch::notes(r, &row.id, NOTES)?.into_iter().map(|n| Left {
            who: names.get(&n.person).cloned().unwrap_or_default(),
            at: words::when(look.locale, &look.zone, n.at, look.now),
            text: n.text,
        });
        let left = left.collect();
        let standing = Standing::load(r, rules, row.clone(), (look.now, plus_seconds(look.now, 1)))?;
        let may = row.doc.names(me) || has_duty(&standing, look.now, me).is_some();
        self.left.insert(row.id.0.clone(), (left, may));
        Ok(())
    }
}

fn proposed(look: &Look, row: &SwapRow, rota: &str, me: &StaffId, names: &Names) -> Proposed {
    let s = &row.swap;
    let name = |p: &StaffId| names.get(p).cloned().unwrap_or_default();
    let (giver, taker, give) = (name(&s.giver), name(&s.taker), look.span(s.give.0, s.give.1));
    let seat = word(look.locale, "seat", s.seat.as_str());
    let args = [
        ("giver", giver.as_str()),
        ("taker", taker.as_str()),
        ("span", give.as_str()),
        ("seat", seat),
        ("rota", rota),
    ];
    let mut text = t_args(look.locale, "swap-proposed", &args);
    if let Some((from, until)) = s.back {
        text += &t_args(look.locale, "swap-proposed-back", &[("span", &look.span(from, until))]);
    }
    let note =
        if row.note.is_empty() { t(look.locale, "swap-no-reason").to_owned() } else { row.note.clone() };
    Proposed { id: row.id.clone(), text, note, mine: s.taker == *me, own: s.giver == *me }
}
