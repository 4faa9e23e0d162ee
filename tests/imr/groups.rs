//! Letters as results, rationales shown once, and facets with levels: parts of the same hits, however they are put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use imr::index::Reader;
use imr::query;
use imr::record::LetterRecord;
use imr::search::{self, By, Facet, Found, Hit, Request, Sort};
use proptest::prelude::*;
use serde_json::Value;

use crate::query::{MTUS, ODG, letter};
use crate::schema::keeps_to;
use crate::support::Folder;

const SAME: &str = "The records show no red flags. Imaging is not necessary.";

/// Three letters. Five rationales, of which one stands four times, once of them under another outcome.
fn boilerplate() -> Folder {
    let folder = Folder::new();
    let letters: [&[crate::query::Issue]; 3] = [
        &[("MRI of the lumbar spine", "Upheld", MTUS, SAME), ("Acupuncture", "Upheld", MTUS, "Imaging says nothing.")],
        &[
            ("CT of the lumbar spine", "Upheld", ODG, "The records show no red flags; imaging is NOT necessary"),
            ("MRI of the hip", "Overturned", ODG, SAME),
        ],
        &[("X-ray imaging", "Upheld", ODG, SAME), ("Imaging guidance", "Upheld", ODG, "Imaging guides.")],
    ];
    for (number, issues) in (1..).zip(letters) {
        let case = format!("CM16-000000{number}");
        let text = letter(&case, "12/30/2016", 45, "male", "Surgery", "in pain.", issues);
        folder.write(&format!("letters/{number}.txt"), text);
    }
    folder.write("letters/note.txt", "A note about imaging.");
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

fn answer(folder: &Folder, args: &[&str]) -> Value {
    let json = folder.imr(&[&["search", "--format", "json"], args].concat()).succeeds().json();
    keeps_to("search.schema.json", &json);
    json
}

fn name(hit: &Value) -> String {
    match hit["case_number"].as_str() {
        Some(case) => format!("{}/{}", &case[11..], hit["number"]),
        None => "note".to_owned(),
    }
}

#[test]
fn a_rationale_under_many_letters_is_shown_once() {
    let folder = boilerplate();
    let found = answer(&folder, &["imaging", "--sort", "case", "--collapse"]);
    let hits = found["hits"].as_array().unwrap();
    let told: Vec<_> = hits.iter().map(|hit| format!("{}+{}", name(hit), hit["same_rationale"])).collect();
    assert_eq!(told, ["1/1+2", "1/2+0", "2/2+0", "3/2+0", "note+0"]);
    // All are counted.
    assert_eq!(
        (&found["total"]["issues"], &found["total"]["letters"], &found["rationales"]),
        (&6.into(), &4.into(), &5.into())
    );
    // The best of them stands for the others.
    let found = answer(&folder, &["imaging AND (\"x-ray\" OR records)", "--collapse"]);
    assert_eq!(name(&found["hits"][0]), "3/1");
    let pretty = |args: &[&str]| folder.imr(&[&["search", "imaging", "--pretty"], args].concat()).succeeds().out;
    let read = pretty(&["--sort", "case"]);
    assert!(read.contains("and 2 more with the same rationale\n"), "{read}");
    assert!(read.ends_with("\n6 issues in 4 letters, with 5 different rationales\n"), "{read}");
    assert!(pretty(&["--limit", "2"]).ends_with("with 5 different rationales; shown are 1 to 2\n"));
    // Who asks for all, draws a sample, or goes on in a program, gets all.
    for args in [&["--all"][..], &["--sample", "10"], &["--group", "letter"]] {
        let all = pretty(args);
        assert!(!all.contains("more with the same") && all.ends_with("\n6 issues in 4 letters\n"), "{args:?}: {all}");
    }
    let lines = |args: &[&str]| folder.imr(&[&["search", "imaging"], args].concat()).succeeds().out.lines().count();
    for (args, expected) in [
        (&[][..], 7),
        (&["--collapse"], 5),
        (&["--format", "csv"], 8),
        (&["--format", "csv", "--collapse"], 6),
        (&["--format", "jsonl"], 7),
        (&["--format", "citations", "--collapse"], 5),
        (&["--fields", "case_number"], 7),
        (&["--template", "x", "--collapse"], 5),
    ] {
        assert_eq!(lines(args), expected, "{args:?}");
    }
    for bad in [&["--all"][..], &["--sample", "3"], &["--count"], &["--group", "letter"]] {
        folder.imr(&[&["search", "--collapse"], bad].concat()).ends_with(2).prints_nothing();
    }
}

#[test]
fn letters_are_results_with_their_issues_below() {
    let folder = boilerplate();
    let found = answer(&folder, &["imaging", "--group", "letter", "--sort", "-outcome", "--limit", "2"]);
    let letters = found["letters"].as_array().unwrap();
    let told: Vec<Vec<_>> = letters.iter().map(|l| l["hits"].as_array().unwrap().iter().map(name).collect()).collect();
    assert_eq!(told, [vec!["1/1", "1/2"], vec!["2/1", "2/2"]]);
    assert_eq!((&letters[1]["rank"], &letters[1]["hits"][1]["rank"]), (&2.into(), &2.into()));
    assert_eq!((&found["total"]["issues"], &found["total"]["letters"]), (&6.into(), &4.into()));
    let next = found["next"].as_str().unwrap();
    let args = ["imaging", "--group", "letter", "--sort", "-outcome", "--limit", "2", "--after", next];
    let rest = answer(&folder, &args);
    assert_eq!((rest["letters"][0]["rank"].clone(), rest["letters"].as_array().unwrap().len()), (3.into(), 2));
    assert_eq!((name(&rest["letters"][1]["hits"][0]), rest["next"].clone()), ("note".to_owned(), Value::Null));
    // A cursor of letters is none of issues.
    let bare = ["search", "imaging", "--sort", "-outcome", "--after", next];
    folder.imr(&bare).ends_with(2).says(&["belongs to another query, filter or order"]);
    // A line for each letter, and in other formats for each issue.
    let args = ["search", "imaging", "--group", "letter", "--format", "jsonl"];
    let lines = folder.imr(&args).succeeds().out;
    assert_eq!(lines.lines().count(), 4);
    let csv = ["search", "imaging", "--group", "letter", "--format", "csv", "--limit", "1"];
    let csv = folder.imr(&csv).succeeds().out;
    assert!(csv.lines().count() == 3 && csv.lines().skip(1).all(|line| line.starts_with("1,")), "{csv}");
    let args = ["search", "imaging", "--group", "letter", "--fields", "number", "--format", "json"];
    keeps_to("search-fields.schema.json", &folder.imr(&args).succeeds().json());
    let args = ["search", "imaging", "--group", "letter", "--limit", "1", "--sort", "case", "--pretty"];
    let out = folder.imr(&args).succeeds().out;
    assert!(out.contains("\n   /2  upheld  Acupuncture\n   letters/1.txt\n"), "{out}");
    assert!(out.ends_with("\n6 issues in 4 letters; shown are letters 1 to 1\n"), "{out}");
}

#[test]
fn facets_have_levels_and_as_many_values_as_are_wanted() {
    let folder = Folder::indexed(120);
    let found = answer(&folder, &["--facets", "category,guideline,year", "--count"]);
    let flat = |by: &str| {
        let table = folder.imr(&["stats", "--by", by, "--format", "json"]).succeeds().json();
        let row = |row: &Value| {
            let value = row[by].as_str().map(str::to_owned);
            (value, (row["issues"].as_u64().unwrap(), row["letters"].as_u64().unwrap()))
        };
        table["rows"].as_array().unwrap().iter().map(row).collect::<BTreeMap<_, _>>()
    };
    let counted = |row: &Value| {
        let value = row["value"].as_str().map(str::to_owned);
        (value, (row["issues"].as_u64().unwrap(), row["letters"].as_u64().unwrap()))
    };
    let rows = |facet: &str| found["facets"][facet].as_array().unwrap().clone();
    let below = |rows: &[Value]| {
        rows.iter().flat_map(|row| row["below"].as_array().cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let groups = rows("category");
    assert_eq!(groups.iter().map(counted).collect::<BTreeMap<_, _>>(), flat("category_group"));
    assert_eq!(below(&groups).iter().map(counted).collect::<BTreeMap<_, _>>(), flat("category"));
    for group in &groups {
        let prefix = format!("{}/", group["value"].as_str().unwrap());
        let below = below(std::slice::from_ref(group));
        assert!(!below.is_empty() && below.iter().all(|row| row["value"].as_str().unwrap().starts_with(&prefix)));
    }
    let sources = rows("guideline");
    assert_eq!(sources.iter().map(counted).collect::<BTreeMap<_, _>>(), flat("source"));
    let with_chapters: Vec<_> = sources.iter().filter(|row| row.get("below").is_some()).collect();
    assert_eq!(with_chapters.iter().map(|row| row["value"].as_str().unwrap()).collect::<Vec<_>>(), ["mtus"]);
    let mut chapters = flat("chapter");
    chapters.remove(&None);
    assert_eq!(below(&sources).iter().map(counted).collect::<BTreeMap<_, _>>(), chapters);
    // The most frequent, in their order.
    let top = answer(&folder, &["--facets", "category:2,year:3,outcome:1", "--count"]);
    assert!(top["facets"]["category"].as_array().unwrap()[..] != groups[..]);
    assert_eq!(top["facets"]["category"].as_array().unwrap().len(), 2);
    assert!(top["facets"]["category"][0]["below"].as_array().unwrap().len() <= 2);
    let years = |answer: &Value| answer["facets"]["year"].as_array().unwrap().iter().map(counted).collect::<Vec<_>>();
    let (all, some) = (years(&found), years(&top));
    let mut most: Vec<_> = all.iter().map(|(_, count)| count.0).collect();
    most.sort_unstable_by(|a, b| b.cmp(a));
    assert!(
        some.len() == 3 && some.is_sorted() && some.iter().all(|(_, count)| count.0 >= most[2]),
        "{some:?} of {all:?}"
    );
    // As text: the name of the group once, and how many values are left out.
    let out = folder.imr(&["search", "--count", "--facets", "category:1,guideline:2", "--pretty"]).succeeds().out;
    let group = groups[0]["value"].as_str().unwrap();
    let first = below(&groups)[0]["value"].as_str().unwrap().replace(&format!("{group}/"), "    ");
    assert!(out.contains(&format!("category\n  {group} ")) && out.contains(&format!("\n{first} ")), "{out}");
    assert!(out.contains(&format!("\n  and {} more\n", groups.len() - 1)), "{out}");
    let tabs = folder.imr(&["search", "--count", "--facets", "category"]).succeeds().out;
    assert_eq!(tabs.lines().skip(3).count(), flat("category").len());
    for (facet, said) in [
        ("category:0", "how many values"),
        ("category:x", "how many values"),
        ("category:", "how many values"),
        ("colour:3", "colour"),
        ("sex,sex:1", "`sex` is named twice"),
        ("guideline,guideline", "`guideline` is named twice"),
    ] {
        folder.imr(&["search", "--facets", facet]).ends_with(2).prints_nothing().says(&[said]);
    }
    // The filter of a field holds for its own facet as for the others: a facet counts hits.
    let upheld = answer(&folder, &["--facets", "outcome", "--outcome", "upheld"]);
    assert_eq!(upheld["facets"]["outcome"].as_array().unwrap().len(), 1);
    let both = answer(&folder, &["--facets", "outcome", "--outcome", "upheld", "--outcome", "overturned"]);
    assert_eq!(both["facets"]["outcome"].as_array().unwrap().len(), 2);
}

/// Letters in several segments, with rationales that others have in other words of the same letters.
fn archive() -> &'static Reader {
    static ARCHIVE: LazyLock<(Folder, Reader)> = LazyLock::new(|| {
        let folder = Folder::indexed(25);
        let mut records: Vec<LetterRecord> = Vec::new();
        let lines = folder.imr(&["parse", "letters"]).succeeds().out;
        for (number, line) in (1..).zip(lines.lines()) {
            let mut record: LetterRecord = serde_json::from_str(line).unwrap();
            record.facts.case_number = format!("CM99-{number:07}").parse().ok();
            record.facts.path = format!("copies/{number}.txt");
            for issue in &mut record.issues {
                issue.issue.push_str(" again");
                issue.rationale = issue.rationale.take().map(|text| match number % 3 {
                    0 => text.to_uppercase(),
                    1 => text.replace(' ', "\n"),
                    _ => text + " More.",
                });
            }
            records.push(record);
        }
        folder.add_records(&records[..12]);
        folder.add_records(&records[12..]);
        let reader = Reader::open(&folder.path().join(".imr")).unwrap();
        assert!(reader.searcher().segment_readers().len() >= 3);
        (folder, reader)
    });
    &ARCHIVE.1
}

type Name = (String, u32);

fn issue(hit: &Hit) -> Name {
    (hit.stored.letter.facts.path.clone(), hit.stored.issue.as_ref().map_or(0, |issue| issue.number))
}

/// What makes two issues the same, told naively.
fn text(hit: &Hit) -> Option<(String, Option<imr::letter::Outcome>)> {
    let issue = hit.stored.issue.as_ref()?;
    let words = issue.rationale.as_deref()?.to_lowercase();
    let words: Vec<_> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    Some((words.join(" "), issue.outcome))
}

fn found(query: &str, sort: &Sort, by: By, limit: usize, after: Option<String>) -> Found {
    let expr = query::parse(query).unwrap().expr;
    let request = Request { by, limit, sort: sort.clone(), after, ..Request::new(expr) };
    search::search(archive(), &request).unwrap()
}

/// All pages of so many results, as one list.
fn pages(query: &str, sort: &Sort, by: By, limit: usize) -> Vec<Hit> {
    let (mut hits, mut after) = (Vec::new(), None);
    loop {
        let page = found(query, sort, by, limit, after);
        hits.extend(page.hits);
        after = page.next;
        if after.is_none() {
            return hits;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn letters_and_rationales_are_parts_of_the_hits(
        query in prop::sample::select(vec!["", "therapy", "lumbar OR note", "issue:again", "medical -spine", "zzz"]),
        sort in prop::sample::select(vec!["score", "case", "-decided", "category"]),
        limit in 1..9usize,
    ) {
        let sort = Sort::parse(sort).unwrap();
        let all = found(query, &sort, By::Issue, 10_000, None);
        prop_assert_eq!(all.results, all.hits.len() as u64);
        let letters = found(query, &sort, By::Letter, 10_000, None);
        prop_assert_eq!(letters.total, all.total);
        // Each letter stands where its best issue does, with all of its issues in their order.
        let mut expected: Vec<(String, Vec<Name>)> = Vec::new();
        for hit in &all.hits {
            let path = &hit.stored.letter.facts.path;
            match expected.iter_mut().find(|(known, _)| known == path) {
                Some((_, issues)) => issues.push(issue(hit)),
                None => expected.push((path.clone(), vec![issue(hit)])),
            }
        }
        prop_assert_eq!((letters.results, letters.total.letters), (expected.len() as u64, expected.len() as u64));
        let grouped: Vec<Vec<Name>> =
            letters.hits.chunk_by(|a, b| a.rank == b.rank).map(|hits| hits.iter().map(issue).collect()).collect();
        prop_assert_eq!(&grouped, &expected.into_iter().map(|(_, issues)| issues).collect::<Vec<_>>());
        let ranked = |hits: &[Hit]| hits.iter().map(|hit| (hit.rank, issue(hit), hit.same)).collect::<Vec<_>>();
        prop_assert_eq!(ranked(&pages(query, &sort, By::Letter, limit)), ranked(&letters.hits));

        let rationales = found(query, &sort, By::Rationale, 10_000, None);
        prop_assert_eq!(rationales.total, all.total);
        let mut first: Vec<(Name, u64)> = Vec::new();
        let mut place = BTreeMap::new();
        for hit in &all.hits {
            match text(hit).and_then(|text| place.get(&text).copied()) {
                Some(at) => { let (_, same): &mut (Name, u64) = &mut first[at]; *same += 1; }
                None => {
                    text(hit).map(|text| place.insert(text, first.len()));
                    first.push((issue(hit), 0));
                }
            }
        }
        let told: Vec<_> = rationales.hits.iter().map(|hit| (issue(hit), hit.same.unwrap())).collect();
        prop_assert_eq!(&told, &first);
        prop_assert_eq!(rationales.results, first.len() as u64);
        let sum: u64 = rationales.hits.iter().map(|hit| 1 + hit.same.unwrap()).sum();
        prop_assert_eq!(sum, all.hits.len() as u64);
        prop_assert_eq!(ranked(&pages(query, &sort, By::Rationale, limit)), ranked(&rationales.hits));
        if query.is_empty() {
            prop_assert!(told.iter().any(|(_, same)| *same > 0));
        }
    }
}

#[test]
fn a_sample_of_letters_favours_none_with_many_issues() {
    let all = found("", &Sort::case(), By::Letter, 10_000, None);
    let whole: BTreeSet<_> = all.hits.iter().map(|hit| hit.stored.letter.facts.path.clone()).collect();
    let mut first = BTreeMap::<usize, u32>::new();
    let of = |path: &str| all.hits.iter().filter(|hit| hit.stored.letter.facts.path == path).count();
    let mut expected = 0.0;
    for path in &whole {
        expected += of(path) as f64 / whole.len() as f64;
    }
    for seed in 0..400 {
        let found = found("", &Sort::Random { seed }, By::Letter, 1, None);
        *first.entry(of(&found.hits[0].stored.letter.facts.path)).or_default() += 1;
    }
    let mean = first.iter().map(|(issues, times)| *issues as f64 * f64::from(*times)).sum::<f64>() / 400.0;
    // Where issues were drawn, letters of many would come more often than they are.
    let by_issue = whole.iter().map(|path| (of(path) * of(path)) as f64).sum::<f64>() / all.hits.len() as f64;
    assert!((mean - expected).abs() < (by_issue - expected) / 2.0, "{mean} of {expected} and {by_issue}");
    // The facets are those of the hits, whatever the results are.
    let facets = Facet::parse_all(&["outcome"]).unwrap();
    let request = |by| Request { by, facets: facets.clone(), ..Request::new(query::Expr::All) };
    let tables =
        [By::Issue, By::Letter, By::Rationale].map(|by| search::search(archive(), &request(by)).unwrap().facets);
    assert!(tables[0] == tables[1] && tables[1] == tables[2]);
}
