//! What a server can do, tried in an index of its own that is taken away again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::bulk::{self, Fate, Operation};
use super::client::{Client, whole};
use super::deliver::{Courier, DELETION_BYTES, Sending};
use super::document::{documents, identity, version};
use super::listing::Listing;
use super::mapping::{COMMIT_SECONDS, Spread};
use super::publish::refresh;
use super::takedown::SEEN;
use super::{backoff, init};
use crate::error::{Error, ErrorKind, Result};
use crate::letter::{CaseNumber, Date, Outcome};
use crate::record::{IssueRecord, LetterRecord};

/// What was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable name.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// Whether this program needs it.
    pub needed: bool,
    /// Whether the server can do it.
    pub works: bool,
    /// What it did instead.
    pub told: Option<String>,
}

/// What a server can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The servers.
    pub target: String,
    /// What kind of engine it is.
    pub flavor: &'static str,
    /// What was tried, in this order.
    pub checks: Vec<Check>,
    /// Whether all that is needed works.
    pub fit: bool,
}

/// Each check: its name, what it is, and whether it is needed.
const CHECKS: [(&str, &str, bool); 13] = [
    ("creates", "makes an index with the fields that are sent", true),
    ("takes", "takes documents in bulk and tells what became of each", true),
    ("counts", "counts all that matches exactly", true),
    ("replaces", "replaces a document that is sent again under its id", true),
    ("terms", "finds words by the terms made here", true),
    ("phrases", "finds them in a row, in their order", true),
    ("values", "finds whole values, and counts them", true),
    ("orders", "orders by numbers, and finds ranges of them", true),
    ("keeps", "gives documents back as they were sent", true),
    ("strict", "refuses a document with a field that there is not", false),
    ("days", "refuses a document with a day that there is not", false),
    ("slim", "leaves terms out of what it keeps", false),
    ("deletes", "takes a document away by its id", true),
];

/// How documents are taken away.
const SENDING: Sending = Sending {
    backoff: Duration::from_millis(500),
    most_backoff: Duration::from_secs(5),
    patience: Duration::from_secs(30),
    settling: SEEN,
};
/// How often a server that does not answer is asked again to take the index away.
const REMOVALS: u32 = 5;

/// Tries what a server can do. The index is taken away also where something fails, or is stopped: then there is no diagnosis.
///
/// # Errors
/// When the server cannot be asked at all, or the index is still there.
pub fn diagnose(client: &Client, stop: &AtomicBool) -> Result<Option<Diagnosis>> {
    let name = format!("imr-doctor-{:08x}", backoff::seed() as u32);
    let client = client.with_index(&name)?;
    let mut patient = Patient { client: &client, stop, checks: Vec::new() };
    let made = init::make(&client, Spread { shards: Some(1), replicas: None });
    let is_made = made.is_ok();
    patient.add("creates", made.map(|_| ()));
    let tried = if is_made { patient.all() } else { Ok(()) };
    // What could not be made as it was asked for may be there all the same.
    if let Err(error) = removed(&client)
        && init::is_there(&client).unwrap_or(is_made)
    {
        return Err(Error::new(ErrorKind::Remote, format!("the index `{name}` is still there"))
            .with_source(error)
            .with_hint("take it away yourself"));
    }
    tried?;
    if stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let mut target = client.target().clone();
    target.index.clear();
    let fit = is_made && patient.checks.iter().all(|check| check.works || !check.needed);
    Ok(Some(Diagnosis { target: target.to_string(), flavor: client.flavor().name(), checks: patient.checks, fit }))
}

/// Takes the index away, patiently.
fn removed(client: &Client) -> Result<()> {
    let mut left = REMOVALS;
    loop {
        match init::remove(client) {
            Err(error) if error.kind() == ErrorKind::RemoteUnreachable && left > 0 => left -= 1,
            other => return other,
        }
        backoff::wait(Duration::from_secs(1), || false);
    }
}

struct Patient<'a> {
    client: &'a Client,
    stop: &'a AtomicBool,
    checks: Vec<Check>,
}

impl Patient<'_> {
    fn add(&mut self, name: &str, result: Result<()>) {
        let Some((name, about, needed)) = CHECKS.into_iter().find(|(known, ..)| *known == name) else { return };
        // What Quickwit never does is told, and there is a way without it.
        let needed = needed && (self.client.flavor().knows_ids() || !matches!(name, "replaces" | "deletes"));
        let told = result.as_ref().err().map(|error| error.reason());
        self.checks.push(Check { name, about, needed, works: result.is_ok(), told });
    }

    /// Tries one thing, unless there is to be an end; says whether it works.
    fn try_out(&mut self, name: &str, check: impl FnOnce(&Self) -> Result<()>) -> bool {
        if self.is_stopped() {
            return false;
        }
        let result = check(self);
        let works = result.is_ok();
        self.add(name, result);
        works
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn all(&mut self) -> Result<()> {
        let letters = letters();
        let courier = Courier::new(self.client, &SENDING, DELETION_BYTES, self.stop)?;
        if !self.try_out("takes", |this| this.send(&letters).and_then(|()| this.settled(4))) {
            return Ok(());
        }
        self.try_out("counts", |this| this.wants("all", &json!({"match_all": {}}), 4));
        // What is added there would be found by everything below.
        self.try_out("replaces", |this| match this.client.flavor().knows_ids() {
            true => this.send(&letters[..1]).and_then(|()| this.settled(4)),
            false => Err(told("it adds every document, whatever its id".to_owned())),
        });
        self.try_out("terms", Self::terms);
        self.try_out("phrases", Self::phrases);
        self.try_out("values", Self::values);
        self.try_out("orders", |this| this.orders(&letters));
        self.try_out("keeps", |this| this.keeps(&letters));
        self.try_out("strict", |this| this.refuses(&courier, &letters[0], "imr_no_such_field", &json!("x")));
        self.try_out("days", |this| this.refuses(&courier, &letters[0], "decided", &json!("2017-02-31")));
        self.try_out("slim", Self::slim);
        self.try_out("deletes", |this| this.deletes(&courier));
        Ok(())
    }

    /// Sends letters, each of whose documents must be taken.
    fn send(&self, letters: &[LetterRecord]) -> Result<()> {
        let index = &self.client.target().index;
        let made = letters.iter().flat_map(|letter| documents(letter, &version(letter)));
        let operations: Vec<_> =
            made.map(|document| Operation::put(self.client.flavor(), index, 0, &document)).collect();
        for fate in self.fates(&operations)? {
            if !matches!(fate, Fate::Created | Fate::Replaced) {
                return Err(told(format!("a document was not taken: {fate}")));
            }
        }
        Ok(())
    }

    fn fates(&self, operations: &[Operation]) -> Result<Vec<Fate>> {
        let (body, path) = (bulk::body(operations), bulk::path(self.client.flavor()));
        let answer = self.client.ask(&bulk::request(self.client.flavor(), &path, &body, operations.len()))?;
        if !answer.is_success() {
            return Err(self.client.refused(&answer));
        }
        bulk::fates(operations, &answer).ok_or_else(|| told("the answer does not tell of each document".to_owned()))
    }

    /// Waits until so many documents can be found.
    fn settled(&self, count: u64) -> Result<()> {
        refresh(self.client)?;
        let until = Instant::now()
            + if self.client.flavor().knows_ids() { SEEN } else { Duration::from_secs(3 * COMMIT_SECONDS) };
        loop {
            match self.client.count(&json!({"match_all": {}}))? {
                found if found == count => return Ok(()),
                found if Instant::now() > until => {
                    return Err(told(format!("{found} documents are there, not {count}")));
                }
                _ if self.is_stopped() => return Err(told("it was stopped".to_owned())),
                _ => backoff::wait(Duration::from_millis(200), || self.is_stopped()),
            };
        }
    }

    fn wants(&self, what: &str, query: &Value, count: u64) -> Result<()> {
        match self.client.count(query)? {
            found if found == count => Ok(()),
            found => Err(told(format!("{what}: {found} documents, not {count}"))),
        }
    }

    fn terms(&self) -> Result<()> {
        let of = |word: &str| json!({"term": {"rationale_terms": {"value": word}}});
        self.wants("a stemmed word", &of("guidelin"), 3)?;
        self.wants("a word that is not there", &of("guidelines"), 0)
    }

    fn phrases(&self) -> Result<()> {
        let of = |words: &str| json!({"match_phrase": {"rationale_terms": {"query": words}}});
        self.wants("two words in a row", &of("function restor"), 2)?;
        self.wants("two words in another order", &of("restor function"), 0)?;
        self.wants("two words that are not in a row", &of("function program"), 0)
    }

    fn values(&self) -> Result<()> {
        self.wants("a value", &json!({"term": {"outcome": {"value": "overturned"}}}), 1)?;
        let aggregation = json!({"all": {"terms": {"field": "outcome", "size": 10}}});
        let answer = self.client.search(&json!({"size": 0, "track_total_hits": true, "aggs": aggregation}))?;
        whole(&answer, self.client.target())?;
        let buckets = answer.pointer("/aggregations/all/buckets").and_then(Value::as_array);
        let mut counted: Vec<(&str, u64)> = buckets
            .into_iter()
            .flatten()
            .filter_map(|bucket| Some((bucket.get("key")?.as_str()?, bucket.get("doc_count")?.as_u64()?)))
            .collect();
        counted.sort_unstable();
        match counted[..] {
            [("overturned", 1), ("upheld", 3)] => Ok(()),
            _ => Err(told(format!("it counts {counted:?}"))),
        }
    }

    fn orders(&self, letters: &[LetterRecord]) -> Result<()> {
        let listed = Listing::new(self.client).collect::<Result<Vec<_>>>()?;
        let found: Vec<u64> = listed.iter().map(|listed| listed.letter).collect();
        let expected: Vec<u64> = letters.iter().map(identity).collect();
        if found != expected {
            return Err(told("letters do not come in their order".to_owned()));
        }
        self.wants("a range", &json!({"range": {"decided_day": {"gte": 20170101, "lte": 20171231}}}), 3)
    }

    fn source(&self) -> Result<Value> {
        let query = json!({"term": {"id": {"value": "CM99-9999901/2"}}});
        let answer = self.client.search(&json!({"query": query, "size": 1, "track_total_hits": true}))?;
        answer
            .pointer("/hits/hits/0/_source")
            .cloned()
            .ok_or_else(|| told("a document is not found by its id".to_owned()))
    }

    fn keeps(&self, letters: &[LetterRecord]) -> Result<()> {
        let stored = super::document::stored(&self.source()?)?;
        let expected = LetterRecord { issues: Vec::new(), ..letters[0].clone() };
        let is_same = stored.letter == expected && stored.issue.as_ref() == letters[0].issues.get(1);
        if is_same { Ok(()) } else { Err(told("a document comes back as another".to_owned())) }
    }

    fn slim(&self) -> Result<()> {
        let source = self.source()?;
        let kept = source.as_object().is_some_and(|source| source.keys().any(|name| name.ends_with("_terms")));
        if kept { Err(told("it keeps them; the index takes more on disk".to_owned())) } else { Ok(()) }
    }

    fn refuses(&self, courier: &Courier<'_>, letter: &LetterRecord, field: &str, value: &Value) -> Result<()> {
        let made = documents(letter, &version(letter)).into_iter().next();
        let mut document: Map<String, Value> = made.ok_or_else(|| told("there is no document".to_owned()))?;
        document.insert("id".to_owned(), json!("CM99-9999909/1"));
        document.insert(field.to_owned(), value.clone());
        let operations = [Operation::put(self.client.flavor(), &self.client.target().index, 0, &document)];
        match self.fates(&operations)?.first() {
            Some(Fate::Rejected { .. }) => Ok(()),
            fate => {
                // Engines that cannot are told of by another check.
                courier.delete(&["CM99-9999909/1".to_owned()]).ok();
                Err(told(fate.map_or("it does not tell".to_owned(), |fate| format!("it takes one: {fate}"))))
            }
        }
    }

    fn deletes(&self, courier: &Courier<'_>) -> Result<()> {
        courier.delete(&["CM99-9999902/1".to_owned()])?;
        refresh(self.client)?;
        let until = Instant::now() + SEEN;
        loop {
            let gone =
                self.wants("a document that was deleted", &json!({"term": {"id": {"value": "CM99-9999902/1"}}}), 0);
            if gone.is_ok() || Instant::now() > until || self.is_stopped() {
                return gone;
            }
            backoff::wait(Duration::from_millis(200), || self.is_stopped());
        }
    }
}

fn told(what: String) -> Error {
    Error::new(ErrorKind::Remote, what)
}

/// Invented letters to try with: of the cases 9999901 and 9999902, with three issues and one.
fn letters() -> Vec<LetterRecord> {
    let letter = |serial: u64, year: u16, issues: &[(&str, &str, Outcome)]| {
        let mut letter = LetterRecord::default();
        letter.facts.case_number = CaseNumber::from_u64(99 * 10_000_000 + serial);
        letter.facts.decision_date = Date::new(year, 3, 1);
        letter.facts.clinical_summary = Some("The summary of a case that nobody had.".to_owned());
        letter.facts.digest = format!("{serial:064x}");
        letter.facts.path = format!("doctor/{serial}.txt");
        let issue = |(number, (issue, rationale, outcome)): (u32, &(&str, &str, Outcome))| IssueRecord {
            number,
            issue: (*issue).to_owned(),
            rationale: Some((*rationale).to_owned()),
            outcome: Some(*outcome),
            category: Some("rehabilitation/acupuncture".to_owned()),
            ..IssueRecord::default()
        };
        letter.issues = (1..).zip(issues).map(issue).collect();
        letter
    };
    let (upheld, overturned) = (Outcome::Upheld, Outcome::Overturned);
    vec![
        letter(
            9_999_901,
            2017,
            &[
                ("Acupuncture", "The guidelines ask for functional restoration first.", upheld),
                ("Physical therapy", "Functional restoration is what the guidelines name.", overturned),
                ("Massage", "Guidelines are silent on a function of a program.", upheld),
            ],
        ),
        letter(9_999_902, 2016, &[("MRI", "No red flag was found.", upheld)]),
    ]
}
