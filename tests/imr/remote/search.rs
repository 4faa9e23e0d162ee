//! Hits of an engine are those of an index here.

mod random;

use std::sync::{Arc, OnceLock};

use imr::afar::Afar;
use imr::index::Reader;
use imr::query::{self, Expr};
use imr::remote::dsl::{self, Able};
use imr::remote::{Flavor, document};
use imr::search::{self, Facet, Found, Request, Sort};
use serde_json::{Value, json};

use random::{Random, texts_of};

use super::contract::Remote;
use super::engine::{Document, Engine, Server};
use super::stats::requests;
use crate::schema::keeps_to;
use crate::support::Folder;

/// The same letters in an index here and as documents of an engine.
pub struct Both {
    pub folder: Folder,
    pub reader: Reader,
    pub documents: Arc<Vec<Document>>,
    /// The texts of the documents.
    texts: Vec<Value>,
}

impl Both {
    /// Invented letters, notes of unknown layout, and texts that are hard to part into words.
    pub fn get() -> &'static Self {
        static BOTH: OnceLock<Both> = OnceLock::new();
        BOTH.get_or_init(|| {
            let folder = Folder::new();
            folder.invent("letters", 1..=160);
            folder.write("letters/note.txt", "A covering note about opioids.\n\nUrine tests came back clean, it says.");
            let long = "x".repeat(70);
            folder
                .write("letters/long.txt", format!("Nothing but words here. One {long} two three {long} four, five."));
            folder.imr(&["index", "letters"]).succeeds();
            let (reader, texts) = documents_of(&folder);
            let documents = Arc::new(texts.iter().cloned().map(Document::new).collect());
            Self { folder, reader, documents, texts }
        })
    }

    pub fn engine(&self, able: Able) -> Engine {
        Engine::new(Arc::clone(&self.documents), able)
    }
}

/// The index of a folder, and its letters as documents.
fn documents_of(folder: &Folder) -> (Reader, Vec<Value>) {
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let mut texts = Vec::new();
    reader
        .letters(&mut |letter| {
            texts.extend(document::documents(&letter, &[0; 16]).into_iter().map(Value::Object));
            Ok(())
        })
        .unwrap();
    (reader, texts)
}

/// What a query asks for, with synonyms.
pub fn expr(text: &str) -> Expr {
    query::with_synonyms(&query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).expr).expr
}

/// All hits in the order of cases, with some facets.
fn request(expr: Expr) -> Request {
    Request {
        limit: 5000,
        sort: Sort::case(),
        facets: Facet::parse_all(&["category", "guideline:3", "specialty", "year", "age_band", "requests"]).unwrap(),
        context: Some(3),
        ..Request::new(expr)
    }
}

/// What tells hits from one another.
fn ids(found: &Found) -> Vec<String> {
    let id = |hit: &search::Hit| {
        let facts = &hit.stored.letter.facts;
        let letter = facts.case_number.map_or_else(|| facts.path.clone(), |case| case.to_string());
        format!("{letter}/{}", hit.stored.issue.as_ref().map_or(0, |issue| issue.number))
    };
    found.hits.iter().map(id).collect()
}

#[track_caller]
fn same(text: &str, here: &Found, there: &Found) {
    assert_eq!(ids(here), ids(there), "{text}");
    assert_eq!((here.total, here.results), (there.total, there.results), "{text}");
    for (one, other) in here.hits.iter().zip(&there.hits) {
        assert_eq!(one, other, "{text}");
    }
    assert_eq!(here.facets, there.facets, "{text}");
    assert_eq!(here.notes, there.notes, "{text}");
}

#[test]
fn queries_find_the_same_there() {
    let both = Both::get();
    let engine = both.engine(Able::ALL);
    let mut found = 0;
    for text in [
        "",
        "acupuncture",
        "acupuncture upheld MTUS",
        "\"upheld\"",
        "PT",
        "\"PT\"",
        "Norco",
        "hydrocodone lumbar",
        "MRI AND (lumbar OR cervical) NOT surgery",
        "NOT upheld",
        "issue:lumbar -rationale:therapy",
        "\"physical therapy\"",
        "issue:\"physical therapy\"",
        "drug:naproxen",
        "drug:*",
        "category:rehabilitation",
        "category:acupuncture",
        "category:rehab*",
        "specialty:\"pain management\"",
        "specialty:pain*",
        "state:CA",
        "chapter:*",
        "outcome:overturned basis:mtus",
        "decided:[2016-12 TO 2017-06]",
        "decided:>2016-12-31",
        "injured:<2014",
        "age:>=60",
        "age:40..49 sex:female",
        "requests:>3",
        "rationale:*",
        "diagnosis:*",
        "text:*",
        "diagnosis:pain",
        "summary:pain",
        "case:*",
        "path:letters",
        "path:letters/note.txt",
        "path:nowhere",
        "acupunc*",
        "wom?n",
        "*scopy",
        "therapies*",
        "\"functional restor*\"",
        "gabapentine~1",
        "acupuncure~2 lumbar",
        "zzz*",
        "550mg",
        "10/325mg",
        "L4-5",
        "9792.24*",
        "trial w/5 function",
        "function w/5 trial",
        "guideline* w/3 therap*",
        "rationale:(medical* pre/10 necessar*)",
        "rationale:(treatment w/9 (guidelines OR criteria))",
        "california w/4 mtus w/9 guidelines",
        "(california w/4 mtus) w/9 (guidelines w/6 knee)",
        "guidelines not w/3 mtus",
        "guidelines not pre/2 \"knee complaints\"",
        "\"guidelines california\"~4",
        "\"criteria acupuncture\"~3",
        "MRI^2 lumbar",
        "opioids w/9 urine",
        "\"words here one\"",
        "\"one two\"",
        "\"two three\"",
        "three w/2 four",
        "three w/1 four",
        "CM16-0000001",
    ] {
        let here = search::search(&both.reader, &request(expr(text))).unwrap();
        let there = Afar::new(&engine).search(&request(expr(text))).unwrap_or_else(|error| panic!("{text}: {error}"));
        same(text, &here, &there);
        found += usize::from(!here.hits.is_empty());
    }
    assert!(found > 50, "{found} queries find something");
    let loose = query::loosened(&query::parse("what opioids were used for the lumbar pain").unwrap().expr).unwrap();
    let here = search::search(&both.reader, &request(loose.clone())).unwrap();
    for able in [Able::ALL, Able::of(Flavor::Rsearch)] {
        same("--any", &here, &Afar::new(&both.engine(able)).search(&request(loose.clone())).unwrap());
    }
}

#[test]
fn hits_come_in_the_order_asked_for_and_page_by_page() {
    let both = Both::get();
    let engine = both.engine(Able::ALL);
    for order in
        ["case", "-case", "decided", "-decided", "-age", "requests", "outcome", "-specialty", "category", "state"]
    {
        let sort = Sort::parse(order).unwrap();
        let request =
            |limit, after: Option<String>| Request { limit, after, sort: sort.clone(), ..Request::new(expr("lumbar")) };
        let here = ids(&search::search(&both.reader, &request(5000, None)).unwrap());
        assert_eq!(ids(&Afar::new(&engine).search(&request(5000, None)).unwrap()), here, "{order}");
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = Afar::new(&engine).search(&request(10, after)).unwrap();
            assert!(page.hits.iter().zip(paged.len() + 1..).all(|(hit, rank)| hit.rank == rank), "{order}");
            paged.extend(ids(&page));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, here, "{order}");
    }
    // A cursor belongs to its query, and one of an index is none of an engine.
    let page = Afar::new(&engine).search(&Request { limit: 2, ..request(expr("lumbar")) }).unwrap();
    let other = Request { after: page.next.clone(), ..request(expr("knee")) };
    let error = Afar::new(&engine).search(&other).unwrap_err();
    assert!(error.to_string().contains("another query"), "{error}");
    let here = search::search(&both.reader, &Request { limit: 2, ..request(expr("lumbar")) }).unwrap();
    let other = Request { after: here.next, ..request(expr("lumbar")) };
    assert!(Afar::new(&engine).search(&other).unwrap_err().to_string().contains("none of an engine"));
}

#[test]
fn nothing_is_asked_of_an_engine_for_what_it_cannot_do() {
    let engine = Both::get().engine(Able::of(Flavor::Quickwit));
    for text in ["opioids /s urine", "trial w/5 function", "\"trial function\"~3"] {
        assert!(Afar::new(&engine).search(&request(expr(text))).is_err(), "{text}");
    }
    for by in [search::By::Letter, search::By::Rationale] {
        assert!(Afar::new(&engine).search(&Request { by, ..request(expr("lumbar")) }).is_err());
    }
    let sample = Request { sort: Sort::Random { seed: 1 }, ..request(expr("lumbar")) };
    assert!(Afar::new(&engine).search(&sample).is_err());
    assert!(engine.asked.borrow().is_empty(), "{:?}", engine.asked.borrow());
}

#[test]
fn an_answer_of_which_something_is_missing_says_so() {
    let mut engine = Both::get().engine(Able::ALL);
    let request = Request { limit: 1, ..Request::new(expr("lumbar")) };
    let partial = |engine: &Engine| {
        let afar = Afar::new(engine);
        afar.search(&request).unwrap();
        afar.partial()
    };
    assert_eq!(partial(&engine), [""; 0]);
    engine.beside = json!({"timed_out": true, "_shards": {"total": 5, "successful": 5, "failed": 0}});
    assert_eq!(partial(&engine), ["its time ran out"]);
    engine.beside = json!({"timed_out": false, "_shards": {"total": 5, "successful": 3, "failed": 2,
        "failures": [{"reason": {"type": "node_not_connected_exception", "reason": "node left"}}]}});
    assert_eq!(partial(&engine), ["2 of 5 shards failed (node left)"]);
    // Values of a field that are not all told would change what a filter means.
    let mut engine = Both::get().engine(Able::ALL);
    engine.most_values = 2;
    let error = Afar::new(&engine).search(&Request::new(expr("specialty:pain"))).unwrap_err();
    assert!(error.to_string().contains("left values out"), "{error}");
    let error = Afar::new(&engine).search(&Request::new(expr("a*"))).unwrap_err();
    assert!(error.to_string().contains("more words fit"), "{error}");
}

/// The JSON of a command here, and of the same there.
fn json_of_both(server: &Server, args: &[&str]) -> (Value, Value) {
    let folder = &Both::get().folder;
    let args = [args, &["--format", "json"]].concat();
    let here = folder.imr(&args).json();
    let there = folder.imr(&[&args[..], &["--remote", &server.target]].concat()).json();
    (here, there)
}

#[test]
fn the_command_line_prints_the_same_there() {
    let both = Both::get();
    let server = Server::of(both.engine(Able::ALL));
    for args in [
        &["search", "acupuncture", "upheld", "--sort", "case", "--facets", "basis,category:3"][..],
        &["search", "PT", "--sort", "-decided", "--limit", "3", "--snippets", "2", "--offset", "4"],
        &["search", "opioid", "--decided", "2016..2017", "--count", "--facets", "outcome"],
        &["search", "zzz"],
        &["search", "rationale:guidelines", "--sort", "case", "--context=4", "--limit", "2"],
        &["search", "--any", "what opioids were used for the lumbar pain", "--sort", "case", "--exact"],
        &["stats", "--by", "year,outcome"],
        &["stats", "--by", "specialty", "--top", "3", "acupuncture"],
        &["stats", "issue:lumbar", "--compare", "issue:knee", "--by", "basis"],
    ] {
        let (here, mut there) = json_of_both(&server, args);
        let schema = match args {
            [_, _, "--compare", ..] => "comparison.schema.json",
            ["stats", ..] => "stats.schema.json",
            _ => "search.schema.json",
        };
        keeps_to(schema, &there);
        // Cursors belong to where they come from.
        if let Some(next) = here.get("next") {
            there["next"] = next.clone();
        }
        // Whoever finds little is told what may have been meant, which the engine does not know.
        assert_eq!(here, there, "{args:?}");
    }
    let folder = &both.folder;
    for args in [
        &["search", "acupuncture", "--sort", "case"][..],
        &["search", "acupuncture", "--sort", "case", "--format", "csv", "--fields", "case_number,number,issue"],
        &["stats", "--by", "outcome", "--format", "markdown"],
        &["stats", "--by", "category_group,outcome", "--cross", "--test"],
        &["stats", "--over", "year", "--show", "issues,share,ci"],
    ] {
        let here = folder.imr(args).succeeds().out;
        assert_eq!(folder.imr(&[args, &["--remote", &server.target]].concat()).succeeds().out, here, "{args:?}");
    }
    // What an index has and an engine has not is refused by its name.
    for (args, named) in [
        (&["--sample", "3"][..], "`--sample`"),
        (&["--group", "letter"], "`--group letter`"),
        (&["--collapse"], "`--collapse`"),
        (&["@mine"], "saved searches"),
        (&["--queries", "list"], "`--queries`"),
    ] {
        let args = [&["search", "--remote", "http://127.0.0.1:1/letters"], args].concat();
        folder.imr(&args).ends_with(2).prints_nothing().says(&[named]);
    }
    let args = ["search", "opioids /s urine", "--remote", "http://127.0.0.1:1/letters"];
    folder.imr(&args).ends_with(2).prints_nothing().says(&["`/s` cannot be asked of any engine", "hint"]);
    folder.imr(&["search", "x", "--flavor", "quickwit"]).ends_with(2).says(&["`--flavor` is for an engine"]);
    folder.imr(&["search", "zzz", "--remote", &server.target]).ends_with(1).prints_nothing();
}

#[test]
fn a_real_engine_finds_and_counts_the_same() {
    let Some(remote) = Remote::start(200) else { return };
    let (folder, target) = (&remote.folder, remote.target.as_str());
    folder.imr(&["remote", "init", target, "--apply"]).succeeds();
    remote.publish(&["--verify"]).succeeds();
    let (reader, documents) = documents_of(folder);
    let (texts, able) = (texts_of(&documents), Able::of(remote.client.flavor()));
    let mut random = Random { texts: &texts, state: 11 };
    let phrases: Vec<String> = (0..50).map(|n| format!("\"{}\"", random.words(2 + n % 3).join(" "))).collect();
    let queries: Vec<String> = (0..50).map(|_| random.query(2)).collect();
    let others = ["", "acupunc*", "wom?n", "gabapentine~1", "drug:*", "path:letters", "rationale:* upheld", "text:*"];
    let all = phrases.iter().chain(&queries).map(String::as_str).chain(others);
    for text in all.filter(|text| dsl::check(&expr(text), able).is_ok()) {
        let here = search::search(&reader, &request(expr(text))).unwrap();
        let afar = Afar::new(&remote.client);
        same(text, &here, &Found { notes: here.notes.clone(), ..afar.search(&request(expr(text))).unwrap() });
        assert_eq!(afar.partial(), [""; 0]);
    }
    for request in requests() {
        if dsl::check(&request.expr, able).is_ok() {
            let here = search::stats(&reader, &request).unwrap();
            assert_eq!(Afar::new(&remote.client).stats(&request).unwrap(), here, "{:?}", request.by);
        }
    }
}

#[test]
fn the_exit_status_tells_of_what_is_missing_and_of_refusals() {
    let folder = &Both::get().folder;
    let mut engine = Both::get().engine(Able::ALL);
    engine.beside = json!({"timed_out": false, "_shards": {"total": 3, "successful": 2, "failed": 1}});
    let server = Server::of(engine);
    for args in [&["search", "lumbar"][..], &["stats", "lumbar", "--by", "outcome"]] {
        let run = folder.imr(&[args, &["--remote", &server.target]].concat());
        assert!(!run.out.is_empty());
        run.ends_with(2).says(&["the answer is not whole: 1 of 3 shards failed"]);
    }
    for (status, kind, said) in [
        (401, "security_exception", "IMR_REMOTE_USER"),
        (404, "index_not_found_exception", "imr remote init"),
        (400, "parsing_exception", "imr remote doctor"),
    ] {
        let server = Server::serve("opensearch", move |_| {
            (status, json!({"error": {"type": kind, "reason": "it does not want to"}, "status": status}))
        });
        let run = folder.imr(&["search", "lumbar", "--remote", &server.target]);
        run.ends_with(2).prints_nothing().says(&[&status.to_string(), kind, "it does not want to", said]);
    }
    // What a server repeats of who asks is told to nobody.
    let server = Server::serve("opensearch", |_| {
        let failures = json!([{"reason": {"reason": "no shard for s3cret-passw0rd"}}]);
        (
            200,
            json!({"timed_out": false, "_shards": {"total": 2, "failed": 1, "failures": failures}, "hits": {"total": {"value": 0}, "hits": []}}),
        )
    });
    let args = ["search", "lumbar", "--remote", &server.target];
    let mut command = folder.command(&args);
    command.env("IMR_REMOTE_USER", "ann").env("IMR_REMOTE_PASSWORD", "s3cret-passw0rd");
    let run = folder.run(command, &args).ends_with(2).says(&["1 of 2 shards failed", "no shard for ***"]);
    assert!(!run.err.contains("s3cret"), "{}", run.err);
    // What is no answer is none.
    let server = Server::serve("opensearch", |_| (200, json!({"hits": {"hits": []}})));
    folder.imr(&["search", "lumbar", "--remote", &server.target]).ends_with(2).prints_nothing().says(&["no total"]);
}
