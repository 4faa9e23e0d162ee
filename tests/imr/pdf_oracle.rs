//! Our text against that of `pdftotext -layout`, on real letters and on PDFs of several producers.
//!
//! The real letters lie in `../shared/letters`; `scripts/make-pdfs target/pdfs` makes the others. What is not there is
//! skipped, with a message.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imr::archive::pdf;

fn pdfs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no folder {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "pdf"));
    paths.sort();
    paths
}

/// The text of `pdftotext -layout`, or `None` where the program is not installed.
fn oracle(path: &Path) -> Option<String> {
    match Command::new("pdftotext").args(["-enc", "UTF-8", "-layout"]).arg(path).arg("-").output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            Some(text.replace('ﬁ', "fi").replace('ﬂ', "fl").replace('ﬀ', "ff").replace('ﬃ', "ffi"))
        }
        Err(error) => {
            eprintln!("skipped: pdftotext cannot be run: {error}");
            None
        }
    }
}

/// Its lines without their spacing, and without empty ones.
fn lines(text: &str) -> Vec<String> {
    let lines = text.split(['\n', '\x0c']).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn real_letters_agree_line_by_line() {
    for path in pdfs("../shared/letters") {
        let Some(theirs) = oracle(&path) else { return };
        let ours = pdf::text(&fs::read(&path).expect("a readable file")).expect("a good PDF");
        assert_eq!(lines(&ours), lines(&theirs), "{}", path.display());
        // Their pages end with the mark, ours are divided by it.
        assert_eq!(ours.matches('\x0c').count() + 1, theirs.matches('\x0c').count(), "{}", path.display());
    }
}

/// Words, those that a soft hyphen divides put together.
fn count(text: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    for word in text.replace("\u{ad}\n", "").split_whitespace() {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

/// Most words of a line of spaced letters are a letter or two.
fn spaced(line: &str) -> bool {
    let words: Vec<_> = line.split(' ').collect();
    words.len() > 3 && words.iter().filter(|w| w.chars().count() <= 2).count() * 4 >= words.len() * 3
}

#[test]
fn several_producers_agree_word_by_word() {
    for path in pdfs("target/pdfs") {
        let Some(theirs) = oracle(&path) else { return };
        let ours = pdf::text(&fs::read(&path).expect("a readable file")).expect("a good PDF");
        // pdftotext leaves headings in spaced letters apart, and drops pages that are turned by 90 degrees: what it
        // gives must be there.
        let (headings, body): (Vec<_>, Vec<_>) = lines(&theirs).into_iter().partition(|line| spaced(line));
        let have = count(&ours);
        for (word, times) in count(&body.join("\n")) {
            assert!(have.get(&word).is_some_and(|&n| n >= times), "{}: {word} of {body:#?}\n{ours}", path.display());
        }
        let solid: String = ours.split_whitespace().collect();
        for heading in headings {
            assert!(solid.contains(&heading.replace(' ', "")), "{}: {heading}", path.display());
        }
    }
}
