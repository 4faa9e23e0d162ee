//! The documents of a letter, which stand in a row in every segment and after every merge: they are added together.

use tantivy::DocId;
use tantivy::columnar::Column;

/// The first document of the letter of a document, by the numbers of all documents.
pub fn first_of_letter(numbers: &Column<u64>, doc: DocId) -> DocId {
    first_by_number(doc, numbers.first(doc).unwrap_or(0))
}

/// The first document of the letter of a document that has this number in its letter: the numbers of its issues go up from 1
/// by one, and the only document of a letter without issues has 0.
pub fn first_by_number(doc: DocId, number: u64) -> DocId {
    doc.saturating_sub(u32::try_from(number.saturating_sub(1)).unwrap_or(DocId::MAX))
}

/// The document behind the letter that begins with this one, by how many issues the letters have.
pub fn end_of_letter(requests: &Column<u64>, first: DocId) -> DocId {
    let documents = requests.first(first).unwrap_or(0).max(1);
    first.saturating_add(u32::try_from(documents).unwrap_or(DocId::MAX))
}
