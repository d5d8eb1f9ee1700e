//! Tables that leave the house: CSV and XLSX from the same rows that a page shows.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::{Error, Result};
use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// A cell: its text, and what a spreadsheet may take it for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Text, whatever it looks like.
    Text(String),
    /// A number, if its text is one.
    Number(String),
    /// A day.
    Day(Date, String),
    /// A moment on the reader's clock.
    At(DateTime, String),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Cell {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Day(_, text) | Self::At(_, text) => text,
        }
    }

    fn write(&self, sheet: &mut Worksheet, (row, column): (u32, u16), f: &Formats) -> Written {
        match self {
            Self::Text(text) => sheet.write_string(row, column, text).map(drop),
            Self::Number(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => sheet.write_number(row, column, number).map(drop),
                _ => sheet.write_string(row, column, text).map(drop),
            },
            Self::Day(day, _) => {
                sheet.write_datetime_with_format(row, column, excel_day(*day)?, &f.day).map(drop)
            }
            Self::At(at, _) => {
                let (hour, minute) = (at.hour().unsigned_abs(), at.minute().unsigned_abs());
                let moment = excel_day(at.date())?.and_hms(hour.into(), minute, f64::from(at.second()))?;
                sheet.write_datetime_with_format(row, column, moment, &f.at).map(drop)
            }
        }
    }

    /// Columns that it takes; a Chinese character takes two.
    fn width(&self) -> usize {
        match self {
            Self::Day(..) => DAY.len(),
            Self::At(..) => AT.len(),
            text => width(text.text()),
        }
    }
}

fn width(text: &str) -> usize {
    let of = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(of).max().unwrap_or(0)
}

fn excel_day(day: Date) -> std::result::Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

type Written = std::result::Result<(), XlsxError>;

const DAY: &str = "yyyy-mm-dd";
const AT: &str = "yyyy-mm-dd hh:mm";

struct Formats {
    day: Format,
    at: Format,
}

/// Rows under a head.
pub(crate) struct Table<H = &'static str> {
    /// File name without extension.
    pub name: &'static str,
    /// The sheet's name, in the reader's language.
    pub sheet: &'static str,
    /// Column names.
    pub head: Vec<H>,
    /// Cells.
    pub rows: Vec<Vec<Cell>>,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Columns of a spreadsheet are between so and so many characters wide.
const NARROWEST: usize = 6;
const WIDEST: usize = 60;
/// Rows by whose contents a column gets its width.
const MEASURED: usize = 1_000;

/// Rows of text as cells.
pub(crate) fn texts(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<Vec<Cell>> {
    rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect()
}

fn broken(e: impl std::fmt::Display) -> Error {
    Error::Internal(e.to_string())
}

impl<H: AsRef<str>> Table<H> {
    /// As the file of an extension, `csv` or `xlsx`.
    ///
    /// # Errors
    /// `NotFound` for another extension.
    pub(crate) fn file(&self, extension: &str) -> Result<Response> {
        match extension {
            "csv" => Ok(self.answer("text/csv; charset=utf-8", "csv", self.csv()?)),
            "xlsx" => Ok(self.answer(XLSX, "xlsx", self.book()?)),
            _ => Err(Error::NotFound),
        }
    }

    fn answer(&self, kind: &'static str, extension: &str, bytes: Vec<u8>) -> Response {
        let disposition = format!("attachment; filename=\"{}.{extension}\"", self.name);
        ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
            .into_response()
    }

    /// With a byte-order mark, by which spreadsheets recognise UTF-8.
    fn csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(self.head.iter().map(AsRef::as_ref)).map_err(broken)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|c| harmless(c.text()))).map_err(broken)?;
        }
        writer.into_inner().map_err(broken)
    }

    fn book(&self) -> Result<Vec<u8>> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let formats =
            Formats { day: Format::new().set_num_format(DAY), at: Format::new().set_num_format(AT) };
        let sheet = book.add_worksheet();
        sheet.set_name(self.sheet).map_err(broken)?;
        sheet.set_freeze_panes(1, 0).map_err(broken)?;
        for (c, name) in (0u16..).zip(&self.head) {
            sheet.write_string_with_format(0, c, name.as_ref(), &bold).map_err(broken)?;
            let cells = self.rows.iter().take(MEASURED).filter_map(|row| row.get(usize::from(c)));
            let widest = cells.map(Cell::width).chain([width(name.as_ref())]).max().unwrap_or(0);
            let width = u16::try_from(widest.clamp(NARROWEST, WIDEST) + 2).unwrap_or(u16::MAX);
            sheet.set_column_width(c, width).map_err(broken)?;
        }
        for (r, row) in (1u32..).zip(&self.rows) {
            for (c, cell) in (0u16..).zip(row) {
                cell.write(sheet, (r, c), &formats).map_err(broken)?;
            }
        }
        book.save_to_buffer().map_err(broken)
    }
}

/// A cell that begins like a formula would be run by a spreadsheet.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: Vec<Cell>) -> Table {
        let head = (0..cells.len()).map(|_| "x").collect();
        Table { name: "t", sheet: "工单", head, rows: vec![cells] }
    }

    #[test]
    fn formulas_do_not_run_and_quotes_survive() {
        let cells = ["=1+1", "a \"b\", c"].map(|t| t.to_owned().into()).to_vec();
        let text = String::from_utf8(table(cells).csv().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}x,x\n'=1+1,\"a \"\"b\"\", c\"\n");
    }

    #[test]
    fn a_spreadsheet_gets_numbers_and_moments_and_keeps_text() {
        let day = jiff::civil::date(2026, 9, 1);
        let cells = vec![
            Cell::Number("-1.5".to_owned()),
            Cell::Number("–".to_owned()),
            Cell::Text("007".to_owned()),
            Cell::Day(day, "9月1日".to_owned()),
            Cell::At(day.at(12, 0, 0, 0), "9月1日 12:00".to_owned()),
        ];
        let kept = table(cells.clone()).csv().unwrap();
        assert!(String::from_utf8(kept).unwrap().ends_with("'-1.5,–,007,9月1日,9月1日 12:00\n"));
        let book = table(cells).book().unwrap();
        assert!(book.starts_with(b"PK"));
        assert_eq!((width("工单AF"), width("a\nbcd"), Cell::Day(day, String::new()).width()), (6, 3, 10));
    }
}
