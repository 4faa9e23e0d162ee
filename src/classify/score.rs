//! Which of the terms found in a request tells what is requested.
//!
//! A term within a longer one does not count ("therapy" in "physical therapy"). What follows words such as "for" or
//! "status post" is what the request is for, and counts less. Of several services the first wins unless a later one has
//! the greater weight by more than its place costs.

use super::table::{Context, Mask, Row, TABLES, Tables, Use};
use super::{Class, OTHER, Reason, Verdict};

/// What a term after a context word keeps of its weight, in percent.
const CONTEXT_PERCENT: u32 = 40;
/// What each service before it costs a term, and the most that this can cost.
const PLACE_COST: u32 = 3;
const MOST_PLACES: u32 = 4;
/// From this weight a term is a request to which what follows can be the context.
const HEAD_WEIGHT: u8 = 40;
/// Up to this weight what names the form of injections alone is the form of a drug that is named beside it.
const FORM_WEIGHT: u8 = 70;
/// So many bytes may stand between a context word and the next term that it makes context.
const NEXT_REACH: usize = 40;

/// The answer for one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored {
    pub(super) class: Class,
    /// The winner's score; nothing exact was found if it is low.
    pub(super) score: u32,
    /// Where the winner stands in the text, without the blanks around it.
    pub(super) at: (usize, usize),
}

struct Found {
    start: usize,
    end: usize,
    term: usize,
}

/// Scores a text in the form that `normalize` gives.
pub(super) fn score(text: &str, mut trace: Option<&mut Vec<Reason>>) -> Scored {
    let tables: &Tables = &TABLES;
    let mut found: Vec<Found> = Vec::with_capacity(16);
    let mut from = 0;
    for m in tables.automaton.find_overlapping_iter(text) {
        let term = m.pattern().as_usize();
        if tables.terms[term].context == Some(Context::Restart) {
            from = m.end();
        }
        found.push(Found { start: m.start(), end: m.end(), term });
    }
    if from > 0 {
        found.retain(|f| f.start + 1 >= from);
    }
    // By place, of those that begin together the longest first: then what is contained comes after what contains it.
    found.sort_unstable_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let holds: Mask = found.iter().fold(0, |mask, f| mask | tables.terms[f.term].sets);
    let form = Form::of(holds, &found, tables);
    let mut best: Option<(u32, Row, &'static str)> = None;
    let (mut at, mut is_form, mut injected) = ((0, 0), false, None);
    let (mut rival, mut reach, mut places) = (0, 0, 0);
    let (mut head, mut context, mut next_until) = (false, false, 0);
    for f in &found {
        let term = &tables.terms[f.term];
        let row = pick(term.rows.iter().map(|&row| tables.rows[row]), holds, &form);
        let mut tell = |row: Row, category: &'static str, score: u32, verdict: Verdict| {
            if let Some(trace) = &mut trace {
                let (table, line, weight) = (row.table, row.line, row.weight);
                let term = term.text.trim().to_owned();
                trace.push(Reason { term, table, line, category, weight, score, verdict });
            }
        };
        let Some((row, category)) = row.filter(|_| f.end > reach) else {
            if row.is_none() && term.context.is_some() && f.end > reach {
                reach = f.end;
                match term.context {
                    Some(Context::After) => context |= head,
                    Some(Context::Next) => {
                        context |= head;
                        next_until = f.end + NEXT_REACH;
                    }
                    _ => {}
                }
            }
            if let Some(&first) = term.rows.first() {
                // "Toradol 60 mg IM" is the injection of a drug, whose name is not to be lost.
                if f.end > reach && !context && form.injected {
                    injected = injected.or(tables.rows[first].drug);
                }
                let verdict = if f.end <= reach { Verdict::Within } else { Verdict::Condition };
                tell(tables.rows[first], tables.rows[first].category, 0, verdict);
            }
            continue;
        };
        reach = f.end;
        let after = context || f.start < next_until;
        next_until = 0;
        let place = u32::from(row.weight).saturating_sub(PLACE_COST * places.min(MOST_PLACES));
        let score = if after { place * CONTEXT_PERCENT / 100 } else { place };
        if !after && row.weight >= HEAD_WEIGHT {
            places += 1;
            head = true;
        }
        tell(row, category, score, if after { Verdict::Context } else { Verdict::Counted });
        if best.is_none_or(|(top, ..)| score > top) {
            at = (f.start + 1, f.end - 1);
            is_form = row.weight <= FORM_WEIGHT && term.sets & tables.forms.injected != 0;
        }
        match best {
            Some((top, first, winner)) if winner == category => {
                // The category may come from one term ("compounded") and the drug from another.
                let drug = first.drug.or(row.drug);
                best = Some(if score > top { (score, row, category) } else { (top, Row { drug, ..first }, category) });
            }
            Some((top, ..)) if score <= top => rival = rival.max(score),
            Some((top, ..)) => {
                rival = rival.max(top);
                best = Some((score, row, category));
            }
            None => best = Some((score, row, category)),
        }
    }
    let Some((score, row, category)) = best else {
        return Scored { class: Class { category: OTHER, drug_group: None, drug: None, confidence: 0 }, score: 0, at };
    };
    if let Some(trace) = trace {
        let winner = |r: &&mut Reason| r.score == score && r.category == category && r.line == row.line;
        if let Some(reason) = trace.iter_mut().find(winner) {
            reason.verdict = Verdict::Winner;
        }
    }
    let drug_group = category.strip_prefix("pharmaceuticals/");
    // A compound of several has no one generic name.
    let many = drug_group == Some("topical-compound") && form.mixed > 1;
    let drug = row.drug.or(injected.filter(|_| is_form)).and_then(|drug| drug.name).filter(|_| !many);
    Scored { class: Class { category, drug_group, drug, confidence: confidence(score, rival) }, score, at }
}

/// The first row whose conditions hold, with its category.
fn pick(mut rows: impl Iterator<Item = Row>, holds: Mask, form: &Form) -> Option<(Row, &'static str)> {
    rows.find_map(|row| {
        let fits = (row.with == 0 || row.with & holds != 0) && row.without & holds == 0;
        fits.then(|| form.category(&row)).flatten().map(|category| (row, category))
    })
}

/// The form in which drugs are requested.
struct Form {
    topical: bool,
    patch: bool,
    compound: bool,
    injected: bool,
    /// How many different drugs are named that creams are mixed of, and whether one of them is no topical by itself.
    mixed: usize,
    foreign: bool,
}

impl Form {
    fn of(holds: Mask, found: &[Found], tables: &Tables) -> Self {
        let has = |bit: Mask| holds & bit != 0;
        let forms = tables.forms;
        let (mut names, mut foreign) = ([None; 3], false);
        let mut mixed = 0;
        for row in found.iter().flat_map(|f| &tables.terms[f.term].rows).map(|&row| tables.rows[row]) {
            let Some(drug) = row.drug.filter(|drug| drug.used == Use::Mixed) else { continue };
            foreign |= row.category != "pharmaceuticals/topical-analgesic";
            if mixed < names.len() && !names[..mixed].contains(&drug.name) {
                names[mixed] = drug.name;
                mixed += 1;
            }
        }
        let rub = has(forms.topical) || has(forms.patch) || has(forms.percent);
        let oral = has(forms.oral) && !has(forms.percent) && !has(forms.topical);
        Self {
            topical: rub && !oral,
            patch: has(forms.patch),
            compound: has(forms.compound),
            injected: has(forms.injected),
            mixed,
            foreign,
        }
    }

    /// The category of a row in this form; `None` where the form makes it something else, which another term names.
    fn category(&self, row: &Row) -> Option<&'static str> {
        let used = match row.drug {
            None => return Some(row.category),
            Some(drug) => drug.used,
        };
        match used {
            Use::Taken | Use::Mixed if self.injected => None,
            Use::Mixed if self.compound && (self.topical || self.mixed > 1 || self.foreign) => {
                Some("pharmaceuticals/topical-compound")
            }
            Use::Mixed if !self.topical => Some(row.category),
            Use::Mixed if self.mixed > 1 && (self.foreign || !self.patch) => Some("pharmaceuticals/topical-compound"),
            Use::Mixed => Some("pharmaceuticals/topical-analgesic"),
            Use::Taken | Use::Topical | Use::Injected => Some(row.category),
        }
    }
}

/// How sure a category is, in percent, from its score and that of the best other category.
///
/// The steps are set by hand and checked, not fitted: of the invented requests in `tests/classify/` and the published
/// letters with reference answers, no step is right less often than it says. The tables were written in sight of those, so
/// that requests in words that nobody has seen may do worse.
fn confidence(score: u32, rival: u32) -> u8 {
    let alone = match score {
        85.. => 99,
        70..=84 => 95,
        55..=69 => 90,
        40..=54 => 80,
        25..=39 => 60,
        _ => 40,
    };
    let doubt = match score.saturating_sub(rival) {
        _ if rival == 0 => 0,
        0..=9 => 15,
        10..=29 => 8,
        _ => 2,
    };
    alone - doubt
}
