//! The only place where SQL is assembled, and only from constants: a base, conditions, an order, a limit.

use crate::value::Value;

/// A statement in the making. Conditions are constants with `?` where their value goes.
pub(crate) struct Assembly<'v> {
    text: String,
    values: Vec<Value<'v>>,
    conditions: usize,
}

impl<'v> Assembly<'v> {
    /// Starts from a `SELECT … FROM …`.
    pub(crate) fn new(base: &'static str) -> Self {
        Self { text: base.to_owned(), values: Vec::new(), conditions: 0 }
    }

    /// Adds a condition.
    pub(crate) fn and(&mut self, condition: &'static str, values: &[Value<'v>]) {
        self.text.push_str(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.conditions += 1;
        self.push(condition, values);
    }

    /// Adds `column IN (…)`; an empty list matches nothing.
    pub(crate) fn and_in(&mut self, column: &'static str, values: impl IntoIterator<Item = Value<'v>>) {
        self.and_within((column, " IN (", ")"), values);
    }

    /// Adds a condition with a list of values in its middle; an empty list matches nothing.
    pub(crate) fn and_within(
        &mut self,
        (subject, head, tail): (&'static str, &'static str, &'static str),
        values: impl IntoIterator<Item = Value<'v>>,
    ) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return self.and("1 = 0", &[]);
        }
        self.and(subject, &[]);
        self.text.push_str(head);
        for (i, v) in values.enumerate() {
            self.push(if i == 0 { "?" } else { ", ?" }, &[v]);
        }
        self.text.push_str(tail);
    }

    /// Adds the end: order and limit.
    pub(crate) fn end(mut self, tail: &'static str, values: &[Value<'v>]) -> (String, Vec<Value<'v>>) {
        self.push(tail, values);
        (self.text, self.values)
    }

    fn push(&mut self, part: &'static str, values: &[Value<'v>]) {
        let mut pieces = part.split('?');
        self.text.push_str(pieces.next().unwrap_or_default());
        for (piece, value) in pieces.zip(values) {
            self.values.push(*value);
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
            self.text.push_str(piece);
        }
    }
}

/// A page of a table in the order of its key: names are constants of `archive::NOUNS`.
pub(crate) fn page_of<'v>(
    table: &'static str,
    columns: &[&'static str],
    keys: &[&'static str],
    after: Option<&[Value<'v>]>,
    limit: i64,
) -> (String, Vec<Value<'v>>) {
    let mut values = after.map(<[_]>::to_vec).unwrap_or_default();
    let key = keys.join(", ");
    let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let after =
        if places.is_empty() { String::new() } else { format!(" WHERE ({key}) > ({})", places.join(", ")) };
    values.push(limit.into());
    let text =
        format!("SELECT {} FROM {table}{after} ORDER BY {key} LIMIT ${}", columns.join(", "), values.len());
    (text, values)
}

/// A row with all its columns: names are constants of `archive::NOUNS`.
pub(crate) fn insert_into(table: &'static str, columns: &[&'static str]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assembles_constants_and_numbers_the_values() {
        let mut a = Assembly::new("SELECT x FROM t");
        a.and("a = ?", &[1_i64.into()]);
        a.and_in("b", ["p", "q"].map(Value::from));
        a.and("(c, d) < (?, ?)", &[2_i64.into(), "r".into()]);
        let (text, values) = a.end(" ORDER BY c DESC, d DESC LIMIT ?", &[50_i64.into()]);
        assert_eq!(
            text,
            "SELECT x FROM t WHERE a = $1 AND b IN ($2, $3) AND (c, d) < ($4, $5) ORDER BY c DESC, d DESC LIMIT $6"
        );
        assert_eq!(values.len(), 6);
        let mut within = Assembly::new("SELECT x FROM t");
        within.and_within(("a IN (SELECT b FROM u WHERE c", " IN (", "))"), ["p", "q"].map(Value::from));
        assert_eq!(within.end("", &[]).0, "SELECT x FROM t WHERE a IN (SELECT b FROM u WHERE c IN ($1, $2))");
        let mut none = Assembly::new("SELECT x FROM t");
        none.and_in("b", []);
        assert!(none.end("", &[]).0.ends_with("1 = 0"));
    }
}
