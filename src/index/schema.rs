//! The fields of the index, built from `schema/index.json`, the source of truth.

use std::sync::LazyLock;

use serde::Deserialize;
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions};

use super::analysis;

const SOURCE: &str = include_str!("../../schema/index.json");

/// The name of [`IndexSchema::number`].
pub const NUMBER: &str = "number";
/// The name of the field with how many issues a letter has.
pub const REQUESTS: &str = "requests";

/// The name of [`IndexSchema::same_rationale`].
pub const SAME_RATIONALE: &str = "same_rationale";

/// How a field is indexed, and so what a query may ask of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Words: stemmed, without accents, with positions.
    Text,
    /// Whole values, which can be counted.
    Keyword,
    /// Whole values with levels, such as `rehabilitation/acupuncture`; a level stands for all below it.
    Hierarchy,
    /// A day as the number `yyyymmdd`.
    Date,
    /// A whole number.
    Number,
    /// A case number.
    Case,
    /// The path of a file.
    Path,
}

/// One field of the index.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FieldDef {
    /// The name in queries.
    pub name: String,
    /// How it is indexed.
    pub kind: FieldKind,
    /// Whether bare words of a query are looked for in it.
    #[serde(default)]
    pub words: bool,
    /// The factor on its score.
    #[serde(default)]
    pub weight: f32,
    /// The usual number of words of a value.
    #[serde(default)]
    pub length: u32,
    /// Whether a word counts once in its score, however often it stands there.
    #[serde(default)]
    pub once: bool,
    /// Whether it is a text of the letter, which stands with the letter's first document only.
    #[serde(default)]
    pub letter: bool,
    /// Whether it is a text field that may have several values.
    #[serde(default)]
    pub several: bool,
    /// What it holds, for people.
    pub about: String,
}

#[derive(Deserialize)]
struct Source {
    format: u32,
    fields: Vec<FieldDef>,
}

/// The schema: the fields that queries name, and those that only the program knows.
pub struct IndexSchema {
    /// The version of the index format; an index of another is refused.
    pub format: u32,
    /// The schema as tantivy wants it.
    pub tantivy: Schema,
    /// The place of the issue in its letter, from 1; 0 for the document of a letter without issues.
    pub number: Field,
    /// A number that issues with the same rationale and outcome have in common.
    pub same_rationale: Field,
    /// The words of all texts before they are stemmed, for patterns; a letter's words are under any of its documents.
    pub forms: Field,
    /// The issue's record as JSON, stored.
    pub issue_record: Field,
    /// The letter's record without its issues as JSON, stored with the letter's first document.
    pub letter_record: Field,
    fields: Vec<(FieldDef, Field)>,
}

impl FieldDef {
    /// Whether its values can be counted.
    pub fn is_keyword(&self) -> bool {
        matches!(self.kind, FieldKind::Keyword | FieldKind::Hierarchy)
    }
}

impl IndexSchema {
    /// The schema of this version of the program.
    pub fn get() -> &'static IndexSchema {
        static SCHEMA: LazyLock<IndexSchema> = LazyLock::new(IndexSchema::build);
        &SCHEMA
    }

    /// The fields that queries may name, in the order of `schema/index.json`.
    pub fn fields(&self) -> impl Iterator<Item = (&FieldDef, Field)> {
        self.fields.iter().map(|(def, field)| (def, *field))
    }

    /// The field of this name.
    pub fn find(&self, name: &str) -> Option<(&FieldDef, Field)> {
        self.fields().find(|(def, _)| def.name.eq_ignore_ascii_case(name))
    }

    /// The field of a name that the program itself uses.
    ///
    /// # Panics
    /// When `schema/index.json` lacks the field, which a test excludes.
    pub fn field(&self, name: &str) -> Field {
        self.find(name).unwrap_or_else(|| panic!("schema/index.json has no field `{name}`")).1
    }

    fn build() -> Self {
        let source: Source = serde_json::from_str(SOURCE).expect("schema/index.json is well-formed");
        let mut builder = Schema::builder();
        let fields = source.fields.into_iter().map(|def| {
            let field = match def.kind {
                FieldKind::Text => {
                    let analyzer = if def.several { analysis::ENGLISH_VALUES } else { analysis::ENGLISH };
                    builder.add_text_field(&def.name, text_options(analyzer))
                }
                FieldKind::Keyword => {
                    builder.add_text_field(&def.name, keyword_options(analysis::KEYWORD).set_fast("raw"))
                }
                FieldKind::Hierarchy => {
                    builder.add_text_field(&def.name, keyword_options(analysis::HIERARCHY).set_fast("raw"))
                }
                FieldKind::Date | FieldKind::Number | FieldKind::Case => {
                    builder.add_u64_field(&def.name, NumericOptions::default().set_indexed().set_fast())
                }
                FieldKind::Path => builder.add_text_field(&def.name, keyword_options("raw")),
            };
            (def, field)
        });
        let fields = fields.collect();
        let number = builder.add_u64_field(NUMBER, NumericOptions::default().set_indexed().set_fast());
        let same_rationale = builder.add_u64_field(SAME_RATIONALE, NumericOptions::default().set_fast());
        // Behind the texts, since tantivy takes the fields of a document in this order, and the texts tell the forms.
        let forms = builder.add_text_field("forms", keyword_options(analysis::FORMS));
        let issue_record = builder.add_bytes_field("issue_record", STORED);
        let letter_record = builder.add_bytes_field("letter_record", STORED);
        Self {
            format: source.format,
            tantivy: builder.build(),
            number,
            same_rationale,
            forms,
            issue_record,
            letter_record,
            fields,
        }
    }
}

fn text_options(analyzer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer(analyzer).set_index_option(IndexRecordOption::WithFreqsAndPositions),
    )
}

fn keyword_options(tokenizer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    )
}
