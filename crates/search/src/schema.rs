//! The fields of the index. Public and internal text stand in different fields, so that a customer's question
//! never touches what only staff may read.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// The version of the fields. An index that was written by another one is built anew.
pub(crate) const VERSION: &str = "4";

/// Words, pairs and identifiers of one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextFields {
    pub words: Field,
    pub pairs: Field,
    pub idents: Field,
}

/// All fields.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub schema: Schema,
    /// Key of the ticket or person to which the document belongs.
    pub of: Field,
    /// [`crate::HitKind`] as a number.
    pub kind: Field,
    /// 1 for what only staff may read.
    pub internal: Field,
    pub organisation: Field,
    pub requester: Field,
    pub product: Field,
    pub severity: Field,
    pub open: Field,
    pub at: Field,
    /// Newer first among equals; ends every order.
    pub tie: Field,
    pub title: TextFields,
    pub text: TextFields,
    pub note: TextFields,
    pub number_kept: Field,
    pub title_kept: Field,
    pub text_kept: Field,
    pub note_kept: Field,
    pub names_kept: Field,
    pub message_kept: Field,
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut schema = Schema::builder();
        let indexed = |option| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option),
            )
        };
        let (freqs, places, basic) = (
            indexed(IndexRecordOption::WithFreqs),
            indexed(IndexRecordOption::WithFreqsAndPositions),
            indexed(IndexRecordOption::Basic),
        );
        let mut text = |name: &str| TextFields {
            words: schema.add_text_field(&format!("{name}_words"), freqs.clone()),
            pairs: schema.add_text_field(&format!("{name}_pairs"), places.clone()),
            idents: schema.add_text_field(&format!("{name}_idents"), basic.clone()),
        };
        let (title, body, note) = (text("title"), text("text"), text("note"));
        Self {
            of: schema.add_text_field("of", STRING | STORED),
            kind: schema.add_u64_field("kind", INDEXED | FAST | STORED),
            internal: schema.add_u64_field("internal", INDEXED | STORED),
            organisation: schema.add_text_field("organisation", STRING),
            requester: schema.add_text_field("requester", STRING),
            product: schema.add_text_field("product", STRING),
            severity: schema.add_text_field("severity", STRING),
            open: schema.add_u64_field("open", INDEXED),
            at: schema.add_i64_field("at", FAST | STORED),
            tie: schema.add_u64_field("tie", FAST),
            title,
            text: body,
            note,
            number_kept: schema.add_text_field("number_kept", STORED),
            title_kept: schema.add_text_field("title_kept", STORED),
            text_kept: schema.add_text_field("text_kept", STORED),
            note_kept: schema.add_text_field("note_kept", STORED),
            names_kept: schema.add_text_field("names_kept", STORED),
            message_kept: schema.add_u64_field("message_kept", STORED),
            schema: schema.build(),
        }
    }
}
