//! The values of a document that are no texts, by the names of their fields: for those who keep them elsewhere.

use tantivy::schema::document::{Document, ReferenceValueLeaf, Value};

use super::document::{FieldValue, IssueDocument};
use super::schema::IndexSchema;

/// The bands of age: first year, last year, name.
pub const AGE_BANDS: [(u64, u64, &str); 7] = [
    (0, 17, "0-17"),
    (18, 29, "18-29"),
    (30, 39, "30-39"),
    (40, 49, "40-49"),
    (50, 59, "50-59"),
    (60, 69, "60-69"),
    (70, u64::MAX, "70+"),
];

/// A value that is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainValue {
    /// Of a keyword field or a path, as it is counted and shown.
    Keyword(String),
    /// Of a number, a day (`yyyymmdd`) or a case.
    Number(u64),
}

impl IssueDocument {
    /// The values of keyword fields, numbers, days, case and path, in the order in which they are indexed. A value of a
    /// field that may have several comes once, also where letters spell it differently.
    pub fn plain_values(&self) -> Vec<(&'static str, PlainValue)> {
        let schema = &IndexSchema::get().tantivy;
        let plain = self.iter_fields_and_values().filter_map(|(field, value)| {
            let FieldValue::Small(small) = value else { return None };
            let value = match small.as_leaf()? {
                ReferenceValueLeaf::Str(text) => PlainValue::Keyword(text.to_owned()),
                ReferenceValueLeaf::U64(number) => PlainValue::Number(number),
                _ => return None,
            };
            Some((schema.get_field_name(field), value))
        });
        plain.collect()
    }
}
