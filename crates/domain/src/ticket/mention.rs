//! Colleagues named in a note with `@`.

use std::collections::BTreeSet;

use crate::id::StaffId;

/// Who is named in a text: `@` and a colleague's name as it is written. Where one name begins with another, the longer
/// one is meant.
pub fn mentioned(text: &str, people: &[(StaffId, String)]) -> BTreeSet<StaffId> {
    let after_at = text.split('@').skip(1);
    after_at
        .filter_map(|rest| {
            let named = people.iter().filter(|(_, name)| !name.is_empty() && rest.starts_with(name.as_str()));
            named.max_by_key(|(_, name)| name.len()).map(|(id, _)| id.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_follow_an_at_sign() {
        let people = [("a", "李工"), ("b", "李工程"), ("c", "Ada Wong")];
        let people: Vec<_> = people.iter().map(|(i, n)| (StaffId::from(*i), (*n).to_owned())).collect();
        let check = |text: &str, expected: &[&str]| {
            let expected: BTreeSet<_> = expected.iter().map(|i| StaffId::from(*i)).collect();
            assert_eq!(mentioned(text, &people), expected, "{text}");
        };
        check("@李工 请看一下", &["a"]);
        check("请@李工程和@Ada Wong看", &["b", "c"]);
        check("李工 mail@example.com", &[]);
        check("@nobody", &[]);
    }
}
