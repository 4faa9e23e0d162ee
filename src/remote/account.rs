//! What a run of publishing did, in numbers that add up.

use std::time::Duration;

/// What became of the letters and their documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Letters here: the sum of new, changed, unchanged, withheld, rejected and waiting.
    pub letters: u64,
    /// Letters that were not known to be there, and are now.
    pub new: u64,
    /// Letters of which another version, or a part, was there.
    pub changed: u64,
    /// Letters that were there as they are here.
    pub unchanged: u64,
    /// Letters here that are not to be published.
    pub withheld: u64,
    /// Letters of which the engine refused a document; what it took of them is there.
    pub rejected: u64,
    /// Letters that the run did not come to.
    pub waiting: u64,
    /// Letters that were there, and are not here or not to be published, and are gone there now.
    pub removed: u64,
    /// What was done with documents.
    pub documents: Documents,
    /// How many requests carried documents.
    pub requests: u64,
    /// How many of them were answered in no way that told of every document.
    pub unanswered: u64,
    /// How many times a document was refused for the time being.
    pub postponed: u64,
    /// How many bytes were sent, those sent again included.
    pub bytes: u64,
    /// Whether the run was stopped before its end.
    pub is_interrupted: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// What became of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Documents {
    /// Put there where none of the id was.
    pub created: u64,
    /// Put there in place of another version, or of the same.
    pub replaced: u64,
    /// Taken away.
    pub deleted: u64,
    /// Refused for good.
    pub rejected: u64,
    /// Whose taking away was asked for, which the engine does in its own time.
    pub deletions_asked: u64,
}

impl Documents {
    /// Adds those of a batch.
    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.replaced += other.replaced;
        self.deleted += other.deleted;
        self.rejected += other.rejected;
        self.deletions_asked += other.deletions_asked;
    }
}

impl Account {
    /// Whether the letters add up.
    pub fn adds_up(&self) -> bool {
        let Self { letters, new, changed, unchanged, withheld, rejected, waiting, .. } = self;
        *letters == new + changed + unchanged + withheld + rejected + waiting
    }
}

/// A document that the engine refused for good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    /// The document.
    pub id: String,
    /// Its letter.
    pub letter: String,
    /// What was to be done with it.
    pub action: &'static str,
    /// The status that the engine gave.
    pub status: u16,
    /// Why, in the engine's words.
    pub reason: String,
}
