//! What stands in one text, as phrases and spans.

use serde_json::{Value, json};

use super::lines::{Line, Row, Unable, lines};
use super::{Able, Clause, MOST_COMBINED, MOST_WORDS, term};
use crate::error::{Error, Result};
use crate::query::Span;
use crate::remote::document::GAP;

/// A field of terms.
pub struct Text {
    /// What the engine does.
    pub able: Able,
    /// Its name there.
    pub field: String,
    /// Whether it may have several values, over whose ends nothing is near.
    pub several: bool,
    /// The factor on scores.
    pub boost: Option<f64>,
}

impl Text {
    /// What stands there.
    pub fn clause(&self, span: &Span) -> Result<Clause> {
        Ok(match span {
            Span::Word(word) => term(&self.field, word, self.boost),
            Span::AnyWord(words) if words.len() > MOST_WORDS => return Err(self.unable(Unable::TooMany)),
            Span::AnyWord(words) => match words.len() {
                0 => Clause::nothing(),
                1 => Clause::any(words.iter().map(|word| term(&self.field, word, self.boost)).collect()),
                _ => Clause::scored(json!({"terms": {self.field.as_str(): words.iter().collect::<Vec<_>>()}})),
            },
            Span::Any(any) => Clause::any(any.iter().map(|span| self.clause(span)).collect::<Result<_>>()?),
            Span::Loose(all, slop) => self.loose(all, *slop)?,
            Span::Row(_) | Span::Near(_) | Span::Pattern(_) => {
                let lines = lines(span).map_err(|unable| self.unable(unable))?;
                Clause::any(lines.iter().map(|line| self.line(line)).collect::<Result<_>>()?)
            }
        })
    }

    /// A loose phrase.
    fn loose(&self, all: &[Span], slop: u32) -> Result<Clause> {
        let what = format!("a loose phrase (`~{slop}`)");
        if !self.able.slop {
            return Err(self.refused(&what, "use a phrase, or `AND` between the words"));
        }
        if self.several {
            return Err(self.refused(&format!("{what} of a field with several values"), "use a phrase, or `AND`"));
        }
        let row = Span::Row(all.to_vec());
        let lines = lines(&row).map_err(|unable| self.unable(unable))?;
        let mut found = Vec::new();
        for line in lines {
            let phrases = line.first.phrases(MOST_COMBINED).ok_or_else(|| self.unable(Unable::TooMany))?;
            for phrase in phrases {
                // Engines differ in where the second of two equal words may stand.
                if phrase.iter().enumerate().any(|(place, word)| phrase[..place].contains(word)) {
                    let hint = "leave one of them out, or use a phrase";
                    return Err(self.refused(&format!("{what} with the same word twice"), hint));
                }
                found.push(self.phrase(&phrase, slop));
            }
        }
        Ok(Clause::any(found))
    }

    /// Words in a row, moved by so many places at most.
    fn phrase(&self, words: &[String], slop: u32) -> Clause {
        if let [word] = words {
            return term(&self.field, word, self.boost);
        }
        let mut body = json!({"query": words.join(" ")});
        if slop > 0 {
            body["slop"] = json!(slop);
        }
        if let Some(boost) = self.boost {
            body["boost"] = json!(boost);
        }
        Clause::scored(json!({"match_phrase": {self.field.as_str(): body}}))
    }

    /// Rows near each other.
    fn line(&self, line: &Line) -> Result<Clause> {
        if line.rest.is_empty() && line.first.apart.is_empty() {
            return self.row(&line.first);
        }
        let is_apart = |row: &Row| !row.apart.is_empty();
        if self.several && (is_apart(&line.first) || line.rest.iter().any(|(_, row)| is_apart(row))) {
            return Err(self.refused("`not w/` in a field with several values", "use `NOT`"));
        }
        if !self.able.spans {
            let what = match &line.rest[..] {
                [] => "`not w/`".to_owned(),
                [(steps, _), ..] => format!("`w/{steps}` or `pre/{steps}`"),
            };
            return Err(self.refused(&what, "use `AND`, or a phrase in quotation marks"));
        }
        // From the last on: the nearest that goes on is as good as any.
        let rows: Vec<&Row> = std::iter::once(&line.first).chain(line.rest.iter().map(|(_, row)| row)).collect();
        let mut rows = rows.into_iter().rev();
        let last = rows.next().map(|row| self.row_span(row));
        let steps = line.rest.iter().rev().map(|(steps, _)| *steps);
        let built = rows.zip(steps).fold(last, |behind, (row, steps)| {
            behind.map(|behind| self.within_a_value(near(vec![self.row_span(row), behind], steps.saturating_sub(1))))
        });
        let Some(mut json) = built else { return Ok(Clause::nothing()) };
        if let (Some(boost), Some(body)) = (self.boost, first_body(&mut json)) {
            body["boost"] = json!(boost);
        }
        Ok(Clause::scored(json))
    }

    /// Words in a row, of which some may be others.
    fn row(&self, row: &Row) -> Result<Clause> {
        if row.slots.is_empty() {
            return Ok(Clause::nothing());
        }
        if let Some(phrases) = row.phrases(if self.able.spans { 1 } else { MOST_COMBINED }) {
            return Ok(Clause::any(phrases.iter().map(|words| self.phrase(words, 0)).collect()));
        }
        if !self.able.spans {
            return Err(self.unable(Unable::TooMany));
        }
        let mut json = self.row_span(row);
        if let (Some(boost), Some(body)) = (self.boost, first_body(&mut json)) {
            body["boost"] = json!(boost);
        }
        Ok(Clause::scored(json))
    }

    fn row_span(&self, row: &Row) -> Value {
        let slot = |words: &[String]| match words {
            [word] => self.word(word),
            words => json!({"span_or": {"clauses": words.iter().map(|word| self.word(word)).collect::<Vec<_>>()}}),
        };
        let mut slots: Vec<Value> = row.slots.iter().map(|words| slot(words)).collect();
        let span = if slots.len() == 1 { slots.swap_remove(0) } else { near(slots, 0) };
        row.apart.iter().fold(span, |span, apart| {
            let mut from: Vec<Value> = apart.from.iter().map(|row| self.row_span(row)).collect();
            let from = if from.len() == 1 { from.swap_remove(0) } else { json!({"span_or": {"clauses": from}}) };
            json!({"span_not": {"include": span, "exclude": from, "pre": apart.before, "post": apart.behind}})
        })
    }

    fn word(&self, word: &str) -> Value {
        json!({"span_term": {self.field.as_str(): {"value": word}}})
    }

    /// The same without what goes over the end of a value.
    fn within_a_value(&self, span: Value) -> Value {
        match self.several {
            true => json!({"span_not": {"include": span, "exclude": self.word(GAP)}}),
            false => span,
        }
    }

    fn refused(&self, what: &str, hint: &str) -> Error {
        self.able.refused(what, hint)
    }

    fn unable(&self, unable: Unable) -> Error {
        match unable {
            Unable::Operator(what) => self.refused(&what, "use `w/15`, `AND`, or a phrase in quotation marks"),
            Unable::TooMany => self.refused(
                "what stands for so many words, or combinations of words,",
                "use a longer beginning, fewer words beside `w/`, or `AND`",
            ),
        }
    }
}

/// These, in their order, with so many words between at most.
fn near(clauses: Vec<Value>, between: u32) -> Value {
    json!({"span_near": {"clauses": clauses, "slop": between, "in_order": true}})
}

/// What stands behind the name of a query.
fn first_body(json: &mut Value) -> Option<&mut Value> {
    json.as_object_mut()?.values_mut().next()
}
