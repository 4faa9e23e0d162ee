//! What is there: all documents in the order of letters, a page at a time.
//!
//! A page begins where the letters of the one before end, by a range over the place of letters: every engine has that.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::client::{Client, whole};
use super::document::letter_of_name;
use super::fields::{ID, LETTER, NUMBER, ORDER, VERSION};
use crate::error::{Error, ErrorKind, Result};

/// How many documents a page has.
const PAGE: usize = 1000;
/// A letter of which more documents are there than this cannot be listed.
const MOST_OF_A_LETTER: usize = 10_000;

/// The documents of a letter there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The letter.
    pub letter: u64,
    /// Its documents: their ids, numbers and versions, by number.
    pub documents: Vec<Document>,
}

/// A document there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// The place of the issue.
    pub number: u64,
    /// The digest of the letter that it was made of.
    pub version: String,
}

/// All letters there.
pub struct Listing<'a> {
    client: &'a Client,
    page: usize,
    from: Option<u64>,
    ahead: VecDeque<Listed>,
    failed: bool,
}

impl<'a> Listing<'a> {
    /// All letters there, as of when they are come to.
    pub fn new(client: &'a Client) -> Self {
        Self { client, page: PAGE, from: Some(0), ahead: VecDeque::new(), failed: false }
    }

    fn look_ahead(&mut self) -> Result<()> {
        let Some(from) = self.from.take() else { return Ok(()) };
        let answer = self.client.search(&json!({
            "query": {"range": {ORDER: {"gte": from}}},
            "sort": [{ORDER: {"order": "asc"}}, {NUMBER: {"order": "asc"}}],
            "size": self.page,
            "track_total_hits": true,
            "_source": [ID, LETTER, ORDER, NUMBER, VERSION],
        }))?;
        whole(&answer, self.client.target())?;
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array).ok_or_else(|| self.foreign())?;
        let is_full = hits.len() >= self.page;
        let mut last = None;
        for hit in hits {
            let source = hit.get("_source").unwrap_or(&Value::Null);
            let text = |name: &str| source.get(name).and_then(Value::as_str);
            let number = |name: &str| source.get(name).and_then(Value::as_u64);
            let (Some(id), Some(letter), Some(version)) =
                (text(ID), text(LETTER).and_then(letter_of_name), text(VERSION))
            else {
                return Err(self.foreign());
            };
            let (Some(place), Some(order)) = (number(NUMBER), number(ORDER)) else { return Err(self.foreign()) };
            if last.is_some_and(|last| last > order) || order < from {
                let message = format!("`{}` does not answer in the order that it was asked for", self.client.target());
                return Err(Error::new(ErrorKind::Remote, message));
            }
            last = Some(order);
            let document = Document { id: id.to_owned(), number: place, version: version.to_owned() };
            match self.ahead.back_mut().filter(|listed| listed.letter == letter) {
                Some(listed) => listed.documents.push(document),
                None => self.ahead.push_back(Listed { letter, documents: vec![document] }),
            }
        }
        let Some(last) = last.filter(|_| is_full) else { return Ok(()) };
        // The last letter may go on behind the page, so it is asked for again.
        if self.ahead.len() > 1 {
            self.ahead.pop_back();
            (self.from, self.page) = (Some(last), PAGE);
        } else if self.page < MOST_OF_A_LETTER {
            self.ahead.clear();
            (self.from, self.page) = (Some(last), MOST_OF_A_LETTER);
        } else {
            (self.from, self.page) = (Some(last + 1), PAGE);
        }
        Ok(())
    }

    fn foreign(&self) -> Error {
        let message = format!("`{}` holds documents that this program did not send", self.client.target());
        Error::new(ErrorKind::Remote, message).with_hint("publish into an index of its own, made by `imr remote init`")
    }
}

impl Iterator for Listing<'_> {
    type Item = Result<Listed>;

    fn next(&mut self) -> Option<Result<Listed>> {
        while self.ahead.is_empty() && self.from.is_some() && !self.failed {
            if let Err(error) = self.look_ahead() {
                self.failed = true;
                return Some(Err(error));
            }
        }
        self.ahead.pop_front().map(Ok)
    }
}
