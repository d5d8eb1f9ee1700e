//! The words of `marks.txt`, folded for comparison.

use std::sync::OnceLock;

use crate::people::fold;

/// The lists by their names.
pub(super) struct Marks {
    pub divider: Vec<String>,
    pub sender: Vec<String>,
    pub field: Vec<String>,
    pub wrote: Vec<String>,
    pub says: Vec<String>,
    pub device: Vec<String>,
    pub forwarded: Vec<String>,
    pub answered: Vec<String>,
    pub absent: Vec<String>,
}

/// The lists.
pub(super) fn marks() -> &'static Marks {
    static MARKS: OnceLock<Marks> = OnceLock::new();
    MARKS.get_or_init(|| {
        let of = |name: &str| list(include_str!("marks.txt"), name);
        Marks {
            divider: of("divider"),
            sender: of("sender"),
            field: of("field"),
            wrote: of("wrote"),
            says: of("says"),
            device: of("device"),
            forwarded: of("forwarded"),
            answered: of("answered"),
            absent: of("absent"),
        }
    })
}

fn list(text: &str, name: &str) -> Vec<String> {
    let heading = format!("[{name}]");
    text.lines()
        .skip_while(|line| !line.starts_with(&heading))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim().is_empty())
        .map(tight)
        .collect()
}

/// Folded, and without any space: programs put spaces where they like.
pub(super) fn tight(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}' && *c != '\u{200b}').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_words() {
        let m = marks();
        for list in [
            &m.divider,
            &m.sender,
            &m.field,
            &m.wrote,
            &m.says,
            &m.device,
            &m.forwarded,
            &m.answered,
            &m.absent,
        ] {
            assert!(!list.is_empty() && list.iter().all(|w| !w.contains('[')));
        }
    }
}
