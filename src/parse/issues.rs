//! The disputed treatments: heading with outcome, the two guideline lines, the rationale.
//!
//! Labels cut the section into pieces. The piece before an issue's first label is the end of the rationale before it
//! and then its heading, which ends with an outcome; where the one ends and the other begins, `heading` finds. A walk over
//! the labels begins an issue at each such heading; `draft` reads what it has gathered.

use super::Severity;
use super::draft::{self, Draft, Form};
use super::heading::{Finder, Head};
use super::mark;
use super::numbered;
use super::outline::{Anchor, Outline, Part};
use super::reading::Reading;
use super::section::{is_sentence, labels, rank, section};
use super::text::View;
use super::words::{next_word, phrase, trimmed};
use std::ops::Range;

/// Whether there is an issue with a heading, an outcome, and all its labels in their order: no other text has that.
pub(super) fn certain(view: &View<'_>, outline: &Outline) -> bool {
    let Some((section, _)) = section(view.text(), outline) else { return false };
    let labels: Vec<_> = outline.anchors().iter().filter(|a| Part::LABELS.contains(&a.part)).collect();
    let finder = Finder::new(view, labels.iter().map(|label| label.start));
    let complete = labels.windows(3).enumerate().find(|(_, three)| {
        let parts = [three[0].part, three[1].part, three[2].part];
        parts == *Part::LABELS
    });
    complete.is_some_and(|(i, three)| {
        let from = i.checked_sub(1).map_or(section.start, |before| labels[before].end.max(section.start));
        from <= three[0].start && !finder.heads(from..three[0].start, true).is_empty()
    })
}

/// Whether a numbered decision stands in the section of the issues, and a sentence on guidelines after it.
pub(super) fn numbered(view: &View<'_>, outline: &Outline) -> bool {
    let text = view.text();
    let Some((section, true)) = section(text, outline) else { return false };
    let labels = [Part::Claims, Part::ClaimsSentence, Part::Reviewer, Part::ReviewerSentence, Part::Rationale];
    let label = outline.next_after(section.start, &labels).map_or(section.end, |label| label.start);
    let piece = section.start..label.min(section.end);
    !numbered::heads(text, piece.clone(), 1, true).is_empty() || numbered::single(text, piece).is_some()
}

/// Reads the issues.
pub(super) fn read(reading: &mut Reading<'_, '_>, form: Form) {
    let outline = reading.outline;
    let Some((section, headed)) = section(reading.view.text(), outline) else { return };
    if !headed {
        let message = "the heading of the issues was not found: they begin at the first outcome".to_owned();
        reading.note(Severity::Warning, "no_issues_heading", message, None);
    }
    let labels = labels(reading, section.clone(), form);
    let finder = Finder::new(reading.view, labels.iter().map(|label| label.start));
    let (piece, searched) = (section.start, section.start);
    let mut walk = Walk { reading, finder, form, headed, drafts: Vec::new(), piece, searched };
    (0..labels.len()).for_each(|i| walk.label(&labels, i));
    walk.end(section.end);
    let drafts = walk.drafts;
    if drafts.is_empty() {
        let message = "the section of the issues names none".to_owned();
        let headings = outline.first(Part::Issues).into_iter().chain(outline.first(Part::DecisionList));
        let from = headings.map(|heading| heading.start).min().unwrap_or(section.start);
        reading.note(Severity::Error, "no_issues", message, Some(from..section.end));
    }
    draft::finish(reading, drafts, form);
}

/// The walk over the labels.
struct Walk<'r, 'a, 't> {
    reading: &'r mut Reading<'a, 't>,
    finder: Finder<'a, 't>,
    form: Form,
    /// Whether the section has its heading.
    headed: bool,
    drafts: Vec<Draft>,
    /// Where the piece before the next label begins.
    piece: usize,
    /// How far it has been searched for heads in vain.
    searched: usize,
}

impl Walk<'_, '_, '_> {
    /// Takes a label: the open issue goes on with it, or another one begins before it, or it is text.
    fn label(&mut self, labels: &[Anchor], i: usize) {
        let Some(label) = labels.get(i) else { return };
        let open = self.drafts.last().and_then(|draft| draft.open);
        // The labels of an issue stand in their order, each once.
        if self.drafts.is_empty() || open.is_some_and(|(part, _)| rank(label.part) <= rank(part)) {
            let heads = self.heads_before(label);
            if heads.is_empty() && self.is_repeated(labels, i) {
                self.pass(label, i.checked_sub(1).and_then(|before| labels.get(before)));
                return;
            }
            self.begin_before(label, heads);
        } else if let Some(draft) = self.drafts.last_mut() {
            draft.close(label.start);
        }
        self.open(label);
    }

    /// What comes next is the text of a label.
    fn open(&mut self, label: &Anchor) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.open = Some((label.part, label.end));
        }
        (self.piece, self.searched) = (label.end, label.end);
    }

    /// The number of the last issue.
    fn number(&self) -> u32 {
        self.drafts.last().and_then(|draft| draft.printed).unwrap_or(self.drafts.len() as u32)
    }

    fn rationale_is_open(&self) -> bool {
        self.drafts.last().is_some_and(Draft::rationale_is_open)
    }

    /// The heads at the end of a piece.
    fn heads(&self, piece: Range<usize>, before_label: bool) -> Vec<Head> {
        let text = self.reading.view.text();
        if self.form == Form::Sentences {
            let items = numbered::heads(text, piece.clone(), self.number() + 1, before_label);
            if !items.is_empty() {
                return items.into_iter().map(Head::from).collect();
            }
        }
        let heads = self.finder.heads(piece.clone(), before_label);
        // A letter with one decision need not number it.
        let alone = self.form == Form::Sentences && self.number() == 0 && heads.is_empty();
        let single = if alone { numbered::single(text, piece) } else { None };
        single.map_or(heads, |single| vec![single])
    }

    /// The heads before a label that may open an issue.
    fn heads_before(&mut self, label: &Anchor) -> Vec<Head> {
        let piece = self.searched..label.start;
        let mut heads = self.heads(piece.clone(), true);
        if self.rationale_is_open() {
            // The last one is the issue's own.
            let own = heads.pop();
            self.without_text_of_rationale(&mut heads);
            heads.extend(own);
        }
        if heads.is_empty() && self.form == Form::Labels && label.part != Part::Claims {
            // A label between that is not known: the outcome that is a paragraph of its own opens the issue.
            heads = self.finder.paragraphs(piece).pop().into_iter().collect();
        }
        heads
    }

    /// Whether a label before which no outcome was found belongs to the issue that is open.
    fn is_repeated(&self, labels: &[Anchor], i: usize) -> bool {
        let Some(label) = labels.get(i) else { return false };
        let before = self.reading.view.text().get(..label.start);
        let inner = is_sentence(label) && before.is_some_and(|before| before.ends_with(' '));
        inner || (!self.drafts.is_empty() && !opens_issue(&labels[i..], self.drafts.last()))
    }

    /// Passes a label that stands twice in one issue, `before` it another one.
    fn pass(&mut self, label: &Anchor, before: Option<&Anchor>) {
        let text = self.reading.view.text();
        if let Some(draft) = self.drafts.last_mut().filter(|d| d.claims.is_none() && label.part == Part::Reviewer)
            && let Some(before) = before.filter(|before| is_ownerless(text, before))
        {
            // "Guidelines cited:" before the reviewer's label stands in the claims administrator's place.
            draft.close(label.start);
            draft.claims = draft.reviewer.take();
            self.open(label);
            let message = "whose guideline comes first is not said: it is read as the claims administrator's";
            self.warn("repeated_label", message, before.start..before.end);
            return;
        }
        if !is_sentence(label) {
            let message = "a label stands twice in one issue: the second is read as text";
            self.warn("repeated_label", message, label.start..label.end);
        }
        self.searched = label.end;
    }

    fn warn(&mut self, code: &'static str, message: &str, at: Range<usize>) {
        self.reading.note(Severity::Warning, code, message.to_owned(), Some(at));
    }

    /// Begins the issue that a label opens, and those before it that share its labels.
    fn begin_before(&mut self, label: &Anchor, heads: Vec<Head>) {
        let number = self.number();
        if self.drafts.is_empty() && !self.headed {
            // The summary comes before the first heading.
            let head = heads.first().map_or(label.start, |head| head.colon);
            self.piece = self.finder.start(self.piece..head, head).unwrap_or(self.piece);
            self.reading.issues_from = Some(self.piece);
        }
        let piece = self.piece..label.start;
        self.begin(piece.clone(), heads);
        if self.drafts.last().is_none_or(|draft| draft.open.is_some()) {
            self.begin_without_outcome(piece, number + 1);
        }
    }

    /// Begins an issue before whose label no outcome stands, its heading as well as it can be told.
    fn begin_without_outcome(&mut self, piece: Range<usize>, number: u32) {
        let text = self.reading.view.text();
        let at = match self.drafts.last_mut() {
            None => piece.start,
            Some(draft) => {
                let due = number_due(text, piece.clone(), number).filter(|_| self.form == Form::Sentences);
                let at = due.unwrap_or_else(|| unmarked_heading(text, &self.finder, piece.clone()));
                draft.close(at);
                at
            }
        };
        let number = mark::number_at(text, at).filter(|_| self.form == Form::Sentences);
        let (printed, from) = number.map_or((None, at), |(number, end)| (Some(number), end));
        self.drafts.push(Draft { heading: from..piece.end, printed, ..Draft::default() });
    }

    /// Takes what stands behind the last label: the end of its text, and decisions without labels.
    fn end(&mut self, end: usize) {
        let mut heads = self.heads(self.searched..end, false);
        if self.rationale_is_open() {
            self.without_text_of_rationale(&mut heads);
            if heads.is_empty() && self.form == Form::Labels {
                heads = self.finder.paragraphs(self.searched..end);
                heads.retain(|head| !self.is_text_of_rationale(head));
            }
        }
        let ends = heads.iter().skip(1).map(|next| next.begins.map_or(next.line, |(start, _)| start)).chain([end]);
        let behind: Vec<Range<usize>> =
            heads.iter().map(|head| head.end).zip(ends).map(|(from, to)| from..to.max(from)).collect();
        self.begin(self.piece..end, heads);
        behind.iter().for_each(|range| unlabelled(self.reading, range.clone()));
        let Some(draft) = self.drafts.last_mut() else { return };
        if let Some(last) = behind.last().filter(|last| !self.reading.passage((*last).clone()).trim_ascii().is_empty())
        {
            draft.rationale = Some(last.clone());
        }
        draft.close(end);
    }

    /// Begins an issue at each head of a piece; what comes before the first heading belongs to the issue before.
    fn begin(&mut self, piece: Range<usize>, heads: Vec<Head>) {
        let text = self.reading.view.text();
        let mut from = piece.start;
        for head in heads {
            let place = self.drafts.len() as u32 + 1;
            let start = self.end_before(&head, from, place);
            let before = head.begins.map_or(start, |(_, heading)| heading);
            let (number, heading) = match head.number {
                Some(number) if head.begins.is_some() => (Some(number), before),
                _ => mark::issue_number(text, before, place),
            };
            self.drafts.push(Draft {
                heading: heading..head.colon.max(heading),
                verdict: Some(head.verdict),
                printed: number,
                marked: Some(before).filter(|_| number.is_some() && head.number.is_none()),
                ..Draft::default()
            });
            from = head.end;
        }
    }

    /// Ends the issue before a head, which is the one in this place, and tells where it begins.
    fn end_before(&mut self, head: &Head, from: usize, place: u32) -> usize {
        let (text, finder) = (self.reading.view.text(), &self.finder);
        let known = head.begins.map(|(start, _)| start);
        let is_blank = |start: usize| text.get(from..start).unwrap_or_default().trim_ascii().is_empty();
        match self.drafts.last_mut() {
            Some(draft) if draft.open.is_some() => {
                let by_lines = || {
                    let certain = |&start: &usize| !finder.is_doubtful(start..head.colon);
                    let start = finder.start(from..head.colon, head.colon)?;
                    let lines = || finder.start_by_lines(from..head.colon, head.colon);
                    Some(start).filter(certain).or_else(|| lines().filter(certain))
                };
                let found = known.or_else(by_lines);
                let start =
                    found.or_else(|| finder.start_of_sentence(from..head.colon, head.colon)).unwrap_or(head.line);
                let number = mark::number_before(text, from, start, place).filter(|_| known.is_none());
                let start = number.unwrap_or(start);
                draft.close(start);
                if found.is_none() && !is_blank(start) {
                    let message = "where the rationale ends and this heading begins is unclear";
                    self.warn("unclear_heading_start", message, start..head.end);
                }
                start
            }
            // Words without a label between two numbered decisions.
            Some(draft) if known.is_some_and(|start| !is_blank(start)) => {
                let start = known.unwrap_or(from);
                draft.rationale = Some(from..start);
                start
            }
            _ => known.unwrap_or(from),
        }
    }

    /// Takes out heads that no label confirms and that are text of the rationale before them: its conclusion, and lists of
    /// other decisions that it quotes.
    fn without_text_of_rationale(&mut self, heads: &mut Vec<Head>) {
        let text = self.reading.view.text();
        heads.retain(|head| head.number.is_some() || !is_conclusion(text, self.searched, head));
        // What adjoins a quoted decision is quoted with it.
        if let (Some(first), Some(last)) = (heads.first(), heads.last())
            && first.number.is_none()
            && self.finder.is_quoted(self.searched, first)
        {
            let message = "outcomes within a rationale are read as its text: it quotes other decisions";
            self.warn("quoted_decision", message, first.line..last.end);
            heads.clear();
        }
    }

    fn is_text_of_rationale(&self, head: &Head) -> bool {
        is_conclusion(self.reading.view.text(), self.searched, head) || self.finder.is_quoted(self.searched, head)
    }
}

/// Remarks on words after a decision without labels, unless they refer it to the decision on the primary treatment.
fn unlabelled(reading: &mut Reading<'_, '_>, range: Range<usize>) {
    let said = reading.passage(range.clone());
    let words = trimmed(said, 0..said.len());
    let refers = ["since", "because", "as"]
        .iter()
        .any(|word| phrase(said, words.start, &[word]).is_some_and(|end| primary(said.get(end..).unwrap_or_default())));
    if !words.is_empty() && !refers {
        let message = "a decision without labels: what follows it is read as its rationale".to_owned();
        reading.note(
            Severity::Warning,
            "unlabelled_decision",
            message,
            Some(range.start + words.start..range.start + words.end),
        );
    }
}

fn primary(said: &str) -> bool {
    [&["the", "primary"][..], &["primary"]]
        .iter()
        .any(|words| next_word(said.as_bytes(), 0).is_some_and(|at| phrase(said, at, words).is_some()))
}

/// Whether an outcome that no label follows is the conclusion of a rationale: "Decision: Upheld", "It is not medically
/// necessary. Outcome: Upheld".
fn is_conclusion(text: &str, from: usize, head: &Head) -> bool {
    // "Decision: Upheld" on a line of its own behind a finished sentence.
    let announcement = text.get(head.colon..head.end).unwrap_or_default();
    let gap = announcement.split(char::is_alphanumeric).next().unwrap_or_default();
    if gap.len() < announcement.len() && gap.starts_with(['.', ')']) && gap.contains(['\n', '\x0c']) {
        return true;
    }
    let before = text.get(from..head.colon).unwrap_or_default().trim_end();
    let said = before.rsplit(['.', '\n', '\x0c']).next().unwrap_or_default().trim_start();
    let lower = said.to_ascii_lowercase();
    mark::announces(&lower)
        || lower.contains("medically necessary")
        || ["therefore", "thus", "as such", "the request is", "the request was", "the decision", "the denial"]
            .iter()
            .any(|words| lower.starts_with(words))
}

/// Where the last paragraph begins that the number of the next decision opens, after a finished sentence.
fn number_due(text: &str, piece: Range<usize>, number: u32) -> Option<usize> {
    let within = text.get(piece.clone())?;
    let lines = within.rmatch_indices('\n').map(|(n, _)| piece.start + n + 1);
    let mut due = lines.filter(|&line| {
        mark::number_at(text, line).is_some_and(|(found, _)| found == number)
            && numbered::opens_paragraph(text, piece.start..line)
    });
    due.next()
}

/// Whether a label of the reviewer's guideline does not say whose it is: "Guidelines cited:".
fn is_ownerless(text: &str, label: &Anchor) -> bool {
    let words = text.get(label.start..label.end).unwrap_or_default();
    let words = words.trim_start_matches(|c: char| !c.is_alphabetic());
    label.part == Part::Reviewer && words.get(..9).is_some_and(|first| first.eq_ignore_ascii_case("guideline"))
}

/// Whether a label before which no outcome was found opens an issue all the same: the claims administrator's comes first
/// in each, and a sentence that does duty for it is followed by what follows it.
fn opens_issue(labels: &[Anchor], open: Option<&Draft>) -> bool {
    let Some(label) = labels.first() else { return false };
    match label.part {
        // A rationale may quote the label; that of an issue is followed by the others.
        Part::Claims => labels
            .get(1)
            .is_some_and(|next| matches!(next.part, Part::Reviewer | Part::ReviewerSentence | Part::Rationale)),
        Part::ClaimsSentence => {
            let rationale_open = open.and_then(|d| d.open).is_some_and(|(part, _)| part == Part::Rationale);
            let next = labels.iter().skip(1).find(|next| next.part != Part::ClaimsSentence);
            rationale_open && next.is_some_and(|next| matches!(next.part, Part::Reviewer | Part::ReviewerSentence))
        }
        _ => false,
    }
}

/// Where a heading without an outcome begins, at the end of a piece. The end of a sentence belongs to the rationale.
fn unmarked_heading(text: &str, finder: &Finder<'_, '_>, piece: Range<usize>) -> usize {
    let before = text.get(piece.clone()).unwrap_or_default().trim_ascii_end();
    if before.ends_with('.') {
        return piece.end;
    }
    finder.start(piece.clone(), piece.end).unwrap_or(piece.start)
}
