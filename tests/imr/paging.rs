//! Orders of hits, deep paging and samples: the same however an index came about.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use crate::query::{archive, hits};
use crate::support::Folder;

/// The same letters in one run, and in four with some letters indexed again, so that segments and documents differ.
fn twins() -> (Folder, Folder) {
    let (one, four) = (Folder::new(), Folder::new());
    one.invent("letters", 1..=60);
    one.write("letters/note.txt", "A covering note about acupuncture and nothing else.");
    one.imr(&["index", "letters"]).succeeds();
    four.write("letters/note.txt", "A covering note about acupuncture and nothing else.");
    for numbers in [41..=60, 1..=25, 26..=40] {
        four.invent("letters", numbers);
        four.imr(&["index", "letters", "--threads", "2"]).succeeds();
    }
    four.imr(&["index", "letters", "--reread"]).succeeds();
    (one, four)
}

fn answer(folder: &Folder, args: &[&str]) -> Value {
    folder.imr(&[&["search", "--format", "json"], args].concat()).succeeds().json()
}

/// Which issue a hit is.
fn name(hit: &Value) -> String {
    format!("{}/{}", hit["case_number"], hit["number"])
}

fn names(answer: &Value) -> Vec<String> {
    answer["hits"].as_array().unwrap().iter().map(name).collect()
}

/// All pages of a search, the names of their hits and their cursors.
fn pages(folder: &Folder, args: &[&str], limit: &str) -> (Vec<String>, Vec<String>) {
    let (mut all, mut cursors): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        let mut args = [args, &["--limit", limit]].concat();
        if let Some(cursor) = cursors.last() {
            args.extend(["--after", cursor]);
        }
        let page = answer(folder, &args);
        for hit in page["hits"].as_array().unwrap() {
            all.push(name(hit));
            assert_eq!(hit["rank"], all.len(), "ranks go on from page to page");
        }
        match page["next"].as_str() {
            Some(next) => cursors.push(next.to_owned()),
            None => return (all, cursors),
        }
    }
}

#[test]
fn pages_are_the_whole_list_in_every_order_and_index() {
    let (one, four) = twins();
    let orders = imr::search::Sort::fields().flat_map(|field| [field.to_owned(), format!("-{field}")]);
    for order in ["score".to_owned()].into_iter().chain(orders) {
        let args = ["therapy OR note", "--sort", &order];
        let whole = names(&answer(&one, &[&args[..], &["--limit", "1000"]].concat()));
        assert!(whole.len() > 30, "{order}");
        let (paged, cursors) = pages(&one, &args, "17");
        assert_eq!(paged, whole, "{order}");
        assert_eq!(pages(&four, &args, "17"), (paged, cursors), "{order}");
    }
}

#[test]
fn hits_are_in_the_order_of_their_values() {
    let folder = Folder::indexed(60);
    for (order, pointer) in [
        ("age", "/age"),
        ("injured", "/date_of_injury"),
        ("outcome", "/outcome"),
        ("category", "/category"),
        ("state", "/licensure_canonical"),
        ("case", "/case_number"),
    ] {
        for descending in [false, true] {
            let order = format!("{}{order}", if descending { "-" } else { "" });
            let found = answer(&folder, &["--sort", &order, "--limit", "1000"]);
            let key = |hit: &Value| {
                // Of several values the one that comes first.
                let mut values: Vec<_> = match hit.pointer(pointer).unwrap() {
                    Value::Array(values) => values.iter().map(|v| v.to_string().to_lowercase()).collect(),
                    Value::Null => Vec::new(),
                    value => vec![format!("{value:0>9}").to_lowercase()],
                };
                values.sort();
                let value = if descending { values.pop() } else { values.into_iter().next() };
                (value, hit["case_number"].to_string(), hit["number"].as_u64())
            };
            let keys: Vec<_> = found["hits"].as_array().unwrap().iter().map(key).collect();
            for pair in keys.windows(2) {
                let ties = (&pair[0].1, pair[0].2) < (&pair[1].1, pair[1].2);
                let ordered = match (&pair[0].0, &pair[1].0) {
                    (None, value) => value.is_none() && ties,
                    (Some(_), None) => true,
                    (Some(a), Some(b)) if a == b => ties,
                    (Some(a), Some(b)) => (a < b) != descending,
                };
                assert!(ordered, "{order}: {pair:?}");
            }
            assert!(keys.iter().map(|(value, ..)| value).collect::<BTreeSet<_>>().len() > 1, "{order}");
        }
    }
}

#[test]
fn an_unknown_order_is_told_with_the_nearest() {
    let folder = archive();
    folder.imr(&["search", "--sort", "-decidet"]).ends_with(2).says(&[
        "there is no order by `-decidet`",
        "did you mean decided",
        "The orders are score, category, ",
    ]);
    folder.imr(&["search", "--sort", "qqq"]).ends_with(2).says(&["the orders are score, category, "]);
    folder.imr(&["search", "--sort", "-score"]).ends_with(2).says(&["the best hits come first"]);
    // Texts and paths have no order.
    folder.imr(&["search", "--sort", "rationale"]).ends_with(2).says(&["no order by `rationale`"]);
}

#[test]
fn a_cursor_stays_good_when_letters_come_and_go() {
    let folder = Folder::new();
    folder.invent("letters", (1..=40).filter(|n| n % 3 > 0));
    folder.imr(&["index", "letters"]).succeeds();
    for order in ["case", "-category", "specialty"] {
        let args = ["--sort", order, "--limit", "20"];
        let first = answer(&folder, &args);
        let next = first["next"].as_str().unwrap();
        let (last, seen) = (names(&first).pop().unwrap(), names(&first));
        // The very hit that the cursor stands behind goes, and others come.
        let other = Folder::new();
        other.invent("letters", 1..=40);
        let path = first["hits"][19]["path"].as_str().unwrap();
        std::fs::remove_file(other.path().join(path)).unwrap();
        other.imr(&["index", "letters"]).succeeds();
        let rest = names(&answer(&other, &["--sort", order, "--limit", "1000", "--after", next]));
        let all = names(&answer(&other, &["--sort", order, "--limit", "1000"]));
        assert!(!all.contains(&last) && !rest.is_empty());
        assert!(all.ends_with(&rest) && rest.iter().all(|hit| !seen.contains(hit)), "{order}");
        let before = &all[..all.len() - rest.len()];
        assert!(seen.iter().filter(|hit| all.contains(hit)).all(|hit| before.contains(hit)), "{order}");
    }
}

#[test]
fn what_is_no_cursor_of_this_search_is_refused() {
    let folder = archive();
    let search = ["search", "--limit", "2", "--format", "json", "--sort", "decided"];
    let cursor = folder.imr(&search).succeeds().json()["next"].as_str().unwrap().to_owned();
    let with = |args: &[&str], cursor: &str| folder.imr(&[args, &["--after", cursor]].concat());
    with(&search, &cursor).succeeds();
    with(&search, &cursor.to_uppercase()).succeeds();
    for garbage in [
        "",
        "x",
        "zz00",
        "\u{e9}\u{e9}",
        &cursor[1..],
        &cursor[2..],
        &cursor[..cursor.len() - 2],
        &format!("{cursor}00"),
    ] {
        with(&search, garbage).ends_with(2).prints_nothing().says(&["the cursor is none, or part of one"]);
    }
    for at in 0..cursor.len() {
        let mut changed = cursor.clone();
        let digit = if &cursor[at..=at] == "0" { "1" } else { "0" };
        changed.replace_range(at..=at, digit);
        with(&search, &changed).ends_with(2).prints_nothing().says(&["the cursor is none"]);
    }
    for other in
        [&["search", "lumbar", "--sort", "decided"][..], &["search"], &["search", "--sort", "decided", "--sex", "male"]]
    {
        with(other, &cursor).ends_with(2).prints_nothing().says(&["belongs to another query, filter or order"]);
    }
    with(&["search", "--offset", "1"], &cursor).ends_with(2).says(&["--offset"]);
}

#[test]
fn the_cursor_is_told_to_who_pages() {
    let folder = archive();
    let next = |args: &[&str]| answer(&folder, args)["next"].as_str().unwrap().to_owned();
    let told = format!("note: the same search with `--after {}` goes on from here", next(&["--limit", "2"]));
    for format in ["text", "jsonl", "csv", "md", "citations"] {
        folder.imr(&["search", "--limit", "2", "--format", format]).succeeds().says(&[&told]);
    }
    for quiet in [&["--limit", "100"][..], &[], &["--limit", "2", "--format", "json"], &["--limit", "2", "--count"]] {
        assert_eq!(folder.imr(&[&["search"], quiet].concat()).succeeds().err, "", "{quiet:?}");
    }
    let args = ["--limit", "3"];
    let rest = hits(&folder, &["--limit", "100", "--after", &next(&args)]);
    assert_eq!([hits(&folder, &args), rest].concat(), hits(&folder, &["--limit", "100"]));
}

#[test]
fn a_sample_is_the_same_in_every_index_and_part_of_larger_ones() {
    let (one, four) = twins();
    let sample =
        |folder: &Folder, n: &str, seed: &str| names(&answer(folder, &["therapy", "--sample", n, "--seed", seed]));
    let all: BTreeSet<_> = names(&answer(&one, &["therapy", "--limit", "1000"])).into_iter().collect();
    let whole = sample(&one, "1000", "5");
    assert_eq!(whole.iter().cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(sample(&four, "1000", "5"), whole);
    assert_eq!(sample(&four, "10", "5"), whole[..10]);
    let other = sample(&one, "10", "6");
    assert_ne!(other, whole[..10]);
    assert_eq!(sample(&one, "10", "0"), names(&answer(&one, &["therapy", "--sample", "10"])));
    // Each issue comes first under some seed, and none much more often than others: 120 draws from six.
    let few = archive();
    let mut firsts = std::collections::BTreeMap::<_, u32>::new();
    for seed in 0..120 {
        let first = names(&answer(&few, &["--sample", "1", "--seed", &seed.to_string()]));
        *firsts.entry(first).or_default() += 1;
    }
    assert!(firsts.len() == 6 && firsts.values().all(|n| (5..45).contains(n)), "{firsts:?}");
    for args in [&["--seed", "3"][..], &["--sample", "3", "--sort", "age"], &["--sample", "3", "--limit", "2"]] {
        few.imr(&[&["search"], args].concat()).ends_with(2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_a_cursor_or_an_error(text in "[0-9a-fA-F]{0,60}|\\PC{0,20}") {
        static FOLDER: std::sync::LazyLock<(Folder, imr::index::Reader)> = std::sync::LazyLock::new(|| {
            let folder = archive();
            let reader = imr::index::Reader::open(&folder.path().join(".imr")).unwrap();
            (folder, reader)
        });
        let request = imr::search::Request { after: Some(text), ..imr::search::Request::new(imr::query::Expr::All) };
        let error = imr::search::search(&FOLDER.1, &request).unwrap_err();
        prop_assert_eq!(error.kind(), imr::ErrorKind::Usage);
    }
}
