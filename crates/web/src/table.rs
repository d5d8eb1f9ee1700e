//! Tables that leave the house: CSV and XLSX from the same rows that a page shows.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::{Error, Result};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Rows of text under a head.
pub(crate) struct Table<H = &'static str> {
    /// File name without extension.
    pub name: &'static str,
    /// Column names.
    pub head: Vec<H>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Writes a cell into a sheet.
type Write = fn(&mut Worksheet, u32, u16, &str) -> std::result::Result<(), XlsxError>;

fn text(sheet: &mut Worksheet, row: u32, column: u16, cell: &str) -> std::result::Result<(), XlsxError> {
    sheet.write_string(row, column, cell).map(drop)
}

fn number_or_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &str,
) -> std::result::Result<(), XlsxError> {
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match cell.parse::<f64>() {
        Ok(number) if plain => sheet.write_number(row, column, number).map(drop),
        _ => text(sheet, row, column, cell),
    }
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
            "xlsx" => Ok(self.answer(XLSX, "xlsx", self.book(text)?)),
            _ => Err(Error::NotFound),
        }
    }

    /// Like [`Table::file`]; a spreadsheet can calculate with cells that are numbers.
    ///
    /// # Errors
    /// `NotFound` for another extension.
    pub(crate) fn file_with_numbers(&self, extension: &str) -> Result<Response> {
        if extension == "xlsx" {
            return Ok(self.answer(XLSX, "xlsx", self.book(number_or_text)?));
        }
        self.file(extension)
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
            writer.write_record(row.iter().map(|c| harmless(c))).map_err(broken)?;
        }
        writer.into_inner().map_err(broken)
    }

    fn book(&self, write: Write) -> Result<Vec<u8>> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let bold = rust_xlsxwriter::Format::new().set_bold();
        let sheet = book.add_worksheet();
        sheet.set_freeze_panes(1, 0).map_err(broken)?;
        for (c, name) in (0u16..).zip(&self.head) {
            sheet.write_string_with_format(0, c, name.as_ref(), &bold).map_err(broken)?;
            sheet.set_column_width(c, 24).map_err(broken)?;
        }
        for (r, row) in (1u32..).zip(&self.rows) {
            for (c, cell) in (0u16..).zip(row) {
                write(sheet, r, c, cell).map_err(broken)?;
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

    #[test]
    fn formulas_do_not_run_and_quotes_survive() {
        let rows = vec![vec!["=1+1".to_owned(), "a \"b\", c".to_owned()]];
        let table = Table { name: "t", head: vec!["x", "y"], rows };
        let text = String::from_utf8(table.csv().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}x,y\n'=1+1,\"a \"\"b\"\", c\"\n");
        assert!(table.book(number_or_text).unwrap().starts_with(b"PK"));
    }
}
