//! Invented archives: the same from the same seed, beginnings of each other, and with facts that add up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::invented::{Facts, Layout, Letter, Linearization};
use crate::parse_record;

const WAYS: [Linearization; 3] = [Linearization::Table, Linearization::Pairs, Linearization::Columns];

fn letters(seed: u64, count: u64) -> impl Iterator<Item = Letter> {
    (1..=count).map(move |number| Letter::invent(seed, number))
}

#[test]
fn a_seed_and_a_number_make_the_letter() {
    let texts = |seed| letters(seed, 50).map(|l| l.to_text(Linearization::Table)).collect::<Vec<_>>();
    assert_eq!(texts(7), texts(7));
    let (one, other) = (texts(7), texts(8));
    assert!(one.iter().zip(&other).all(|(a, b)| a != b));
}

#[test]
fn case_numbers_and_paths_are_unique_and_folders_small() {
    let mut paths = BTreeSet::new();
    let mut folders: BTreeMap<String, u64> = BTreeMap::new();
    for letter in letters(3, 5000) {
        let path = letter.path("txt");
        assert!(path.ends_with(&format!("{}.txt", letter.case_number)), "{path}");
        *folders.entry(path.rsplit_once('/').unwrap().0.to_owned()).or_default() += 1;
        assert!(paths.insert(letter.case_number));
    }
    assert!(folders.values().all(|&files| files <= 1000));
}

/// The text with no white space, as texts compare whose lines are broken in different places.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_way_of_printing_tells_every_fact() {
    for letter in letters(5, 400) {
        let record = letter.to_record("txt");
        for way in WAYS {
            let text = letter.to_text(way);
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
            let text = squeezed(&text);
            let mut told = vec![record["clinical_summary"].clone(), record["case_number"].clone()];
            for issue in record["issues"].as_array().unwrap() {
                told.extend([&issue["issue"], &issue["rationale"]].map(Value::clone));
                told.extend([&issue["guideline"]["text"], &issue["claims_guideline"]["text"]].map(Value::clone));
            }
            for value in told.iter().filter_map(Value::as_str) {
                assert!(text.contains(&squeezed(value)), "{} lacks {value}", letter.case_number);
            }
        }
    }
}

#[test]
fn headings_are_taken_apart_as_they_were_put_together() {
    let (mut partial, mut associated, mut drugs) = (0, 0, 0);
    for letter in letters(17, 600) {
        let expected = letter.to_record("txt");
        let parsed = imr::parse::parse(&letter.to_text(Linearization::Table)).letter;
        for (want, have) in expected["issues"].as_array().unwrap().iter().zip(&parsed.issues) {
            let request = &have.request;
            let part = |name: &str| want[name].as_str().map(squeezed);
            let told = |part: &Option<String>| part.as_deref().map(squeezed);
            assert_eq!(part("requested"), told(&request.requested), "{}", have.issue);
            assert_eq!(part("authorized"), told(&request.authorized), "{}", have.issue);
            assert_eq!(part("disputed"), told(&request.disputed), "{}", have.issue);
            assert_eq!(want["associated"] == true, request.associated, "{}", have.issue);
            partial += u32::from(request.disputed.is_some());
            associated += u32::from(request.associated);
            if let Some(strength) = want["strength"].as_str() {
                assert_eq!(request.strength.as_deref(), Some(strength), "{}", have.issue);
                assert_eq!(request.quantity.map(u64::from), want["quantity"].as_u64(), "{}", have.issue);
                drugs += 1;
            }
        }
    }
    assert!(partial > 50 && associated > 20 && drugs > 0, "{partial} {associated} {drugs}");
}

#[test]
fn what_was_invented_is_read_again() {
    let mut cited = 0;
    for letter in letters(21, 600) {
        let expected = letter.to_record("txt");
        let text = letter.to_text(WAYS[(letter.number % 3) as usize]);
        let record = parse_record::letter(&imr::parse::parse(&text).letter);
        if expected["layout"] == "unknown" {
            continue;
        }
        assert_eq!(record["licensure_canonical"], expected["licensure_canonical"], "{text}");
        assert_eq!(record["specialties_canonical"], expected["specialties_canonical"], "{text}");
        for (issue, want) in record["issues"].as_array().unwrap().iter().zip(expected["issues"].as_array().unwrap()) {
            for whose in ["guideline", "claims_guideline"] {
                let (have, want) = (&issue[whose]["citations"], want[whose]["citations"].as_array().unwrap());
                // The early layouts lack some of the lines.
                let Some(line) = issue[whose]["text"].as_str() else { continue };
                let have = have.as_array().unwrap();
                // A source outside of the schedule may be cited in two parts.
                assert!(have.len() >= want.len(), "{line}\n{have:#?}");
                for (have, want) in have.iter().zip(want) {
                    for (field, value) in want.as_object().unwrap() {
                        assert_eq!(&have[field], value, "{field} of {line}");
                    }
                    cited += 1;
                }
            }
        }
    }
    assert!(cited > 1000, "{cited} citations");
}

#[test]
fn dates_follow_each_other() {
    for letter in letters(9, 2000) {
        let d = letter.dates;
        assert!(d.injured < d.denied && d.denied < d.received && d.received < d.assigned && d.assigned < d.decided);
        assert!((2013..=2025).contains(&d.decided.year()));
        let iso = d.decided.to_string();
        assert_eq!(d.decided.us(), format!("{}/{}/{}", &iso[5..7], &iso[8..], &iso[..4]));
        assert_eq!(iso.parse::<imr::letter::Date>().map(|date| date.to_string()), Ok(iso));
    }
}

/// What `pdftotext` of poppler-utils reads from a PDF, where it is installed.
fn pdftotext(pdf: &Path) -> Option<String> {
    let output = Command::new("pdftotext").arg(pdf).arg("-").output().ok()?;
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_pdf_tells_what_its_text_tells() {
    let file = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    let (mut encrypted, mut pages) = (0, 0);
    // pdftotext joins what a hyphen at the end of a line parts.
    let squeezed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    for letter in letters(13, 40) {
        let pdf = letter.to_pdf();
        assert_eq!(pdf, letter.to_pdf());
        encrypted += u32::from(pdf.windows(8).any(|bytes| bytes == b"/Encrypt"));
        std::fs::write(file.path(), pdf).unwrap();
        let Some(text) = pdftotext(file.path()) else {
            eprintln!("skipped: pdftotext (poppler-utils) is not installed");
            return;
        };
        pages += text.matches('\u{c}').count();
        let text = squeezed(&text);
        for line in letter.to_text(Linearization::Columns).lines() {
            assert!(text.contains(&squeezed(line)), "{} lacks {line}", letter.case_number);
        }
        for issue in &letter.issues {
            assert!(text.contains(&squeezed(&issue.rationale)), "{} breaks a rationale", letter.case_number);
        }
    }
    assert!((25..40).contains(&encrypted), "{encrypted} of 40 are encrypted");
    assert!(pages > 60, "{pages} pages");
}

/// The facts once more, from the records alone.
fn recount(records: &[Value]) -> Value {
    let known: Vec<_> = records.iter().filter(|r| r["layout"] != "unknown").collect();
    let mut facts = json!({ "files": records.len(), "letters": known.len(), "duplicates": 0 });
    facts["unknown_layout"] = (records.len() - known.len()).into();
    facts["issues"] = known.iter().map(|r| r["issues"].as_array().unwrap().len()).sum::<usize>().into();
    let mut seen: BTreeSet<(String, usize)> = BTreeSet::new();
    let mut bump = |facts: &mut Value, path: &[&str], letter: usize| {
        let new_letter = seen.insert((path.join("/"), letter));
        let mut place = facts;
        for key in path {
            place = &mut place[*key];
        }
        place["issues"] = (place["issues"].as_u64().unwrap_or(0) + 1).into();
        place["letters"] = (place["letters"].as_u64().unwrap_or(0) + u64::from(new_letter)).into();
    };
    let strings = |values: &Value| -> Vec<String> {
        let values: Vec<_> = values.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
        if values.is_empty() { vec!["null".to_owned()] } else { values }
    };
    for (number, record) in known.iter().enumerate() {
        let outcome = record["outcome"].as_str().unwrap();
        let whole = &mut facts["letter_outcome"][outcome];
        *whole = (whole.as_u64().unwrap_or(0) + 1).into();
        let date = record["decision_date"].as_str();
        let (year, month) = (date.map_or("null", |d| &d[..4]), date.map_or("null", |d| &d[..7]));
        let band = match record["age"].as_u64() {
            None => "null",
            Some(age) => ["0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70+"]
                [[18, 30, 40, 50, 60, 70].iter().filter(|&&least| age >= least).count()],
        };
        for issue in record["issues"].as_array().unwrap() {
            let outcome = issue["outcome"].as_str().unwrap();
            let mut values = vec![
                ("outcome", outcome.to_owned()),
                ("category", issue["category"].as_str().unwrap().to_owned()),
                ("drug_group", issue["drug_group"].as_str().unwrap_or("null").to_owned()),
                ("basis", issue["guideline"]["basis"].as_str().unwrap().to_owned()),
                ("claims_basis", issue["claims_guideline"]["basis"].as_str().unwrap_or("null").to_owned()),
                ("layout", record["layout"].as_str().unwrap().to_owned()),
                ("year", year.to_owned()),
                ("month", month.to_owned()),
                ("priority", record["priority"].as_str().unwrap_or("null").to_owned()),
                ("sex", record["sex"].as_str().unwrap().to_owned()),
                ("age_band", band.to_owned()),
            ];
            values.extend(strings(&record["licensure"]).into_iter().map(|v| ("state", v)));
            values.extend(strings(&record["specialties_canonical"]).into_iter().map(|v| ("specialty", v)));
            let citations = issue["guideline"]["citations"].as_array().unwrap();
            let schedule = citations.iter().filter(|c| c["source"] == "mtus").map(|c| &c["chapter"]);
            let chapters = json!(schedule.filter(|c| c.is_string()).collect::<Vec<_>>());
            values.extend(strings(&chapters).into_iter().map(|v| ("chapter", v)));
            for (field, value) in &values {
                bump(&mut facts, &[field, value], number);
            }
            bump(&mut facts, &["year_outcome", year, outcome], number);
            for specialty in strings(&record["specialties_canonical"]) {
                bump(&mut facts, &["specialty_outcome", &specialty, outcome], number);
            }
            let heading = issue["issue"].as_str().unwrap().to_lowercase();
            for word in heading.split(|c: char| !c.is_alphanumeric()).collect::<BTreeSet<_>>() {
                if !word.is_empty() {
                    bump(&mut facts, &["words", word], number);
                    let upheld = facts["words"][word]["upheld"].as_u64().unwrap_or(0);
                    facts["words"][word]["upheld"] = (upheld + u64::from(outcome == "upheld")).into();
                }
            }
        }
    }
    facts
}

#[test]
fn facts_equal_a_recount_of_the_records_and_add_up() {
    const COUNT: u64 = 3000;
    let mut parts = [Facts::default(), Facts::default()];
    let mut records = Vec::new();
    for letter in letters(11, COUNT) {
        parts[(letter.number % 2) as usize].add(&letter);
        records.push(letter.to_record("txt"));
    }
    let [mut facts, odd] = parts;
    facts.merge(odd);
    let (facts, mut counted) = (facts.to_json(), recount(&records));
    // Words of headings are probed, not counted wholesale.
    let all = counted["words"].take();
    for word in facts["words"].as_object().unwrap().keys() {
        let none = json!({ "issues": 0, "letters": 0, "upheld": 0 });
        counted["words"][word] = if all[word].is_null() { none } else { all[word].clone() };
    }
    for (field, value) in facts.as_object().unwrap() {
        assert_eq!(value, &counted[field], "{field}");
    }
    assert_eq!(facts.as_object().unwrap().len(), counted.as_object().unwrap().len());
    for field in
        ["outcome", "category", "drug_group", "basis", "layout", "year", "month", "priority", "sex", "age_band"]
    {
        let sum: u64 = facts[field].as_object().unwrap().values().map(|c| c["issues"].as_u64().unwrap()).sum();
        assert_eq!(sum, facts["issues"].as_u64().unwrap(), "{field}");
    }
}

#[test]
fn archives_are_like_real_ones_in_length_and_skew() {
    let letters: Vec<_> = letters(1, 6000).collect();
    let known: Vec<_> = letters.iter().filter(|l| l.layout != Layout::Unknown).collect();
    let issues: Vec<_> = known.iter().flat_map(|l| &l.issues).collect();
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let mean = |lengths: Vec<usize>| lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
    let text = mean(letters.iter().map(|l| l.to_text(Linearization::Table).len()).collect());
    for (what, measured, low, high) in [
        ("unknown layouts", share(letters.len() - known.len(), letters.len()), 0.002, 0.01),
        ("issues a letter", share(issues.len(), known.len()), 2.1, 2.5),
        ("one issue", share(known.iter().filter(|l| l.issues.len() == 1).count(), known.len()), 0.55, 0.7),
        ("many issues", share(known.iter().filter(|l| l.issues.len() > 12).count(), known.len()), 0.002, 0.02),
        ("upheld", share(issues.iter().filter(|i| i.upheld).count(), issues.len()), 0.86, 0.91),
        (
            "partial",
            share(issues.iter().filter(|i| i.heading.contains("authorized")).count(), issues.len()),
            0.08,
            0.14,
        ),
        ("bytes of text", text, 4500.0, 7500.0),
        ("summary", mean(known.iter().map(|l| l.summary.iter().map(|p| p.text.len()).sum()).collect()), 1300.0, 1800.0),
        ("rationale", mean(issues.iter().map(|i| i.rationale.len()).collect()), 750.0, 1050.0),
    ] {
        assert!((low..=high).contains(&measured), "{what}: {measured} is not within {low} to {high}");
    }
    let mut facts = Facts::default();
    known.iter().for_each(|letter| facts.add(letter));
    let facts = facts.to_json();
    for (field, least) in [
        ("basis", 4),
        ("category", 35),
        ("drug_group", 12),
        ("chapter", 12),
        ("specialty", 25),
        ("state", 30),
        ("year", 13),
        ("age_band", 6),
        ("layout", 5),
    ] {
        assert!(facts[field].as_object().unwrap().len() >= least, "{field} has few values: {}", facts[field]);
    }
}

#[test]
fn parsing_gives_the_categories_that_letters_were_invented_with() {
    let mut misses = BTreeSet::new();
    for letter in letters(17, 1500).filter(|l| l.layout != Layout::Unknown) {
        let parsed = imr::parse::parse(&letter.to_text(Linearization::Table)).letter;
        assert_eq!(parsed.issues.len(), letter.issues.len());
        for (parsed, issue) in parsed.issues.iter().zip(&letter.issues) {
            let class = imr::classify::classify(parsed.disputed());
            if (class.category, class.drug_group) != (issue.category, issue.drug_group()) {
                misses.insert(format!("{}: {}, not {}", issue.heading, class.category, issue.category));
            }
        }
    }
    assert!(misses.is_empty(), "{} requests:\n{misses:#?}", misses.len());
}

/// The generator as a program, where the tests were built together with the examples.
fn program() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let program =
        here.parent()?.parent()?.join("examples").join(format!("make-corpus{}", std::env::consts::EXE_SUFFIX));
    program.exists().then_some(program).or_else(|| {
        eprintln!("skipped: make-corpus was not built; `cargo test` without a target builds it");
        None
    })
}

fn run(program: &Path, args: &[&str], folder: &Path) -> Output {
    Command::new(program).args(args).current_dir(folder).output().unwrap()
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    entries.map(|e| (e.path().strip_prefix(folder).unwrap().to_owned(), std::fs::read(e.path()).unwrap())).collect()
}

#[test]
fn the_program_writes_archives_that_are_beginnings_of_each_other() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for args in [
        &["60", "small", "--threads", "1"][..],
        &["300", "large", "--threads", "3", "--records", "records.jsonl", "--facts", "facts.json"],
        &["240", "rest", "--first", "61"],
        &["60", "again", "--duplicates", "500"],
        &["60", "mixed", "--format", "mixed"],
    ] {
        let output = run(&program, args, path);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
    }
    let (small, large, rest) = (files(&path.join("small")), files(&path.join("large")), files(&path.join("rest")));
    assert_eq!((small.len(), rest.len(), large.len()), (60, 240, 300));
    let joined: BTreeMap<_, _> = small.clone().into_iter().chain(rest).collect();
    assert!(joined == large, "an archive in two parts differs from the same in one");
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    let facts: Value = serde_json::from_str(&read("facts.json")).unwrap();
    assert_eq!((facts["files"].as_u64(), facts["seed"].as_u64()), (Some(300), Some(1)));
    let records: Vec<Value> = read("records.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let paths: BTreeSet<PathBuf> = records.iter().map(|r| r["path"].as_str().unwrap().into()).collect();
    assert!(paths.iter().eq(large.keys()));
    let again: Value = serde_json::from_str(&read("again.facts.json")).unwrap();
    let duplicates = again["duplicates"].as_u64().unwrap() as usize;
    assert!((10..50).contains(&duplicates));
    let files = files(&path.join("again"));
    assert_eq!(files.len(), 60 + duplicates);
    assert_eq!(files.values().collect::<BTreeSet<_>>().len(), 60);
    let mixed = self::files(&path.join("mixed"));
    let pdfs = mixed.values().filter(|bytes| bytes.starts_with(b"%PDF-1.")).count();
    assert_eq!(pdfs, mixed.keys().filter(|path| path.extension().is_some_and(|e| e == "pdf")).count());
    assert!((15..45).contains(&pdfs) && mixed.len() == 60, "{pdfs} PDFs of {}", mixed.len());
    // The facts do not depend on the format.
    let letters = |facts: &str| serde_json::from_str::<Value>(&read(facts)).unwrap();
    assert_eq!(letters("mixed.facts.json"), letters("small.facts.json"));
}

#[test]
fn the_program_refuses_what_it_cannot_do() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("full")).unwrap();
    std::fs::write(folder.path().join("full/file"), "x").unwrap();
    for (args, message) in [
        (&["many", "out"][..], "invalid value 'many' for '<N>'"),
        (&["0", "out"], "invalid value '0' for '<N>'"),
        (&["5"], "<OUT>"),
        (&["5", "full"], "`full` holds files already"),
        (&["5", "full/file"], "cannot write `full/file`"),
        (&["5", "out", "--first", "9999999"], "case numbers end at 9999999"),
        (&["5", "out", "--format", "odt"], "invalid value 'odt'"),
    ] {
        let output = run(&program, args, folder.path());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(message), "{args:?}: {stderr}");
    }
    assert!(run(&program, &["5", "full", "--force"], folder.path()).status.success());
    assert_eq!(files(&folder.path().join("full")).len(), 6);
}
