//! A table as a file: its encoding, its separator, its rows. Bytes in, text out.

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::{Error, Result};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows of cells; empty rows are left out.
    pub rows: Vec<Vec<String>>,
    /// `UTF-8`, `GB18030`, `UTF-16LE` …
    pub encoding: &'static str,
    /// Between cells.
    pub separator: char,
}

/// The longest table that is taken.
pub const MAX_ROWS: usize = 200_000;
const MAX_COLUMNS: usize = 200;

/// Reads a table. What is neither marked nor UTF-8 is read as GB18030, in which Chinese spreadsheets write.
///
/// # Errors
/// `Invalid` on `file`: another encoding, no head, too many rows or columns, a quote that does not end.
pub fn read_sheet(bytes: &[u8]) -> Result<Sheet> {
    let wrong = |issue: &str| Error::field("file", issue);
    let (text, encoding) = decode(bytes).ok_or_else(|| wrong("bad_encoding"))?;
    if text.contains('\0') {
        return Err(wrong("no_table"));
    }
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| wrong("no_table"))?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|c| !c.trim().is_empty()) {
            rows.push(cells);
        }
        if rows.len() > MAX_ROWS + 1 {
            return Err(wrong("too_many_rows"));
        }
    }
    if rows.is_empty() {
        return Err(wrong("empty_table"));
    }
    let head: Vec<String> = rows.remove(0).iter().map(|h| h.trim().to_owned()).collect();
    if head.len() > MAX_COLUMNS {
        return Err(wrong("too_many_columns"));
    }
    if rows.is_empty() {
        return Err(wrong("empty_table"));
    }
    Ok(Sheet { head, rows, encoding, separator })
}

fn decode(bytes: &[u8]) -> Option<(String, &'static str)> {
    let clean = |encoding: &'static Encoding, bytes: &[u8]| {
        let (text, bad) = encoding.decode_without_bom_handling(bytes);
        (!bad).then(|| (text.into_owned(), encoding.name()))
    };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return clean(encoding, bytes.get(mark..)?);
    }
    clean(UTF_8, bytes).or_else(|| clean(GB18030, bytes).map(|(text, _)| (text, "GB18030")))
}

/// The separator that the first line holds most often outside of quotes.
fn separator(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for c in text.lines().next().unwrap_or_default().chars() {
        if c == '"' {
            quoted = !quoted;
        }
        for (separator, n) in &mut counts {
            *n += u32::from(!quoted && c == *separator);
        }
    }
    // The comma wins a draw.
    counts.into_iter().rev().max_by_key(|(_, n)| *n).map_or(',', |(c, _)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_spreadsheets_write() {
        let text = "标题;电话\n\"a;b\";\"say \"\"x\"\"\"\n\n;\n第二行;1\n";
        let (gbk, _, _) = GB18030.encode(text);
        let marked = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding) in
            [(text.as_bytes(), "UTF-8"), (&marked, "UTF-8"), (&gbk, "GB18030"), (&wide, "UTF-16LE")]
        {
            let sheet = read_sheet(bytes).unwrap();
            assert_eq!((sheet.encoding, sheet.separator), (encoding, ';'));
            assert_eq!(sheet.head, ["标题", "电话"]);
            assert_eq!(sheet.rows, [["a;b", "say \"x\""], ["第二行", "1"]]);
        }
        assert_eq!(read_sheet(b"a\tb,c\td\n1\t2\t3").unwrap().separator, '\t');
        assert_eq!(read_sheet(b"name\n1").unwrap().separator, ',');
    }

    #[test]
    fn what_is_no_table_says_so() {
        let issue = |bytes: &[u8]| match read_sheet(bytes) {
            Err(Error::Invalid(f)) => f[0].issue.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(issue(b""), "empty_table");
        assert_eq!(issue(b"title,requester\n"), "empty_table");
        assert_eq!(issue(b"PK\x03\x04\0\0"), "no_table");
        assert_eq!(issue(b"\xff\xff\x81"), "bad_encoding");
    }
}
