//! Two people edit one ticket: which fields clash, and which ones the later editor only left as they were.

use super::{Change, EditField, Event};

/// A field that both have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Which one.
    pub field: EditField,
    /// What the later editor wants.
    pub mine: String,
    /// What the earlier one has saved.
    pub theirs: String,
}

/// Compares an edit with what was changed `since` the editor looked, except in the fields that are `settled`. A form
/// sends all its fields: those that still hold the value of then were not touched, and come back to be left alone.
///
/// # Errors
/// The first [`Clash`].
pub fn untouched(since: &[Event], mine: &[Event], settled: &[EditField]) -> Result<Vec<EditField>, Clash> {
    let edits = |events: &[Event]| -> Vec<(EditField, String, String)> {
        let edit = |e: &Event| match &e.change {
            Change::Edited { field, from, to } => Some((*field, from.clone(), to.clone())),
            _ => None,
        };
        events.iter().filter_map(edit).collect()
    };
    let theirs = edits(since);
    let mut left = Vec::new();
    for (field, _, mine) in edits(mine).into_iter().filter(|(f, ..)| !settled.contains(f)) {
        let mut changes = theirs.iter().filter(|(f, ..)| *f == field);
        let Some((_, then, first)) = changes.next() else { continue };
        if *then == mine {
            left.push(field);
        } else {
            let theirs = changes.next_back().map_or(first, |(_, _, to)| to).clone();
            return Err(Clash { field, mine, theirs });
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{ActorRef, System};
    use crate::time::from_millis;

    fn event(field: EditField, from: &str, to: &str) -> Event {
        Event {
            no: 1,
            at: from_millis(0),
            by: ActorRef::System(System::Operator),
            change: Change::Edited { field, from: from.to_owned(), to: to.to_owned() },
        }
    }

    #[test]
    fn what_was_not_touched_is_left_and_what_both_changed_clashes() {
        use EditField::{Remark, Tags, Title};
        let since = [event(Title, "a", "b"), event(Title, "b", "c"), event(Remark, "", "r")];
        let check = |mine: &[Event], settled: &[EditField]| untouched(&since, mine, settled);
        assert_eq!(check(&[event(Title, "c", "a"), event(Tags, "", "t")], &[]), Ok(vec![Title]));
        assert_eq!(check(&[event(Remark, "r", "")], &[]), Ok(vec![Remark]));
        let clash = Clash { field: Title, mine: "m".to_owned(), theirs: "c".to_owned() };
        assert_eq!(check(&[event(Title, "c", "m")], &[]), Err(clash));
        assert_eq!(check(&[event(Title, "c", "m")], &[Title]), Ok(Vec::new()));
    }
}
