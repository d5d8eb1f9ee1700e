//! Who is put in copy by a letter: everybody whom it names besides its sender and ourselves.

use super::{Incoming, MailAddress, same_mailbox};

/// So many people are in copy of a ticket at most.
pub const MOST_COPIED: usize = 50;

/// The people whom a letter names, each once. `ours` are our own addresses, `other` those of the sender.
pub fn named_besides(mail: &Incoming, ours: &[String], sender: &[String]) -> Vec<MailAddress> {
    let mut all: Vec<MailAddress> = Vec::new();
    for a in mail.to.iter().chain(&mail.cc) {
        let known = ours.iter().any(|o| same_mailbox(&a.address, o)) || sender.contains(&a.address);
        if !known && all.len() < MOST_COPIED && !all.iter().any(|have| have.address == a.address) {
            all.push(a.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_else_whom_a_letter_names_is_in_copy() {
        let people = |list: &[&str]| list.iter().filter_map(|a| MailAddress::new("", a)).collect::<Vec<_>>();
        let mail = Incoming {
            to: people(&["support+af-2026-00001-x@vendor.example", "li@north.example"]),
            cc: people(&[
                "ben@north.example",
                "wang@north.example",
                "li@north.example",
                "vip@vendor.example",
            ]),
            ..Incoming::default()
        };
        let ours = ["support@vendor.example".to_owned(), "vip@vendor.example".to_owned()];
        let found = named_besides(&mail, &ours, &["ben@north.example".to_owned()]);
        let found: Vec<_> = found.iter().map(|a| a.address.as_str()).collect();
        assert_eq!(found, ["li@north.example", "wang@north.example"]);
    }
}
