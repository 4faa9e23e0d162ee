//! Headings, labels and set phrases that open a line.

use super::part::Part;
use super::words::{Letters, expected_end, most_edits, next_word, phrase, phrase_after, word_end};

/// A part with the beginning and the end of its words.
type Opening = (Part, usize, usize);

/// How a line opens a part, once its first word is right.
enum Form {
    /// A heading that has a line of its own, or is set in capitals.
    Heading(Part, &'static [&'static str]),
    /// A heading that may share its line with its text, after a colon.
    Titled(Part, &'static [&'static str]),
    /// A label that may have lost its colon.
    Label(Part, &'static [&'static str]),
    /// Words of a sentence that tells of the part, whatever follows them.
    Words(Part, &'static [&'static str]),
    /// A rule of its own, called with the end of the first word.
    Rule(fn(&Line<'_>, usize) -> Option<Opening>),
}

use Form::{Heading, Label, Rule, Titled, Words};

/// What opens a line, by its first word; the words of a form are those after it. The first that fits is taken.
///
/// The first words stand in the order of their first letters.
const OPENINGS: &[(&str, &[Form])] = &[
    ("case", &[Titled(Part::Summary, &["summary"])]),
    ("certification", &[Rule(|line, end| line.credential(Part::Specialty, end, &["s", "specialty"]))]),
    (
        "claims",
        &[
            Label(Part::Claims, &["administrator", "guideline"]),
            Label(Part::Claims, &["administrator", "s", "guideline"]),
        ],
    ),
    ("clinical", &[Titled(Part::Summary, &["case", "summary"]), Titled(Part::Summary, &["summary"])]),
    ("decision", &[Label(Part::Rationale, &["rationale"])]),
    ("disclaimer", &[Rule(|line, end| line.disclaimer(end))]),
    (
        "documents",
        &[Titled(Part::Documents, &["reviewed", "for", "determination"]), Heading(Part::Documents, &["reviewed"])],
    ),
    ("effect", &[Titled(Part::Closing, &["of", "the", "decision"])]),
    (
        "expert",
        &[
            Label(Part::Reviewer, &["reviewer", "guideline"]),
            Label(Part::Reviewer, &["reviewer", "s", "guideline"]),
            Titled(Part::Summary, &["reviewer", "case", "summary"]),
        ],
    ),
    (
        "how",
        &[
            Heading(Part::How, &["the", "imr", "final", "determination"]),
            Heading(Part::How, &["the", "imr", "determination", "was", "made"]),
            Heading(Part::How, &["the", "final", "determination", "was", "made"]),
        ],
    ),
    (
        "imr",
        &[
            Heading(Part::Issues, &["issues", "decisions", "and", "rationales"]),
            Heading(Part::Issues, &["issues", "decisions", "rationales"]),
            Heading(Part::DecisionList, &["decision", "s", "and", "rationale"]),
            Heading(Part::DecisionList, &["decisions", "and", "rationales"]),
            Heading(Part::DecisionList, &["decision", "and", "rationale"]),
        ],
    ),
    ("independent", &[Heading(Part::NoticeDecision, &["medical", "review", "decision", "and", "rationale"])]),
    (
        "issue",
        &[
            Titled(Part::Dispute, &["at", "dispute"]),
            Titled(Part::Dispute, &["s", "at", "dispute"]),
            Titled(Part::Dispute, &["in", "dispute"]),
            Titled(Part::Dispute, &["s", "in", "dispute"]),
        ],
    ),
    ("issues", &[Heading(Part::Issues, &["decisions", "and", "rationales"])]),
    (
        "maximus",
        &[
            Label(Part::Reviewer, &["guideline"]),
            Label(Part::Reviewer, &["federal", "services", "guideline"]),
            Label(Part::Reviewer, &["federal", "guideline"]),
            Words(Part::Determined, &["federal", "services", "inc", "has", "determined"]),
            Words(Part::Determined, &["federal", "services", "has", "determined"]),
            Words(Part::Determined, &["has", "determined"]),
        ],
    ),
    (
        "medical",
        &[
            Titled(Part::Qualifications, &["qualifications", "of", "the", "expert", "reviewer"]),
            Heading(Part::Qualifications, &["qualifications", "of", "the"]),
            Titled(Part::Qualifications, &["reviewer", "qualifications"]),
            Heading(Part::Documents, &["records", "reviewed"]),
            Heading(Part::ReviewTitle, &["professional", "review"]),
            Rule(|line, end| line.guidelines_relied_upon(end)),
        ],
    ),
    ("notice", &[Heading(Part::Notice, &["of", "independent", "medical", "review", "determination"])]),
    (
        "physician",
        &[Label(Part::Reviewer, &["reviewer", "guideline"]), Label(Part::Reviewer, &["reviewer", "s", "guideline"])],
    ),
    ("qualifications", &[Heading(Part::Qualifications, &["of", "the"])]),
    ("rationale", &[Titled(Part::Rationale, &["for", "the", "decision"]), Rule(|line, end| line.why(end))]),
    ("records", &[Heading(Part::Documents, &["reviewed"])]),
    (
        "regarding",
        &[Words(Part::Regarding, &["the", "request", "for"]), Words(Part::Regarding, &["the", "requests", "for"])],
    ),
    (
        "reviewer",
        &[
            Label(Part::Reviewer, &["guideline"]),
            Label(Part::Reviewer, &["s", "guideline"]),
            Titled(Part::Qualifications, &["qualifications"]),
        ],
    ),
    ("section", &[Rule(|line, end| line.relied_upon(end))]),
    ("sincerely", &[Rule(|line, end| line.set_apart(Part::Closing, end))]),
    ("state", &[Rule(|line, end| line.credential(Part::Licensure, end, &["s", "of", "licensure"]))]),
    ("states", &[Rule(|line, end| line.credential(Part::Licensure, end, &["of", "licensure"]))]),
    ("the", &[Rule(|line, end| line.sentences(end))]),
    ("ur", &[Label(Part::Claims, &["guideline"])]),
    ("utilization", &[Label(Part::Claims, &["review", "guideline"])]),
];

/// Where the first words of each letter stand in the table.
const BY_LETTER: [(usize, usize); 26] = {
    let mut ranges = [(0, 0); 26];
    let mut i = 0;
    while i < OPENINGS.len() {
        let letter = (OPENINGS[i].0.as_bytes()[0] - b'a') as usize;
        if ranges[letter].1 == 0 {
            ranges[letter].0 = i;
        }
        i += 1;
        assert!(ranges[letter].1 == 0 || ranges[letter].1 + 1 == i, "the table is ordered by letter");
        ranges[letter].1 = i;
    }
    ranges
};

/// The letters of the first words of the table.
const FIRST_LETTERS: [Letters; OPENINGS.len()] = {
    let mut letters = [Letters::NONE; OPENINGS.len()];
    let mut i = 0;
    while i < OPENINGS.len() {
        letters[i] = Letters::of(OPENINGS[i].0.as_bytes());
        i += 1;
    }
    letters
};

/// What opens the line that begins at an offset.
pub(super) fn at_line_start(text: &str, start: usize) -> Option<Opening> {
    let line = Line { text, start };
    if text.as_bytes().get(start)?.is_ascii_digit() { line.numbered() } else { line.opening() }
}

/// The sentence on guidelines that begins at an offset inside of a line.
pub(super) fn sentence_at(text: &str, at: usize) -> Option<Part> {
    let line = Line { text, start: at };
    let (part, _, _) = line.sentences(phrase(text, at, &["the"])?)?;
    matches!(part, Part::ClaimsSentence | Part::ReviewerSentence).then_some(part)
}

/// The line that begins at `start`.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    /// This runs on every line: its first letter and its first word decide what is tried.
    fn opening(&self) -> Option<Opening> {
        let bytes = self.text.as_bytes();
        let letter = bytes.get(self.start)?.to_ascii_lowercase().checked_sub(b'a')?;
        let (from, to) = *BY_LETTER.get(usize::from(letter))?;
        let word = bytes.get(self.start..word_end(bytes, self.start))?;
        let letters = Letters::of(word);
        (from..to).find_map(|i| {
            let (first, forms) = OPENINGS[i];
            if FIRST_LETTERS[i].are_lacking(letters, most_edits(first.len())) {
                return None;
            }
            // Any other words may follow: a form knows them.
            let end = self.start + expected_end(word, first, &[""])?;
            forms.iter().find_map(|form| self.form(form, end))
        })
    }

    /// Tries a form whose first word ends at `end`.
    fn form(&self, form: &Form, end: usize) -> Option<Opening> {
        match *form {
            Heading(part, words) => self.heading(part, phrase_after(self.text, end, words)?),
            Titled(part, words) => self.titled(part, phrase_after(self.text, end, words)?),
            Label(part, words) => self.label(part, phrase_after(self.text, end, words)?),
            Words(part, words) => Some((part, self.start, phrase_after(self.text, end, words)?)),
            Rule(rule) => rule(self, end),
        }
    }

    /// A heading that has a line of its own, or is set in capitals.
    fn heading(&self, part: Part, end: usize) -> Option<Opening> {
        if !is_heading(self.text, self.start, end) {
            return None;
        }
        // "RATIONALE(S):"
        let plural = self.text.get(end..end + 3).is_some_and(|rest| rest.eq_ignore_ascii_case("(s)"));
        let end = end + if plural { 3 } else { 0 };
        let colon = self.text.as_bytes().get(end) == Some(&b':');
        Some((part, self.start, end + usize::from(colon)))
    }

    /// A heading that may share its line with its text, after a colon.
    fn titled(&self, part: Part, end: usize) -> Option<Opening> {
        let capital = self.text.as_bytes().get(self.start).is_some_and(u8::is_ascii_uppercase);
        let colon = self.text.as_bytes().get(end) == Some(&b':');
        if capital && colon { Some((part, self.start, end + 1)) } else { self.heading(part, end) }
    }

    /// A label that may have lost its colon.
    fn label(&self, part: Part, end: usize) -> Option<Opening> {
        let text = self.text;
        let bytes = text.as_bytes();
        // "guideline(s)"
        let end = end + if bytes.get(end..end + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"(s)")) { 3 } else { 0 };
        let next = end + bytes.get(end..)?.iter().take(8).take_while(|b| b" \n\x0c*_".contains(b)).count();
        let line_ends = bytes.get(end..next)?.contains(&b'\n');
        let colon = match bytes.get(next) {
            Some(b':' | b';') => next + 1,
            Some(b'.' | b'-') if next == end => next + 1,
            Some(b'-') if !line_ends && bytes.get(next + 1) == Some(&b' ') => next + 1,
            _ if !line_ends && text.get(next..).is_some_and(|rest| rest.starts_with(['\u{2013}', '\u{2014}'])) => {
                next + '\u{2013}'.len_utf8()
            }
            // A line of its own.
            _ if line_ends && bytes.get(self.start).is_some_and(u8::is_ascii_uppercase) => end,
            // In place of the colon only a blank, after a finished sentence, and a sentence begins.
            Some(b'A'..=b'Z') if part == Part::Rationale && next > end && self.follows_sentence() => end,
            // Without any mark, only before the words that the line always opens with.
            _ if phrase(text, next, &["decision", "based"]).is_some() => end,
            _ if phrase(text, next, &["the", "claims", "administrator"]).is_some() => end,
            _ if phrase(text, next, &["the", "expert", "reviewer"]).is_some() => end,
            _ => return None,
        };
        Some((part, self.start, colon))
    }

    /// Whether the line opens the text, or follows one that ends a sentence.
    fn follows_sentence(&self) -> bool {
        let capital = self.text.as_bytes().get(self.start).is_some_and(u8::is_ascii_uppercase);
        let before = self.text.get(..self.start).unwrap_or_default().trim_end_matches(['\n', '\x0c']);
        capital && (before.is_empty() || before.ends_with(['.', '?', '!', ')', ']', '"', '\u{201d}']))
    }

    /// A label of the credentials block, whatever stands in place of its colon.
    fn credential(&self, part: Part, end: usize, words: &[&str]) -> Option<Opening> {
        let (last, before) = words.split_last()?;
        let end = phrase_after(self.text, next_some(self.text, end, before), &[last])?;
        let bytes = self.text.as_bytes();
        let marks = bytes.get(end..)?.iter().take(4).take_while(|b| b" ():;.s".contains(b)).count();
        let colon = bytes.get(end..end + marks)?.iter().rposition(|b| b":;.".contains(b)).map_or(0, |n| n + 1);
        let capital = bytes.get(self.start).is_some_and(u8::is_ascii_uppercase);
        capital.then_some((part, self.start, end + colon))
    }

    /// "1) MAXIMUS ... has determined", "1) Regarding the request for", "1) - 3) Regarding the requests for".
    fn numbered(&self) -> Option<Opening> {
        let bytes = self.text.as_bytes();
        let digits = word_end(bytes, self.start) - self.start;
        let mark = self.start + digits;
        if digits > 2 || !matches!(bytes.get(mark), Some(b')' | b'.' | b' ' | b'-' | b',')) {
            return None;
        }
        // Numbers, and what joins them, up to the first word.
        let reach = bytes.get(mark..)?.iter().take(40);
        let gap = reach.take_while(|b| b.is_ascii_digit() || b" ).,-&".contains(b)).count();
        let mut at = mark + gap;
        for joint in ["and", "through", "to"] {
            if phrase(self.text, at, &[joint]).is_some() {
                at += joint.len();
                let reach = bytes.get(at..)?.iter().take(8);
                at += reach.take_while(|b| b.is_ascii_digit() || b" ).,".contains(b)).count();
            }
        }
        let (part, _, end) = Line { text: self.text, start: at }.opening()?;
        matches!(part, Part::Determined | Part::Regarding).then_some((part, self.start, end))
    }

    /// "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY"
    fn guidelines_relied_upon(&self, medical: usize) -> Option<Opening> {
        let end = phrase_after(self.text, medical, &["treatment", "guideline"])?;
        let end = phrase_after(self.text, next_some(self.text, end, &["s"]), &["relied", "upon"])?;
        let end = next_some(self.text, end, &["by", "the", "medical", "professional", "reviewer", "and", "why"]);
        self.set_apart(Part::Guidelines, end)
    }

    /// "Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer to Make His/Her Decision"
    fn relied_upon(&self, section: usize) -> Option<Opening> {
        let end = next_some(self.text, section, &["s"]);
        let end = phrase_after(self.text, end, &["of", "the"])?;
        let schedule = phrase_after(self.text, end, &["medical", "treatment", "utilization", "schedule"]);
        let end = schedule.or_else(|| phrase_after(self.text, end, &["mtus"]))?;
        let end = phrase_after(self.text, end, &["relied", "upon"])?;
        let by = ["by", "the", "expert", "physician", "reviewer", "to", "make", "his", "her", "decision"];
        let end = next_some(self.text, end, &by);
        self.set_apart(Part::ReliedUpon, end)
    }

    /// "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY"
    fn why(&self, rationale: usize) -> Option<Opening> {
        let end = phrase_after(self.text, rationale, &["for", "why"])?;
        let end = next_some(self.text, end, &["the", "requested", "treatment", "s", "service", "s"]);
        let verb = ["is", "was", "are", "were"].iter().any(|verb| phrase_after(self.text, end, &[verb]).is_some());
        verb.then_some((Part::Why, self.start, end))
    }

    fn set_apart(&self, part: Part, end: usize) -> Option<Opening> {
        let rest = self.text.as_bytes().get(end..)?;
        let gap = rest.iter().take_while(|b| **b == b' ').count();
        let mark = matches!(rest.get(gap), Some(b':' | b',')) && (part == Part::Closing || rest[gap] == b':');
        let alone = matches!(rest.get(gap), None | Some(b'\n' | b'\x0c'));
        (mark || alone).then_some((part, self.start, end + gap + usize::from(mark)))
    }

    /// "Disclaimer: MAXIMUS is providing an independent review service ..."
    fn disclaimer(&self, end: usize) -> Option<Opening> {
        let bytes = self.text.as_bytes();
        let gap = bytes.get(end..)?.iter().take(40).take_while(|b| b": ".contains(b)).count();
        phrase(self.text, end + gap, &["maximus"]).map(|end| (Part::Closing, self.start, end))
    }

    /// The opening sentences of sections, which stand for headings that are missing, and the guideline sentences.
    fn sentences(&self, the: usize) -> Option<Opening> {
        let text = self.text;
        let who = next_word(text.as_bytes(), the)?;
        let verb =
            |subject: usize, verbs: &[&str]| verbs.iter().any(|verb| phrase_after(text, subject, &[verb]).is_some());
        match text.as_bytes().get(who)?.to_ascii_lowercase() {
            b'f' => phrase(text, who, &["final", "determination", "was", "based", "on", "decisions"])
                .map(|_| (Part::Issues, self.start, self.start)),
            b'c' => {
                let subject = phrase(text, who, &["claims", "administrator"])?;
                verb(subject, &["based", "did", "used", "cited", "relied", "referenced"]).then_some((
                    Part::ClaimsSentence,
                    self.start,
                    self.start,
                ))
            }
            b'e' | b'p' | b'm' => {
                let subject = ["expert", "physician", "medical", "professional"]
                    .iter()
                    .find_map(|kind| phrase(text, who, &[kind, "reviewer"]))?;
                if phrase_after(text, subject, &["developed", "the", "following", "clinical"]).is_some() {
                    return Some((Part::Summary, self.start, self.start));
                }
                verb(subject, &["based", "found", "relied", "did", "used", "cited"]).then_some((
                    Part::ReviewerSentence,
                    self.start,
                    self.start,
                ))
            }
            _ => None,
        }
    }
}

/// The end after as many of the words as follow, in their order.
fn next_some(text: &str, from: usize, words: &[&str]) -> usize {
    words.iter().fold(from, |end, word| phrase_after(text, end, &[word]).unwrap_or(end))
}

/// Whether the words stand alone on their line, or are set in capitals.
fn is_heading(text: &str, start: usize, end: usize) -> bool {
    let rest = text[end..].split('\n').next().unwrap_or_default();
    let words = &text.as_bytes()[start..end];
    let alone = rest.bytes().take(200).filter(u8::is_ascii_alphanumeric).count() <= 16 && !rest.contains('.');
    words.iter().all(|b| !b.is_ascii_lowercase()) || (alone && words.first().is_some_and(u8::is_ascii_uppercase))
}
