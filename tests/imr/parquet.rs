//! Parquet: what is written comes back value by value, with the crate that wrote it and with other readers.

mod bombs;
mod footers;

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::Command;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use imr::archive::container::{Format, Limits, Members};
use imr::letter::{Basis, CaseNumber, Date, Layout, LetterOutcome, Outcome, Priority, Sex, Side, Source, TimeUnit};
use imr::present::{self, FileFormat, Of, Row, Style};
use imr::record::{
    CitationRecord, DiagnosticRecord, FrequencyRecord, GuidelineRecord, IssueRecord, LetterFacts, LetterRecord,
    PagesRecord, SpanRecord,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::invented::Rng;
use crate::support::{Folder, python_with};

/// Makes records of odd values: anything may be missing, empty, long, or in any script.
struct Odd {
    rng: Rng,
    texts: Vec<String>,
}

impl Odd {
    fn below(&mut self, bound: u64) -> u64 {
        self.rng.below(bound)
    }

    fn text(&mut self) -> String {
        let place = self.below(self.texts.len() as u64) as usize;
        self.texts[place].clone()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| value(self))
    }

    fn list<T>(&mut self, value: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..[0, 0, 1, 2, 5][self.below(5) as usize]).map(|_| value(self)).collect()
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn date(&mut self) -> Date {
        let year = [1, 1582, 1900, 1969, 1970, 2000, 2016, 2024, 9999][self.below(9) as usize];
        let month = 1 + self.below(12) as u8;
        Date::new(year, month, 1 + self.below(u64::from(Date::days_in_month(year, month))) as u8).unwrap()
    }

    fn number(&mut self) -> u32 {
        [0, 1, 60, i32::MAX as u32, i32::MAX as u32 + 1, u32::MAX][self.below(6) as usize]
    }

    fn guideline(&mut self) -> GuidelineRecord {
        let citation = |odd: &mut Self| CitationRecord {
            source: odd.one(Source::ALL),
            name: odd.maybe(Self::text),
            chapter: odd.maybe(Self::text),
            year: odd.maybe(|odd| odd.one(&[0, 2004, u16::MAX])),
            sections: odd.list(Self::text),
            pages: odd.list(Self::text),
            regulation: odd.maybe(Self::text),
            text: odd.text(),
        };
        GuidelineRecord {
            text: self.maybe(Self::text),
            basis: self.maybe(|odd| odd.one(Basis::ALL)),
            citations: self.list(citation),
        }
    }

    fn issue(&mut self) -> IssueRecord {
        IssueRecord {
            number: self.number(),
            issue: self.text(),
            requested: self.maybe(Self::text),
            authorized: self.maybe(Self::text),
            disputed: self.maybe(Self::text),
            category: self.maybe(Self::text),
            category_confidence: self.maybe(|odd| odd.one(&[0, 100, u8::MAX])),
            category_reason: None,
            drug_group: self.maybe(Self::text),
            drug: self.maybe(Self::text),
            quantity: self.maybe(Self::number),
            unit: self.maybe(Self::text),
            frequency: self.maybe(|odd| FrequencyRecord {
                low: odd.number(),
                high: odd.number(),
                per: odd.one(TimeUnit::ALL),
            }),
            duration: self.maybe(|odd| SpanRecord {
                low: odd.number(),
                high: odd.number(),
                unit: odd.one(TimeUnit::ALL),
            }),
            strength: self.maybe(Self::text),
            body_parts: self.list(Self::text),
            side: self.maybe(|odd| odd.one(Side::ALL)),
            retrospective: self.maybe(|odd| odd.below(2) == 0),
            dates_of_service: self.list(Self::date),
            associated: self.maybe(|odd| odd.below(2) == 0),
            outcome: self.maybe(|odd| odd.one(Outcome::ALL)),
            guideline: self.guideline(),
            claims_guideline: self.guideline(),
            rationale: self.maybe(Self::text),
            pages: self.maybe(|odd| PagesRecord {
                issue: odd.pages(),
                guideline: odd.pages(),
                claims_guideline: odd.pages(),
                rationale: odd.pages(),
            }),
        }
    }

    fn pages(&mut self) -> Vec<[usize; 2]> {
        self.list(|odd| [odd.below(9000) as usize, odd.below(20) as usize])
    }

    fn letter(&mut self) -> LetterRecord {
        LetterRecord {
            facts: LetterFacts {
                summary_pages: self.pages(),
                case_number: self.maybe(|odd| CaseNumber::from_u64(odd.below(CaseNumber::MAX_U64)).unwrap()),
                date_of_injury: self.maybe(Self::date),
                date_assigned: self.maybe(Self::date),
                decision_date: self.maybe(Self::date),
                ur_denial_date: self.maybe(Self::date),
                application_received: self.maybe(Self::date),
                priority: self.maybe(|odd| odd.one(Priority::ALL)),
                licensure: self.list(Self::text),
                licensure_canonical: self.list(Self::text),
                specialties: self.list(Self::text),
                specialties_canonical: self.list(Self::text),
                board_certifications: self.list(Self::text),
                subspecialties: self.list(Self::text),
                age: self.maybe(|odd| odd.one(&[0, 45, u16::MAX])),
                sex: self.maybe(|odd| odd.one(Sex::ALL)),
                outcome: self.maybe(|odd| odd.one(LetterOutcome::ALL)),
                stated_outcome: self.maybe(|odd| odd.one(LetterOutcome::ALL)),
                layout: self.one(Layout::ALL),
                path: self.text(),
                digest: self.text(),
                clinical_summary: self.maybe(Self::text),
                body_regions: self.list(Self::text),
                diagnoses: self.list(Self::text),
                summary_dates: self.list(Self::date),
                documents_reviewed: self.list(Self::text),
            },
            issues: self.list(Self::issue),
            diagnostics: self.list(|odd| DiagnosticRecord {
                severity: odd.text(),
                code: odd.text(),
                message: odd.text(),
                span: odd.maybe(|odd| [odd.below(9) as usize, i64::MAX as usize]),
            }),
            text: self.maybe(Self::text),
        }
    }
}

/// A file of these letters, or of their issues.
fn written(of: Of, letters: &[LetterRecord]) -> File {
    let out = tempfile::tempfile().unwrap();
    let style = Style {
        pretty: false,
        color: false,
        links: false,
        terminal: false,
        width: 80,
        columns: usize::MAX,
        cwd: PathBuf::new(),
    };
    let mut rows = present::rows(FileFormat::Parquet, of, Box::new(out.try_clone().unwrap()), &style).unwrap();
    for letter in letters {
        match of {
            Of::Letters => rows.write(Row::Letter(letter)).unwrap(),
            Of::Issues => letter.issues.iter().for_each(|issue| rows.write(Row::Issue(letter, issue)).unwrap()),
        }
    }
    rows.finish().unwrap();
    out
}

/// How many days a date is behind 1970-01-01, counted month by month.
fn days(date: &str) -> i64 {
    let date: Date = date.parse().unwrap();
    let of_year = |year: u16| (1..=12).map(|m| i64::from(Date::days_in_month(year, m))).sum::<i64>();
    let years: i64 = match date.year() {
        year @ 1970.. => (1970..year).map(of_year).sum(),
        year => -(year..1970).map(of_year).sum::<i64>(),
    };
    years
        + (1..date.month()).map(|m| i64::from(Date::days_in_month(date.year(), m))).sum::<i64>()
        + i64::from(date.day())
        - 1
}

/// A value as the crate reads it, days as numbers.
fn read(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => json!(flag),
        Field::Int(number) | Field::Date(number) => json!(number),
        Field::UInt(number) => json!(number),
        Field::Long(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::ListInternal(list) => list.elements().iter().map(read).collect(),
        Field::Group(row) => Value::Object(members(row)),
        other => panic!("{other:?}"),
    }
}

fn members(row: &::parquet::record::Row) -> Map<String, Value> {
    row.get_column_iter().map(|(name, field)| (name.clone(), read(field))).collect()
}

const DATES: [&str; 7] = [
    "date_of_injury",
    "date_assigned",
    "decision_date",
    "ur_denial_date",
    "application_received",
    "summary_dates",
    "dates_of_service",
];

/// What a record's JSON is in Parquet: nothing is left out, days are numbers.
fn expected(value: Value, of: Of) -> Value {
    fn with_days(name: &str, value: Value) -> Value {
        match value {
            Value::String(date) if DATES.contains(&name) => json!(days(&date)),
            Value::Array(values) => values.into_iter().map(|value| with_days(name, value)).collect(),
            Value::Object(object) => {
                object.into_iter().map(|(name, value)| (name.clone(), with_days(&name, value))).collect()
            }
            other => other,
        }
    }
    let mut value = with_days("", value);
    match of {
        Of::Letters => fill(&mut value),
        Of::Issues => without_pages(&mut value),
    }
    value
}

/// Puts in what lines of letters leave out.
fn fill(letter: &mut Value) {
    let object = letter.as_object_mut().unwrap();
    object.entry("text").or_insert(Value::Null);
    object.entry("summary_pages").or_insert(json!([]));
    for issue in object["issues"].as_array_mut().unwrap() {
        issue.as_object_mut().unwrap().entry("pages").or_insert(Value::Null);
    }
}

/// Takes out of the line of an issue what its columns do not have: they are for counting.
fn without_pages(issue: &mut Value) {
    issue.as_object_mut().unwrap().retain(|name, _| name != "pages" && name != "summary_pages");
}

/// The rows of letters, or of their issues, as JSON lines have them.
fn lines(of: Of, letters: &[LetterRecord]) -> Vec<Value> {
    let facts = |letter: &LetterRecord| {
        let Value::Object(mut facts) = serde_json::to_value(&letter.facts).unwrap() else { unreachable!() };
        let outcome = facts.remove("outcome").unwrap();
        facts.insert("letter_outcome".to_owned(), outcome);
        facts
    };
    letters
        .iter()
        .flat_map(|letter| match of {
            Of::Letters => vec![serde_json::to_value(letter).unwrap()],
            Of::Issues => letter
                .issues
                .iter()
                .map(|issue| {
                    let Value::Object(issue) = serde_json::to_value(issue).unwrap() else { unreachable!() };
                    Value::Object(facts(letter).into_iter().chain(issue).collect())
                })
                .collect(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_value_comes_back(seed: u64, texts in prop::collection::vec(".{0,40}", 1..6), letters in 0usize..12) {
        let long = "The records show \u{6f22}\u{5b57} and \u{1f4a3}. ".repeat(200);
        let texts = texts.into_iter().chain([String::new(), long, "\0\n\u{7f}\"".to_owned()]).collect();
        let mut odd = Odd { rng: Rng::new(seed, 0), texts };
        let letters: Vec<_> = (0..letters).map(|_| odd.letter()).collect();
        for of in [Of::Letters, Of::Issues] {
            let file = SerializedFileReader::new(written(of, &letters)).unwrap();
            let rows: Vec<_> = file.get_row_iter(None).unwrap().map(|row| Value::Object(members(&row.unwrap()))).collect();
            let lines: Vec<_> = lines(of, &letters).into_iter().map(|line| expected(line, of)).collect();
            prop_assert_eq!(rows, lines);
        }
        // Letters are read again as they were.
        let bytes = bytes_of(written(Of::Letters, &letters));
        let rows = Members::of_bytes(bytes, Format::of("letters.parquet").unwrap(), &Limits::default()).unwrap();
        let read: Vec<LetterRecord> =
            rows.map(|row| serde_json::from_slice(&row.unwrap().read().unwrap()).unwrap()).collect();
        prop_assert_eq!(read, letters);
    }
}

/// The crate looks at the next page before it reads it, where a row might go on there.
#[test]
fn columns_of_several_pages_are_read() {
    let mut rng = Rng::new(5, 0);
    let mut text = || (0..400).map(|_| char::from(b'a' + rng.below(26) as u8)).collect::<String>();
    let mut diagnostic = || DiagnosticRecord { severity: "info".into(), code: "x".into(), message: text(), span: None };
    let letters: Vec<_> = (0..3_000)
        .map(|_| LetterRecord { diagnostics: (0..3).map(|_| diagnostic()).collect(), ..LetterRecord::default() })
        .collect();
    let file = written(Of::Letters, &letters);
    let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
    let group = reader.get_row_group(0).unwrap();
    let pages =
        (0..group.num_columns()).filter(|column| group.metadata().column(*column).column_descr().max_rep_level() > 0);
    let pages = pages.map(|column| {
        let pages = group.get_column_page_reader(column).unwrap();
        pages.filter(|page| page.as_ref().unwrap().is_data_page()).count()
    });
    assert!(pages.max() > Some(1));
    let rows = Members::of_bytes(bytes_of(file), Format::of("letters.parquet").unwrap(), &Limits::default()).unwrap();
    let read: Vec<LetterRecord> =
        rows.map(|row| serde_json::from_slice(&row.unwrap().read().unwrap()).unwrap()).collect();
    assert!(read == letters);
}

/// The bytes of a file.
fn bytes_of(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn row_groups_are_bounded() {
    let mut letter = LetterRecord { text: Some("x".repeat(1 << 20)), ..LetterRecord::default() };
    let letters: Vec<_> = (0..150u64)
        .map(|number| {
            letter.facts.case_number = CaseNumber::from_u64(number);
            letter.clone()
        })
        .collect();
    let file = SerializedFileReader::new(written(Of::Letters, &letters)).unwrap();
    let rows: Vec<_> = file.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [64, 64, 22]);
    let cases = file.get_row_iter(None).unwrap().map(|row| members(&row.unwrap())["case_number"].clone());
    let expected = (0..150).map(|n| json!(format!("CM00-{n:07}")));
    assert!(cases.eq(expected));
}

#[test]
fn the_columns_are_promised_by_the_names_of_the_records() {
    let mut odd = Odd { rng: Rng::new(1, 0), texts: vec!["x".to_owned()] };
    let letters: Vec<_> = (0..20).map(|_| odd.letter()).collect();
    for (of, promised) in [(Of::Letters, "export-letters.parquet.txt"), (Of::Issues, "export-issues.parquet.txt")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(promised);
        let promised = ::parquet::schema::parser::parse_message_type(&fs::read_to_string(path).unwrap()).unwrap();
        let file = SerializedFileReader::new(written(of, &letters)).unwrap();
        assert_eq!(file.metadata().file_metadata().schema(), &promised);
        // In the order of the JSON, but for what is left out there where it is not.
        let order: Vec<_> = promised.get_fields().iter().map(|field| field.name().to_owned()).collect();
        let object = expected(lines(of, &letters).swap_remove(0), of);
        let names: std::collections::BTreeSet<_> = object.as_object().unwrap().keys().cloned().collect();
        assert_eq!(order.iter().cloned().collect::<std::collections::BTreeSet<_>>(), names);
    }
}

/// What another reader makes of a file; `None` where it is not installed.
fn read_with(module: &str, file: &Path) -> Option<Value> {
    let Some(python) = python_with(module) else {
        eprintln!("skipped: there is no {module} for Python; `scripts/test` installs it");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet/read.py");
    let output = Command::new(python).arg(script).arg(module).arg(file).output().unwrap();
    assert!(output.status.success(), "{module}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn other_readers_see_the_same_rows_and_types() {
    let folder = Folder::new();
    folder.invent("letters", 1..=150);
    folder.write("letters/note.txt", "A cover note.");
    folder.imr(&["index", "letters"]).succeeds();
    for of in ["letters", "issues"] {
        let jsonl = folder.imr(&["export", "--of", of]).succeeds().out;
        let mut lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.iter_mut().for_each(if of == "letters" { fill } else { without_pages });
        let name = format!("{of}.parquet");
        folder.imr(&["export", "--of", of, "-o", &name]).succeeds();
        let file = folder.path().join(name);
        for (module, types) in [
            (
                "pyarrow",
                [
                    ("decision_date", "date32[day]"),
                    ("age", "int32"),
                    ("specialties", "list<element: string not null>"),
                    ("summary_dates", "list<element: date32[day] not null>"),
                    ("sex", "string"),
                ],
            ),
            (
                "duckdb",
                [
                    ("decision_date", "DATE"),
                    ("age", "INTEGER"),
                    ("specialties", "VARCHAR[]"),
                    ("summary_dates", "DATE[]"),
                    ("sex", "VARCHAR"),
                ],
            ),
        ] {
            let Some(read) = read_with(module, &file) else { continue };
            assert_eq!(read["rows"], json!(lines), "{module}, {of}");
            for (name, expected) in types {
                assert_eq!(read["types"][name], expected, "{module}, {of}: {name}");
            }
            if module == "pyarrow" {
                let sex = read["encodings"]["sex"].as_array().unwrap();
                assert!(sex[0] == "ZSTD" && sex.contains(&json!("RLE_DICTIONARY")), "{sex:?}");
            }
            if (module, of) == ("duckdb", "issues") {
                assert_eq!(read["types"]["retrospective"], "BOOLEAN");
                assert_eq!(read["types"]["quantity"], "UINTEGER");
                let guideline = read["types"]["guideline"].as_str().unwrap();
                assert!(
                    guideline.contains("citations STRUCT(") && guideline.contains("pages VARCHAR[]"),
                    "{guideline}"
                );
            }
        }
    }
}
