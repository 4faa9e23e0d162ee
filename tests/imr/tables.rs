//! Cross tables agree with a count over records that knows nothing of indexes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use imr::index::{Reader, analysis};
use imr::letter::Date;
use imr::query;
use imr::record::{GuidelineRecord, IssueRecord, LetterRecord};
use imr::search::{self, Dimension, RowOrder, Since, Stats, StatsRequest, StatsRow};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::Folder;

struct Archive {
    folder: Folder,
    reader: Reader,
    letters: Vec<LetterRecord>,
}

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.invent("letters", 1..=150);
    folder.write("letters/note.txt", "A covering note about acupuncture.");
    // Two segments at least.
    folder.imr(&["index", "letters"]).succeeds();
    folder.invent("letters", 151..=220);
    folder.imr(&["index", "letters"]).succeeds();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    let letters = parsed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    Archive { folder, reader, letters }
});

const DIMENSIONS: [&str; 26] = [
    "outcome",
    "category",
    "category_group",
    "drug_group",
    "drug",
    "body",
    "side",
    "retrospective",
    "basis",
    "source",
    "chapter",
    "claims_chapter",
    "same_guideline",
    "specialty",
    "first_specialty",
    "state",
    "priority",
    "sex",
    "age_band",
    "requests",
    "year",
    "quarter",
    "month",
    "injury_year",
    "injury_month",
    "layout",
];

/// The values of a dimension that a record has, as a reader of the record would tell them.
fn values(letter: &LetterRecord, issue: Option<&IssueRecord>, dimension: &str) -> Vec<String> {
    let facts = &letter.facts;
    let of_issue = |of: &dyn Fn(&IssueRecord) -> Vec<String>| issue.map(of).unwrap_or_default();
    let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let yes = |value: Option<bool>| vec![if value == Some(true) { "yes" } else { "no" }.to_owned()];
    let month = |date: Option<Date>| date.map(|d| format!("{:04}-{:02}", d.year(), d.month())).into_iter().collect();
    let chapters = |guideline: &GuidelineRecord| {
        let mtus = guideline.citations.iter().filter(|c| c.source.name() == "mtus");
        mtus.filter_map(|c| c.chapter.clone()).collect::<Vec<_>>()
    };
    let or = |canonical: &[String], printed: &[String]| if canonical.is_empty() { printed } else { canonical }.to_vec();
    let specialties = or(&facts.specialties_canonical, &facts.specialties);
    let found: Vec<String> = match dimension {
        "outcome" => of_issue(&|i| one(i.outcome.map(|o| o.name()))),
        "category" => of_issue(&|i| one(i.category.as_deref())),
        "category_group" => of_issue(&|i| one(i.category.as_deref().and_then(|c| c.split('/').next()))),
        "drug_group" => of_issue(&|i| one(i.drug_group.as_deref())),
        "drug" => of_issue(&|i| one(i.drug.as_deref())),
        "body" => of_issue(&|i| i.body_parts.clone()),
        "side" => of_issue(&|i| one(i.side.map(|s| s.name()))),
        "retrospective" => of_issue(&|i| yes(i.retrospective)),
        "basis" => of_issue(&|i| one(i.guideline.basis.map(|b| b.name()))),
        "source" => of_issue(&|i| i.guideline.citations.iter().map(|c| c.source.name().to_owned()).collect()),
        "chapter" => of_issue(&|i| chapters(&i.guideline)),
        "claims_chapter" => of_issue(&|i| chapters(&i.claims_guideline)),
        "same_guideline" => of_issue(&|i| {
            let parts = |guideline: &GuidelineRecord| {
                let part = |c: &imr::record::CitationRecord| {
                    let part = c.chapter.clone().or(c.name.clone()).or(c.regulation.clone());
                    (c.source.name(), part.map(|part| analysis::fold(&part)))
                };
                guideline.citations.iter().map(part).collect::<Vec<_>>()
            };
            let (ours, theirs) = (parts(&i.guideline), parts(&i.claims_guideline));
            if ours.is_empty() || theirs.is_empty() {
                return Vec::new();
            }
            let mut same = false;
            for ((source, part), (other, their)) in ours.iter().flat_map(|a| theirs.iter().map(move |b| (a, b))) {
                let named = part.is_some() && their.is_some();
                same |= source == other && if named { part == their } else { *source != "other" };
            }
            vec![if same { "yes" } else { "no" }.to_owned()]
        }),
        "specialty" => specialties,
        "first_specialty" => specialties.into_iter().take(1).collect(),
        "state" => or(&facts.licensure_canonical, &facts.licensure),
        "priority" => one(facts.priority.map(|p| p.name())),
        "sex" => one(facts.sex.map(|s| s.name())),
        "age_band" => {
            let band = |age: u16| search::AGE_BANDS.iter().find(|band| u64::from(age) <= band.1).unwrap().2;
            one(facts.age.map(band))
        }
        "requests" => vec![letter.issues.len().to_string()],
        "year" => facts.decision_date.map(|d| d.year().to_string()).into_iter().collect(),
        "quarter" => {
            let quarter = |d: Date| format!("{}-Q{}", d.year(), 1 + (d.month() - 1) / 3);
            facts.decision_date.map(quarter).into_iter().collect()
        }
        "month" => month(facts.decision_date),
        "injury_year" => facts.date_of_injury.map(|d| d.year().to_string()).into_iter().collect(),
        "injury_month" => month(facts.date_of_injury),
        "layout" => vec![facts.layout.name().to_owned()],
        other => panic!("{other}"),
    };
    let mut seen = BTreeSet::new();
    found.into_iter().map(|value| analysis::fold(&value)).filter(|value| seen.insert(value.clone())).collect()
}

/// The counts of a group, with the days of each letter in it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Counted {
    issues: u64,
    letters: u64,
    upheld: u64,
    overturned: u64,
    days: Vec<i32>,
}

/// Counts by going over the records, one group after the other.
fn naive(
    letters: &[&LetterRecord],
    by: &[&str],
    keep: &[Option<BTreeSet<String>>],
    days: Option<Since>,
) -> HashMap<Vec<Option<String>>, Counted> {
    let mut groups: HashMap<Vec<Option<String>>, Counted> = HashMap::new();
    for letter in letters {
        let mut seen = BTreeSet::new();
        let documents: Vec<Option<&IssueRecord>> = match letter.issues.is_empty() {
            true if by.contains(&"layout") => vec![None],
            true => Vec::new(),
            false => letter.issues.iter().map(Some).collect(),
        };
        let from = match days {
            Some(Since::Assigned) => letter.facts.date_assigned,
            Some(Since::Denied) => letter.facts.ur_denial_date,
            None => None,
        };
        let took = from.zip(letter.facts.decision_date).map(|(from, to)| days_between(from, to)).filter(|d| *d >= 0);
        for issue in documents {
            let mut keys: Vec<Vec<Option<String>>> = vec![Vec::new()];
            for (dimension, keep) in by.iter().zip(keep) {
                let mut of: Vec<Option<String>> = values(letter, issue, dimension).into_iter().map(Some).collect();
                if let Some(keep) = keep {
                    let other =
                        |v: Option<String>| v.map(|v| if keep.contains(&v) { v } else { "(others)".to_owned() });
                    let merged: BTreeSet<_> = of.into_iter().map(other).collect();
                    of = merged.into_iter().collect();
                }
                if of.is_empty() {
                    of.push(None);
                }
                keys = keys
                    .iter()
                    .flat_map(|k| of.iter().map(move |v| [k.as_slice(), std::slice::from_ref(v)].concat()))
                    .collect();
            }
            for key in keys {
                let group = groups.entry(key.clone()).or_default();
                let outcome = issue.and_then(|i| i.outcome).map(|o| o.name());
                group.issues += u64::from(issue.is_some());
                group.upheld += u64::from(outcome == Some("upheld"));
                group.overturned += u64::from(outcome == Some("overturned"));
                if seen.insert(key) {
                    group.letters += 1;
                    group.days.extend(took);
                }
            }
        }
    }
    groups.values_mut().for_each(|group| group.days.sort_unstable());
    groups
}

/// Counts days one by one.
fn days_between(from: Date, to: Date) -> i32 {
    let (mut day, mut days) = (from.min(to), 0);
    while day < from.max(to) {
        day = Date::new(day.year(), day.month(), day.day() + 1)
            .or_else(|| Date::new(day.year(), day.month() + 1, 1))
            .unwrap_or_else(|| Date::new(day.year() + 1, 1, 1).unwrap());
        days += 1;
    }
    if from <= to { days } else { -days }
}

/// The counts of the engine, by folded values.
fn engine(rows: &[StatsRow]) -> HashMap<Vec<Option<String>>, Counted> {
    let key = |row: &StatsRow| row.values.iter().map(|v| v.as_deref().map(analysis::fold)).collect::<Vec<_>>();
    let counted = |row: &StatsRow| {
        let StatsRow { issues, letters, upheld, overturned, .. } = *row;
        Counted { issues, letters, upheld, overturned, days: Vec::new() }
    };
    let found: HashMap<_, _> = rows.iter().map(|row| (key(row), counted(row))).collect();
    assert_eq!(found.len(), rows.len(), "a row came twice");
    found
}

fn request(filter: &str, by: &[&str]) -> StatsRequest {
    StatsRequest::new(query::parse(filter).unwrap().expr, Dimension::parse_all(by).unwrap())
}

/// Filters with what they mean.
type Filter = (&'static str, fn(&LetterRecord) -> bool);
const FILTERS: [Filter; 4] = [
    ("", |_| true),
    ("sex:female", |letter| letter.facts.sex.is_some_and(|sex| sex.name() == "female")),
    ("age:40..59", |letter| letter.facts.age.is_some_and(|age| (40..=59).contains(&age))),
    ("decided:>=2016-07", |letter| letter.facts.decision_date >= Date::new(2016, 7, 1)),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_that_of_a_count_over_the_records(
        by in prop::sample::subsequence(DIMENSIONS.to_vec(), 0..=3).prop_shuffle(),
        filter in prop::sample::select(FILTERS.to_vec()),
        top in prop::option::of(1usize..6),
        least in prop_oneof![3 => Just(0u64), 1 => 0u64..6],
        days in prop::sample::select(vec![None, Some(Since::Assigned), Some(Since::Denied)]),
        order in prop::sample::select(vec!["values", "issues", "-issues", "-share", "letters", "overturned"]),
    ) {
        let archive = &*ARCHIVE;
        let order = RowOrder::parse(order).unwrap();
        let asked = StatsRequest { top, least, days, order, ..request(filter.0, &by) };
        let stats = search::stats(&archive.reader, &asked).unwrap();
        let letters: Vec<&LetterRecord> = archive.letters.iter().filter(|letter| filter.1(letter)).collect();
        let keep: Vec<_> = by.iter().map(|dimension| {
            let top = top.filter(|_| !Dimension::parse(dimension).unwrap().is_ordered())?;
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for (letter, issue) in letters.iter().flat_map(|l| l.issues.iter().map(move |i| (l, i))) {
                values(letter, Some(issue), dimension).into_iter().for_each(|v| *counts.entry(v).or_default() += 1);
            }
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            (counts.len() > top).then(|| counts.into_iter().take(top).map(|(v, _)| v).collect::<BTreeSet<_>>())
        }).collect();
        let expected = naive(&letters, &by, &keep, days);
        let few: u64 = expected.values().filter(|c| c.issues < least).map(|c| c.issues).sum();
        let expected: HashMap<_, _> = expected.into_iter().filter(|(_, c)| c.issues >= least).collect();
        let bare = |(key, counted): (&Vec<Option<String>>, &Counted)| (key.clone(), Counted { days: Vec::new(), ..counted.clone() });
        prop_assert_eq!(engine(&stats.rows), expected.iter().map(bare).collect::<HashMap<_, _>>());
        prop_assert_eq!(stats.left_out.1, few);
        for row in &stats.rows {
            let key: Vec<_> = row.values.iter().map(|v| v.as_deref().map(analysis::fold)).collect();
            let days = &expected[&key].days;
            match row.days {
                None => prop_assert!(days.is_empty()),
                Some(told) => {
                    prop_assert_eq!(told.letters as usize, days.len());
                    prop_assert_eq!([told.least, told.most], [days[0], days[days.len() - 1]]);
                    // Half of the letters were decided by then, and not half before.
                    let by = |day: i32| days.iter().filter(|d| **d <= day).count() * 2;
                    prop_assert!(by(told.median) >= days.len() && by(told.median - 1) < days.len());
                    let mean = days.iter().map(|d| f64::from(*d)).sum::<f64>() / days.len() as f64;
                    prop_assert!((told.mean - mean).abs() < 1e-9);
                }
            }
        }
        let all = naive(&letters, if by.contains(&"layout") { &["layout"] } else { &[] }, &[None], days);
        prop_assert_eq!(stats.total.issues, all.values().map(|c| c.issues).sum::<u64>());
        prop_assert_eq!(stats.total.letters, all.values().map(|c| c.letters).sum::<u64>());
        prop_assert_eq!(stats.total.upheld, all.values().map(|c| c.upheld).sum::<u64>());
    }

    #[test]
    fn a_comparison_is_two_counts_side_by_side(
        by in prop::sample::subsequence(DIMENSIONS.to_vec(), 1..=2).prop_shuffle(),
        one in prop::sample::select(FILTERS.to_vec()),
        other in prop::sample::select(FILTERS.to_vec()),
    ) {
        let archive = &*ARCHIVE;
        let expr = query::parse(other.0).unwrap().expr;
        let compared = search::compare(&archive.reader, &request(one.0, &by), &expr).unwrap();
        let none = vec![None; by.len()];
        for (i, filter) in [one, other].iter().enumerate() {
            let rows: Vec<StatsRow> = compared.rows.iter().map(|row| row.rows[i].clone()).collect();
            let mut found = engine(&rows);
            // A combination that only the other selection has is a row of nothing here.
            found.retain(|_, counted| counted.letters > 0);
            let letters: Vec<&LetterRecord> = archive.letters.iter().filter(|letter| filter.1(letter)).collect();
            prop_assert_eq!(found, naive(&letters, &by, &none, None));
        }
        let both = archive.letters.iter().filter(|letter| one.1(letter) && other.1(letter));
        prop_assert_eq!(compared.shared, both.map(|letter| letter.issues.len() as u64).sum::<u64>());
    }

    #[test]
    fn the_totals_of_a_cross_table_are_counts_of_their_own(
        by in prop::sample::subsequence(DIMENSIONS.to_vec(), 2..=3).prop_shuffle(),
    ) {
        let archive = &*ARCHIVE;
        prop_assume!(!by.contains(&"layout"));
        let table = search::cross(&archive.reader, &request("", &by)).unwrap();
        let letters: Vec<&LetterRecord> = archive.letters.iter().collect();
        let (last, rest) = by.split_last().unwrap();
        let bare = |groups: HashMap<_, Counted>| groups.into_iter().collect::<HashMap<Vec<Option<String>>, _>>();
        prop_assert_eq!(engine(&table.rows.rows), bare(naive(&letters, rest, &vec![None; rest.len()], None)));
        prop_assert_eq!(engine(&table.columns.rows), bare(naive(&letters, &[last], &[None], None)));
    }
}

fn stats(filter: &str, by: &[&str]) -> Stats {
    search::stats(&ARCHIVE.reader, &request(filter, by)).unwrap()
}

#[test]
fn a_time_has_no_gaps_and_tells_its_changes() {
    let asked = StatsRequest { over: true, ..request("", &["month"]) };
    let over = search::stats(&ARCHIVE.reader, &asked).unwrap();
    let months: Vec<_> = over.rows.iter().filter_map(|row| row.values[0].clone()).collect();
    assert!(months.windows(2).all(|pair| {
        let number = |month: &str| month[..4].parse::<u32>().unwrap() * 12 + month[5..].parse::<u32>().unwrap();
        number(&pair[1]) == number(&pair[0]) + 1
    }));
    assert!(over.rows.iter().any(|row| row.issues == 0), "the letters have no gap");
    assert_eq!(over.rows.iter().map(|row| row.issues).sum::<u64>(), over.total.issues);
    assert_eq!(over.rows[0].change, None);
    for pair in over.rows.windows(2).filter(|pair| pair[1].values[0].is_some()) {
        let change = pair[1].change.unwrap();
        assert_eq!(change.issues, pair[1].issues as i64 - pair[0].issues as i64);
        let shares = pair[1].share().zip(pair[0].share());
        assert_eq!(change.share, shares.map(|(now, before)| now - before));
    }
}

#[test]
fn a_test_is_of_two_fields_with_one_value_an_issue() {
    let test = stats("", &["sex", "outcome"]).test.unwrap();
    let with_both = stats("sex:*", &["outcome"]);
    let decided = with_both.rows.iter().filter(|row| row.values[0].is_some());
    assert_eq!((test.degrees, test.n), (1, decided.map(|row| row.issues).sum()));
    assert!(stats("", &["specialty", "outcome"]).test.is_none() && stats("", &["sex"]).test.is_none());
    assert_eq!(stats("", &["specialty"]).several, ["specialty"]);
}

#[test]
fn every_form_of_a_table_tells_the_same() {
    let folder = &ARCHIVE.folder;
    let args = ["stats", "--by", "sex,basis", "--show", "issues,letters,upheld,overturned,share,ci,row_percent"];
    let json = folder.imr(&[&args[..], &["--format", "json"]].concat()).succeeds().json();
    let csv = folder.imr(&[&args[..], &["--format", "csv"]].concat()).succeeds().out;
    let mut csv = csv.lines();
    assert_eq!(
        csv.next().unwrap(),
        "sex,basis,issues,letters,upheld,overturned,upheld_share,upheld_share_low,upheld_share_high,share_of_row"
    );
    let plain = folder.imr(&args).succeeds().out;
    let rows = json["rows"].as_array().unwrap();
    assert_eq!((rows.len(), plain.lines().count()), (csv.clone().count(), rows.len()));
    for ((row, csv), plain) in rows.iter().zip(csv).zip(plain.lines()) {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
        };
        let interval = &row["upheld_share_interval"];
        let cells = [&row["sex"], &row["basis"], &row["issues"], &row["letters"], &row["upheld"], &row["overturned"]];
        let cells = cells.into_iter().chain([&row["upheld_share"], &interval[0], &interval[1], &row["share_of_row"]]);
        // Whole numbers have no point in CSV.
        let cells: Vec<String> = cells.map(|cell| text(cell).trim_end_matches(".0").to_owned()).collect();
        assert_eq!(csv, cells.join(","));
        assert_eq!(plain.split('\t').take(6).collect::<Vec<_>>(), cells[..6]);
        let (upheld, overturned) = (row["upheld"].as_u64().unwrap(), row["overturned"].as_u64().unwrap());
        assert_eq!(row["upheld_share"].as_f64(), Some(upheld as f64 / (upheld + overturned) as f64));
    }
    // The columns of a cross table are the values of its last field.
    let cross = folder.imr(&["stats", "--by", "sex,outcome", "--cross", "--format", "csv"]).succeeds().out;
    assert!(cross.starts_with("sex,upheld,overturned,total\n"), "{cross}");
    let markdown = folder.imr(&["stats", "--by", "sex,outcome", "--cross", "--format", "md"]).succeeds().out;
    assert!(
        markdown.starts_with("| sex | upheld | overturned | total |\n| --- | ---: | ---: | ---: |\n"),
        "{markdown}"
    );
    // Without a field there is the total.
    let total = folder.imr(&["stats"]).succeeds().out;
    assert_eq!(total.split('\t').next().unwrap(), json["total"]["issues"].to_string());
}

#[test]
fn what_makes_no_table_is_told() {
    let folder = &ARCHIVE.folder;
    for (args, parts) in [
        (&["--show", "isues"][..], &["no figure `isues`", "did you mean issues?"][..]),
        (&["--show", "share,share"], &["`share` is named twice"]),
        (&["--by", "outcome", "--show", "share"], &["`share` says nothing", "row_percent"]),
        (&["--by", "sex", "--sort", "height"], &["no order by `height`", "the orders are"]),
        (&["--by", "sex", "--sort", "-values"], &["no order by `-values`"]),
        (&["--by", "sex", "--cross"], &["`--cross` wants two fields at least"]),
        (&["--by", "sex", "--test"], &["`--test` is of two fields"]),
        (&["--over", "year", "--by", "year"], &["`year` is named twice"]),
        (&["--by", "sex", "--compare", "(mri"], &["column"]),
        (&["--by", "sex", "--top", "0"], &["--top"]),
    ] {
        folder.imr(&[&["stats"], args].concat()).ends_with(2).prints_nothing().says(parts);
    }
}
