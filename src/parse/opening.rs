//! Headings, labels and set phrases that open a line.

use super::part::Part;
use super::words::{next_word, phrase, word_end};

/// A part with the beginning and the end of its words.
type Opening = (Part, usize, usize);

/// What opens the line that begins at an offset.
///
/// This runs on every line: the first letter decides what is tried.
pub(super) fn at_line_start(text: &str, start: usize) -> Option<Opening> {
    let line = Line { text, start };
    match text.as_bytes().get(start)?.to_ascii_lowercase() {
        b'0'..=b'9' => line.numbered(),
        b'c' => line
            .heading(Part::Summary, &["clinical", "case", "summary"])
            .or_else(|| line.heading(Part::Summary, &["case", "summary"]))
            .or_else(|| line.heading(Part::Summary, &["clinical", "summary"]))
            .or_else(|| line.label(Part::Claims, &["claims", "administrator", "guideline"]))
            .or_else(|| line.label(Part::Claims, &["claims", "administrator", "s", "guideline"])),
        b'd' => line
            .label(Part::Rationale, &["decision", "rationale"])
            .or_else(|| line.titled(Part::Documents, &["documents", "reviewed", "for", "determination"]))
            .or_else(|| line.heading(Part::Documents, &["documents", "reviewed"]))
            .or_else(|| line.disclaimer()),
        b'e' => line
            .label(Part::Reviewer, &["expert", "reviewer", "guideline"])
            .or_else(|| line.label(Part::Reviewer, &["expert", "reviewer", "s", "guideline"]))
            .or_else(|| line.titled(Part::Summary, &["expert", "reviewer", "case", "summary"]))
            .or_else(|| line.titled(Part::Closing, &["effect", "of", "the", "decision"])),
        b'h' => line
            .heading(Part::How, &["how", "the", "imr", "final", "determination"])
            .or_else(|| line.heading(Part::How, &["how", "the", "imr", "determination", "was", "made"]))
            .or_else(|| line.heading(Part::How, &["how", "the", "final", "determination", "was", "made"])),
        b'i' => line.of_issues(),
        b'm' => line.of_maximus(),
        b'n' => line.heading(Part::Notice, &["notice", "of", "independent", "medical", "review", "determination"]),
        b'p' => line
            .label(Part::Reviewer, &["physician", "reviewer", "guideline"])
            .or_else(|| line.label(Part::Reviewer, &["physician", "reviewer", "s", "guideline"])),
        b'q' => line.heading(Part::Qualifications, &["qualifications", "of", "the"]),
        b'r' => line
            .label(Part::Reviewer, &["reviewer", "guideline"])
            .or_else(|| line.label(Part::Reviewer, &["reviewer", "s", "guideline"]))
            .or_else(|| line.titled(Part::Rationale, &["rationale", "for", "the", "decision"]))
            .or_else(|| line.heading(Part::Documents, &["records", "reviewed"]))
            .or_else(|| line.titled(Part::Qualifications, &["reviewer", "qualifications"]))
            .or_else(|| line.words(Part::Regarding, &["regarding", "the", "request", "for"]))
            .or_else(|| line.words(Part::Regarding, &["regarding", "the", "requests", "for"]))
            .or_else(|| line.why(&["rationale", "for", "why"])),
        b's' => line.relied_upon(),
        b't' => line.of_sentences(),
        b'u' => line
            .label(Part::Claims, &["ur", "guideline"])
            .or_else(|| line.label(Part::Claims, &["utilization", "review", "guideline"])),
        _ => None,
    }
}

/// The line that begins at `start`.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    fn after(&self, words: &[&str]) -> Option<usize> {
        phrase(self.text, self.start, words)
    }

    /// The words, whatever follows; the part's text begins after them.
    fn words(&self, part: Part, words: &[&str]) -> Option<Opening> {
        self.after(words).map(|end| (part, self.start, end))
    }

    /// A sentence that belongs to the part itself.
    fn sentence(&self, part: Part, words: &[&str]) -> Option<Opening> {
        self.after(words).map(|_| (part, self.start, self.start))
    }

    /// A heading that has a line of its own, or is set in capitals.
    fn heading(&self, part: Part, words: &[&str]) -> Option<Opening> {
        let end = self.after(words)?;
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
    fn titled(&self, part: Part, words: &[&str]) -> Option<Opening> {
        let end = self.after(words)?;
        let capital = self.text.as_bytes().get(self.start).is_some_and(u8::is_ascii_uppercase);
        let colon = self.text.as_bytes().get(end) == Some(&b':');
        if capital && colon { Some((part, self.start, end + 1)) } else { self.heading(part, words) }
    }

    /// A label that may have lost its colon.
    fn label(&self, part: Part, words: &[&str]) -> Option<Opening> {
        let (text, end) = (self.text, self.after(words)?);
        let bytes = text.as_bytes();
        // "guideline(s)"
        let end = end + if bytes.get(end..end + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"(s)")) { 3 } else { 0 };
        let next = end + bytes.get(end..)?.iter().take(8).take_while(|b| b" \n\x0c".contains(b)).count();
        let colon = match bytes.get(next) {
            Some(b':' | b';') => next + 1,
            Some(b'.' | b'-') if next == end => next + 1,
            // Without any mark, only before the words that the line always opens with.
            _ if phrase(text, next, &["decision", "based"]).is_some() => end,
            _ if phrase(text, next, &["the", "claims", "administrator"]).is_some() => end,
            _ if phrase(text, next, &["the", "expert", "reviewer"]).is_some() => end,
            _ => return None,
        };
        Some((part, self.start, colon))
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
        let line = Line { text: self.text, start: at };
        let (part, _, end) = match bytes.get(at)?.to_ascii_lowercase() {
            b'm' => line.determined()?,
            b'r' => line
                .words(Part::Regarding, &["regarding", "the", "request", "for"])
                .or_else(|| line.words(Part::Regarding, &["regarding", "the", "requests", "for"]))?,
            _ => return None,
        };
        Some((part, self.start, end))
    }

    /// "MAXIMUS Federal Services, Inc. has determined"
    fn determined(&self) -> Option<Opening> {
        let named = ["maximus", "federal", "services", "inc", "has", "determined"];
        self.words(Part::Determined, &named)
            .or_else(|| self.words(Part::Determined, &["maximus", "federal", "services", "has", "determined"]))
            .or_else(|| self.words(Part::Determined, &["maximus", "has", "determined"]))
    }

    fn of_issues(&self) -> Option<Opening> {
        self.heading(Part::Issues, &["imr", "issues", "decisions", "and", "rationales"])
            .or_else(|| self.heading(Part::Issues, &["imr", "issues", "decisions", "rationales"]))
            .or_else(|| self.heading(Part::Issues, &["issues", "decisions", "and", "rationales"]))
            .or_else(|| self.heading(Part::DecisionList, &["imr", "decision", "s", "and", "rationale"]))
            .or_else(|| self.heading(Part::DecisionList, &["imr", "decisions", "and", "rationales"]))
            .or_else(|| self.heading(Part::DecisionList, &["imr", "decision", "and", "rationale"]))
            .or_else(|| {
                self.heading(
                    Part::NoticeDecision,
                    &["independent", "medical", "review", "decision", "and", "rationale"],
                )
            })
            .or_else(|| self.titled(Part::Dispute, &["issue", "at", "dispute"]))
            .or_else(|| self.titled(Part::Dispute, &["issue", "s", "at", "dispute"]))
            .or_else(|| self.titled(Part::Dispute, &["issue", "in", "dispute"]))
            .or_else(|| self.titled(Part::Dispute, &["issue", "s", "in", "dispute"]))
    }

    fn of_maximus(&self) -> Option<Opening> {
        self.label(Part::Reviewer, &["maximus", "guideline"])
            .or_else(|| self.label(Part::Reviewer, &["maximus", "federal", "services", "guideline"]))
            .or_else(|| self.label(Part::Reviewer, &["maximus", "federal", "guideline"]))
            .or_else(|| self.determined())
            .or_else(|| {
                self.titled(Part::Qualifications, &["medical", "qualifications", "of", "the", "expert", "reviewer"])
            })
            .or_else(|| self.heading(Part::Qualifications, &["medical", "qualifications", "of", "the"]))
            .or_else(|| self.titled(Part::Qualifications, &["medical", "reviewer", "qualifications"]))
            .or_else(|| self.heading(Part::Documents, &["medical", "records", "reviewed"]))
            .or_else(|| self.heading(Part::ReviewTitle, &["medical", "professional", "review"]))
            .or_else(|| self.guidelines_relied_upon())
    }

    /// "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY"
    fn guidelines_relied_upon(&self) -> Option<Opening> {
        let names: [&[&str]; 2] = [
            &["medical", "treatment", "guideline", "s", "relied", "upon"],
            &["medical", "treatment", "guideline", "relied", "upon"],
        ];
        let end = names.iter().find_map(|words| self.after(words))?;
        let end = next_some(self.text, end, &["by", "the", "medical", "professional", "reviewer", "and", "why"]);
        self.set_apart(Part::Guidelines, end)
    }

    /// "Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer to Make His/Her Decision"
    fn relied_upon(&self) -> Option<Opening> {
        let end = next_some(self.text, self.after(&["section"])?, &["s"]);
        let end = next(self.text, end, &["of", "the"])?;
        let schedule = next(self.text, end, &["medical", "treatment", "utilization", "schedule"]);
        let end = schedule.or_else(|| next(self.text, end, &["mtus"]))?;
        let end = next(self.text, end, &["relied", "upon"])?;
        let by = ["by", "the", "expert", "physician", "reviewer", "to", "make", "his", "her", "decision"];
        let end = next_some(self.text, end, &by);
        self.set_apart(Part::ReliedUpon, end)
    }

    /// "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY"
    fn why(&self, words: &[&str]) -> Option<Opening> {
        let end = self.after(words)?;
        let end = next_some(self.text, end, &["the", "requested", "treatment", "s", "service", "s"]);
        let verb = ["is", "was", "are", "were"].iter().any(|verb| next(self.text, end, &[verb]).is_some());
        verb.then_some((Part::Why, self.start, end))
    }

    fn set_apart(&self, part: Part, end: usize) -> Option<Opening> {
        let rest = self.text.as_bytes().get(end..)?;
        let gap = rest.iter().take_while(|b| **b == b' ').count();
        let colon = rest.get(gap) == Some(&b':');
        let alone = matches!(rest.get(gap), None | Some(b'\n' | b'\x0c'));
        (colon || alone).then_some((part, self.start, end + gap + usize::from(colon)))
    }

    /// "Disclaimer: MAXIMUS is providing an independent review service ..."
    fn disclaimer(&self) -> Option<Opening> {
        let end = self.after(&["disclaimer"])?;
        let bytes = self.text.as_bytes();
        let gap = bytes.get(end..)?.iter().take(40).take_while(|b| b": ".contains(b)).count();
        phrase(self.text, end + gap, &["maximus"]).map(|end| (Part::Closing, self.start, end))
    }

    /// The opening sentences of sections, which stand for headings that are missing, and the guideline sentences.
    fn of_sentences(&self) -> Option<Opening> {
        let text = self.text;
        let who = next_word(text.as_bytes(), self.after(&["the"])?)?;
        let verb = |subject: usize, verbs: &[&str]| verbs.iter().any(|verb| next(text, subject, &[verb]).is_some());
        match text.as_bytes().get(who)?.to_ascii_lowercase() {
            b'f' => self.sentence(Part::Issues, &["the", "final", "determination", "was", "based", "on", "decisions"]),
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
                if next(text, subject, &["developed", "the", "following", "clinical"]).is_some() {
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

/// The end of the words after an offset, if they are the expected ones.
fn next(text: &str, from: usize, words: &[&str]) -> Option<usize> {
    phrase(text, next_word(text.as_bytes(), from)?, words)
}

/// The end after as many of the words as follow, in their order.
fn next_some(text: &str, from: usize, words: &[&str]) -> usize {
    words.iter().fold(from, |end, word| next(text, end, &[word]).unwrap_or(end))
}

/// Whether the words stand alone on their line, or are set in capitals.
fn is_heading(text: &str, start: usize, end: usize) -> bool {
    let rest = text[end..].split('\n').next().unwrap_or_default();
    let words = &text.as_bytes()[start..end];
    let alone = rest.bytes().take(200).filter(u8::is_ascii_alphanumeric).count() <= 16 && !rest.contains('.');
    words.iter().all(|b| !b.is_ascii_lowercase()) || (alone && words.first().is_some_and(u8::is_ascii_uppercase))
}
