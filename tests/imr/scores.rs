//! Scores are those of BM25F over the fields of a document, worked out from the records.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use imr::index::{IndexSchema, Reader, analysis};
use imr::query;
use imr::record::LetterRecord;
use imr::search::{self, Request};
use tantivy::fieldnorm::FieldNormReader;

use crate::support::Folder;

/// The constants of the formula.
const K1: f32 = 4.0;
const B: f32 = 0.3;

/// One document: its name, its letter, and the terms of its texts by field.
struct Document {
    name: String,
    letter: usize,
    texts: BTreeMap<&'static str, Vec<String>>,
    /// How many terms the index has of each text, the ends of its sentences among them.
    lengths: BTreeMap<&'static str, u32>,
    /// The terms of the values in which bare words are looked for.
    values: Vec<String>,
}

struct Archive {
    _folder: Folder,
    reader: Reader,
    documents: Vec<Document>,
    letters: usize,
}

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let folder = Folder::indexed(80);
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let mut documents = Vec::new();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    for (letter, line) in parsed.lines().enumerate() {
        let record: LetterRecord = serde_json::from_str(line).unwrap();
        let facts = &record.facts;
        let told = |text: &Option<String>| text.clone().unwrap_or_default();
        let of_letter = [("summary", told(&facts.clinical_summary)), ("text", told(&record.text))];
        let path = facts.path.clone();
        let all = record.issues.iter().map(|issue| {
            let own = [
                ("issue", issue.issue.clone()),
                ("guideline", told(&issue.guideline.text)),
                ("claims", told(&issue.claims_guideline.text)),
                ("rationale", told(&issue.rationale)),
            ];
            let values = issue.category.iter().chain(&issue.drug).flat_map(|value| analysis::terms(value)).collect();
            (format!("{path}/{}", issue.number), own.to_vec(), values)
        });
        let mut all: Vec<_> = all.collect();
        if all.is_empty() {
            all.push((path.clone(), Vec::new(), Vec::new()));
        }
        for (name, own, values) in all {
            let all: Vec<(&'static str, String)> = own.into_iter().chain(of_letter.clone()).collect();
            let texts = all.iter().map(|(field, text)| (*field, analysis::terms(text))).collect();
            let lengths = all.iter().map(|(field, text)| (*field, length(text))).collect();
            documents.push(Document { name, letter, texts, lengths, values });
        }
    }
    let letters = parsed.lines().count();
    Archive { _folder: folder, reader, documents, letters }
});

fn length(text: &str) -> u32 {
    let mut count = 0;
    analysis::text().token_stream(text).process(&mut |_| count += 1);
    count
}

fn often(document: &Document, field: &str, word: &str) -> usize {
    document.texts.get(field).map_or(0, |terms| terms.iter().filter(|term| *term == word).count())
}

/// The score of a word in a document, as the paper has it.
fn score(archive: &Archive, document: &Document, word: &str) -> f32 {
    let fields = || IndexSchema::get().fields().map(|(def, _)| def).filter(|def| def.words && !def.is_keyword());
    let documents = archive.documents.len();
    let with = fields().map(|def| {
        let has = archive.documents.iter().filter(|document| often(document, &def.name, word) > 0);
        match def.letter {
            // A text of the letter is indexed once, and counts for all its issues.
            true => {
                let letters: std::collections::BTreeSet<_> = has.map(|document| document.letter).collect();
                letters.len() * documents / archive.letters
            }
            false => has.count(),
        }
    });
    let with = with.max().unwrap() as f64;
    let rarity = ((documents as f64 - with + 0.5) / (with + 0.5)).ln_1p() as f32;
    let mut sum = 0.0;
    for def in fields() {
        let length = document.lengths.get(def.name.as_str()).copied().unwrap_or(0);
        // The index keeps lengths in 256 steps.
        let length = FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length));
        let norm = 1.0 - B + B * length as f32 / def.length as f32;
        let often = often(document, &def.name, word);
        let often = if def.once { often.min(1) } else { often };
        sum += def.weight * often as f32 / norm;
    }
    rarity * (K1 + 1.0) * sum / (K1 + sum)
}

#[test]
fn a_word_in_several_fields_scores_as_one() {
    let archive = &*ARCHIVE;
    let mut seen = 0;
    for word in ["knee", "records", "daily", "trial", "worker", "shoulder", "documented", "years", "visits", "the"] {
        let [term] = &analysis::terms(word)[..] else { panic!("{word} is one word") };
        assert!(archive.documents.iter().all(|document| !document.values.contains(term)), "{word} names a value");
        let expr = query::parse(word).unwrap().expr;
        let found = search::search(&archive.reader, &Request { limit: 1000, ..Request::new(expr) }).unwrap();
        assert!(!found.hits.is_empty(), "{word}");
        for hit in &found.hits {
            let path = &hit.stored.letter.facts.path;
            let name = hit.stored.issue.as_ref().map_or_else(|| path.clone(), |i| format!("{path}/{}", i.number));
            let document = archive.documents.iter().find(|document| document.name == name).expect(&name);
            let (score, expected) = (hit.score.unwrap(), score(archive, document, term));
            assert!((score - expected).abs() < 0.001, "{word} in {name}: {score}, not {expected}");
            seen += 1;
        }
        let has = |document: &&Document| document.texts.values().any(|terms| terms.contains(term));
        assert_eq!(found.hits.len(), archive.documents.iter().filter(has).count(), "{word}");
    }
    assert!(seen > 300, "{seen}");
}
