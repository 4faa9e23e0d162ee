//! How well searching finds what is meant, on letters whose facts are known: `scripts/relevance` prints the table.
//!
//! Judgements follow from the facts that letters were made of, not from what any engine finds in them. `IMR_RELEVANCE` names a
//! folder for the judgements and the rankings in TREC's formats, which trec_eval reads.

mod judge;
mod letters;
mod metrics;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use imr::index::Reader;
use imr::query::{self, Expr};
use imr::search::{self, Request};
use serde_json::Value;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _};
use tantivy::{Index, TantivyDocument, Term, doc};

use crate::support::Folder;
use judge::{Topic, grades, qrels, topics};
use letters::Issue;
use metrics::{DEEP, ndcg_at_10, recall, reciprocal_rank};

/// The letters of the judged set, indexed.
pub struct Judged {
    _folder: Folder,
    reader: Reader,
    plain: Plain,
    issues: Vec<Issue>,
    topics: Vec<Topic>,
}

static JUDGED: LazyLock<Judged> = LazyLock::new(|| {
    let folder = Folder::in_memory();
    let (letters, issues) = letters::all();
    for (path, text) in letters {
        folder.write(&format!("letters/{path}"), text);
    }
    folder.imr(&["index", "letters"]).succeeds();
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    let records = parsed.lines().map(|line| serde_json::from_str(line).unwrap());
    let plain = Plain::new(records);
    assert_eq!(plain.documents, issues.len(), "every issue is read as one");
    Judged { _folder: folder, reader, plain, issues, topics: topics() }
});

/// All text of an issue in one field, ranked by BM25 as tantivy has it: what a search box without fields does.
struct Plain {
    index: Index,
    documents: usize,
}

impl Plain {
    fn new(letters: impl Iterator<Item = Value>) -> Self {
        let mut schema = Schema::builder();
        let name = schema.add_text_field("name", STRING | STORED);
        let indexing =
            TextFieldIndexing::default().set_tokenizer("en_stem").set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 20_000_000).unwrap();
        let mut documents = 0;
        for letter in letters {
            let told = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            for issue in letter["issues"].as_array().unwrap() {
                let all = [
                    told(&issue["issue"]),
                    told(&issue["outcome"]),
                    told(&issue["guideline"]["text"]),
                    told(&issue["claims_guideline"]["text"]),
                    told(&issue["rationale"]),
                    told(&letter["clinical_summary"]),
                ];
                let called = format!("{}/{}", told(&letter["case_number"]), issue["number"]);
                writer.add_document(doc!(name => called, text => all.join("\n"))).unwrap();
                documents += 1;
            }
        }
        writer.commit().unwrap();
        Self { index, documents }
    }

    /// The best for the words of a query, of which any or all must match.
    fn best(&self, query: &str, occur: Occur) -> Vec<String> {
        let field = |name: &str| self.index.schema().get_field(name).unwrap();
        let (name, text) = (field("name"), field("text"));
        let mut words: Vec<(Occur, Box<dyn tantivy::query::Query>)> = Vec::new();
        self.index.tokenizers().get("en_stem").unwrap().token_stream(query).process(&mut |token| {
            let term = Term::from_field_text(text, &token.text);
            words.push((occur, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        });
        let searcher = self.index.reader().unwrap().searcher();
        let top = TopDocs::with_limit(DEEP).order_by_score();
        let found = searcher.search(&BooleanQuery::new(words), &top).unwrap();
        let named = |address| -> String {
            let document: TantivyDocument = searcher.doc(address).unwrap();
            document.get_first(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap()
        };
        found.into_iter().map(|(_, address)| named(address)).collect()
    }
}

impl Judged {
    fn found(&self, expr: Expr) -> search::Found {
        search::search(&self.reader, &Request { limit: DEEP, ..Request::new(expr) }).unwrap()
    }

    fn ranked(&self, expr: Expr) -> Vec<String> {
        let name = |hit: &search::Hit| {
            let case = hit.stored.letter.facts.case_number.unwrap();
            format!("{case}/{}", hit.stored.issue.as_ref().unwrap().number)
        };
        self.found(expr).hits.iter().map(name).collect()
    }

    /// What the program finds, and what its remarks lead to: misspelt words put right, and where less than ten are found,
    /// what has only some of the words.
    fn followed(&self, query: &str) -> Vec<String> {
        let meant = |text: &str| query::parse(text).map(|query| query.expr);
        let wide = |expr: &Expr| query::with_synonyms(expr).expr;
        let mut expr = meant(query).unwrap();
        let found = self.found(wide(&expr)).total;
        let ask = |text: &str| meant(text).map(|expr| wide(&expr));
        if let Some(better) = search::suggestion(&self.reader, query, found, &ask).unwrap() {
            expr = meant(&better).unwrap();
        }
        if self.found(wide(&expr)).total.issues < 10 {
            expr = query::loosened(&expr).unwrap_or(expr);
        }
        self.ranked(wide(&expr))
    }

    fn ranking(&self, system: System, query: &str) -> Vec<String> {
        let literal = || query::parse(query).unwrap().expr;
        match system {
            System::PlainAny => self.plain.best(query, Occur::Should),
            System::PlainAll => self.plain.best(query, Occur::Must),
            System::Literal => self.ranked(literal()),
            System::Synonyms => self.ranked(query::with_synonyms(&literal()).expr),
            System::Followed => self.followed(query),
        }
    }
}

/// What ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    PlainAny,
    PlainAll,
    Literal,
    Synonyms,
    Followed,
}

const SYSTEMS: [(System, &str, &str); 5] = [
    (System::PlainAny, "plain-any", "BM25 over all text, any word"),
    (System::PlainAll, "plain-all", "BM25 over all text, all words"),
    (System::Literal, "imr-exact", "imr --exact"),
    (System::Synonyms, "imr", "imr"),
    (System::Followed, "imr-followed", "imr, its remarks followed"),
];

const KINDS: [&str; 7] = ["words", "short", "drugs", "misspelt", "questions", "citations", "operators"];

/// The measures of each system: over all queries, and nDCG@10 by kind of query.
fn measured(judged: &Judged, mut ran: impl FnMut(&str, &Topic, &[String])) -> String {
    let mut table = format!("system\tnDCG@10\trecall@100\tMRR\t{}\n", KINDS.join("\t"));
    for (system, tag, shown) in SYSTEMS {
        let mut sums = [0.0; 3];
        let mut by_kind: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for topic in &judged.topics {
            let ranking = judged.ranking(system, &topic.query);
            ran(tag, topic, &ranking);
            let grades = grades(topic, &judged.issues);
            let ndcg = ndcg_at_10(&ranking, &grades);
            for (sum, value) in
                sums.iter_mut().zip([ndcg, recall(&ranking, &grades), reciprocal_rank(&ranking, &grades)])
            {
                *sum += value;
            }
            let kind = by_kind.entry(topic.kind.as_str()).or_default();
            *kind = (kind.0 + ndcg, kind.1 + 1.0);
        }
        table += shown;
        for sum in sums {
            table += &format!("\t{:.3}", sum / judged.topics.len() as f64);
        }
        for kind in KINDS {
            let (sum, count) = by_kind[kind];
            table += &format!("\t{:.3}", sum / count);
        }
        table.push('\n');
    }
    table
}

/// A table of cells parted by tabs, aligned.
fn aligned(table: &str) -> String {
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    let wide = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap();
    let mut text = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            text += &match column {
                0 => format!("{cell:<width$}", width = wide(column)),
                _ => format!("  {cell:>width$}", width = wide(column)),
            };
        }
        text.push('\n');
    }
    text
}

fn at(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relevance").join(name)
}

/// Compares with what is kept; `UPDATE_EXPECTED=1` writes it anew.
fn kept(name: &str, now: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some_and(|v| v == "1") {
        std::fs::write(at(name), now).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(at(name)).unwrap_or_default();
    assert!(kept == now, "tests/relevance/{name} differs; UPDATE_EXPECTED=1 writes it anew\n{}\nnow\n{}", kept, now);
}

#[test]
fn the_judged_set_is_found_as_well_as_before() {
    let judged = &*JUDGED;
    let mut runs: BTreeMap<String, String> = BTreeMap::new();
    let table = measured(judged, |tag, topic, ranking| {
        let run = runs.entry(tag.to_owned()).or_default();
        for (place, name) in ranking.iter().enumerate() {
            // The score only has to fall.
            *run += &format!("{} Q0 {name} {} {} {tag}\n", topic.id, place + 1, DEEP - place);
        }
    });
    println!("{}", aligned(&table));
    if let Some(folder) = std::env::var_os("IMR_RELEVANCE").map(std::path::PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("qrels.txt"), qrels(&judged.topics, &judged.issues)).unwrap();
        for (tag, run) in runs {
            std::fs::write(folder.join(format!("{tag}.run")), run).unwrap();
        }
    }
    kept("expected.tsv", &table);
}

#[test]
fn the_judged_set_asks_for_what_there_is() {
    let judged = &*JUDGED;
    assert!(judged.topics.len() >= 40);
    for topic in &judged.topics {
        let grades = grades(topic, &judged.issues);
        assert!(KINDS.contains(&topic.kind.as_str()), "{}", topic.kind);
        let best = grades.values().filter(|grade| **grade == 3).count();
        // What is meant is there, and not everything.
        assert!(best >= 2, "{}: {best} issues are just what is meant", topic.id);
        assert!(best * 4 < judged.issues.len(), "{}: {best} issues are just what is meant", topic.id);
    }
    kept("qrels.txt", &qrels(&judged.topics, &judged.issues));
}
