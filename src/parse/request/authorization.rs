//! Partial authorizations: what was requested, what the claims administrator authorized of it, and what is disputed.
//!
//! Known phrases ("was the original request", "was authorized by the Claims Administrator", "the remaining IMR eligible
//! portion of the original request,") each stand before or after the text that they tell of. They cut the heading into
//! pieces; where a piece belongs to none of them, or to two, or a phrase stands twice, nothing is certain.

use super::super::words::alike;
use super::tokens::Tokens;
use std::ops::Range;

/// A heading taken apart, as ranges of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) requested: Option<Range<usize>>,
    pub(super) authorized: Option<Range<usize>>,
    pub(super) disputed: Range<usize>,
}

/// What a heading says of an authorization.
pub(super) enum Authorization {
    /// Nothing.
    None,
    /// Something, in words that cannot be taken apart for certain.
    Unclear,
    /// The parts.
    Parts(Parts),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Requested,
    Authorized,
    Disputed,
}

/// A phrase: what the texts before and after it are.
struct Phrase {
    at: Range<usize>,
    before: Option<Field>,
    after: Option<Field>,
}

/// Words that no other heading has, unless by chance.
const TELLING: [&str; 5] = ["authorized", "original", "administrator", "originally", "eligible"];

/// Takes a heading apart.
pub(super) fn read(heading: &str, tokens: &Tokens<'_>) -> Authorization {
    // All begin with one of three letters, and are long.
    let may = |word: &str| word.len() > 5 && word.starts_with(['a', 'o', 'e']);
    let told = |i| may(tokens.word(i)) && TELLING.iter().any(|word| is(tokens, i, word));
    if !(0..tokens.len()).any(told) {
        return Authorization::None;
    }
    match parts(heading, tokens) {
        Some(parts) => Authorization::Parts(parts),
        None if (0..tokens.len()).any(|i| is(tokens, i, "authorized") || is(tokens, i, "administrator")) => {
            Authorization::Unclear
        }
        None if (0..tokens.len()).any(|i| is(tokens, i, "original") && is(tokens, i + 1, "request")) => {
            Authorization::Unclear
        }
        None => Authorization::None,
    }
}

fn parts(heading: &str, tokens: &Tokens<'_>) -> Option<Parts> {
    let phrases = phrases(tokens);
    let (mut requested, mut authorized, mut disputed) = (Vec::new(), Vec::new(), Vec::new());
    let mut leaving = false;
    let mut start = 0;
    for k in 0..=phrases.len() {
        let next = phrases.get(k);
        let end = next.map_or(heading.len(), |phrase| phrase.at.start);
        let earlier = k.checked_sub(1).and_then(|k| phrases.get(k)).and_then(|phrase| phrase.after);
        let later = next.and_then(|phrase| phrase.before);
        let gap = start..end;
        let mut take = |field, range| {
            let Some(range) = clean(heading, range) else { return false };
            match field {
                Field::Requested => requested.push(range),
                Field::Authorized => authorized.push(range),
                Field::Disputed => disputed.push(range),
            }
            true
        };
        let taken = match (earlier, later) {
            (Some(field), None) | (None, Some(field)) => take(field, gap),
            (Some(first), Some(second)) => {
                let middle = boundary(heading, gap.clone())?;
                take(first, gap.start..middle) && take(second, middle..gap.end)
            }
            // "Physical therapy 12 visits. The Claims Administrator authorized ...".
            (None, None) if k == 0 && next.is_some() => {
                clean(heading, gap.clone()).is_none()
                    || (ends_sentence(heading, gap.clone()) && take(Field::Requested, gap))
            }
            (None, None) => clean(heading, gap).is_none(),
        };
        if !taken {
            return None;
        }
        if let Some(phrase) = next {
            leaving |= phrase.before.is_none() && phrase.after.is_none();
            start = phrase.at.end;
        }
    }
    let [authorized] = &authorized[..] else { return None };
    let same = |a: &Range<usize>, b: &Range<usize>| {
        let text = |range: &Range<usize>| heading.get(range.clone()).unwrap_or_default();
        text(a).eq_ignore_ascii_case(text(b))
    };
    let last = requested.last().cloned();
    let disputed = match &disputed[..] {
        [disputed] => {
            // The request told twice must be told alike.
            if requested.iter().any(|request| !last.as_ref().is_some_and(|last| same(request, last))) {
                return None;
            }
            disputed.clone()
        }
        // "..., leaving the original request IMR eligible. The original request, X is".
        [] if requested.len() <= 2 => {
            let last = last?;
            (leaving || last.start > authorized.start).then_some(last)?
        }
        _ => return None,
    };
    Some(Parts { requested: requested.into_iter().next(), authorized: Some(authorized.clone()), disputed })
}

/// The phrases of a heading, in its order.
fn phrases(tokens: &Tokens<'_>) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match phrase(tokens, i) {
            Some((phrase, next)) => {
                phrases.push(phrase);
                i = next.max(i + 1);
            }
            None => i += 1,
        }
    }
    phrases
}

/// The phrase that begins at a token, and the token after it.
fn phrase(tokens: &Tokens<'_>, i: usize) -> Option<(Phrase, usize)> {
    let (before, after, end) = match tokens.word(i) {
        "was" | "were" | "is" | "are" | "has" | "have" | "had" => after_a_text(tokens, i)?,
        "" => return None,
        _ => before_a_text(tokens, i)?,
    };
    // "The" belongs to the phrase.
    let the = i.checked_sub(1).filter(|&before| matches!(tokens.word(before), "the" | "teh"));
    let start = tokens.get(the.unwrap_or(i))?.at.start;
    let last = tokens.get(end.checked_sub(1)?)?.at.end;
    Some((Phrase { at: start..last, before, after }, end))
}

type Found = (Option<Field>, Option<Field>, usize);

/// Phrases that follow the text of which they tell: "... was authorized by the Claims Administrator".
fn after_a_text(tokens: &Tokens<'_>, verb: usize) -> Option<Found> {
    let mut i = verb + 1;
    while matches!(tokens.word(i), "been" | "the" | "then" | "also" | "only" | "partially" | "initially" | "previously")
    {
        i += 1;
    }
    if is(tokens, i, "original") || is(tokens, i, "initial") {
        let request = is(tokens, i + 1, "request") || is(tokens, i + 1, "requested");
        return request.then_some((Some(Field::Requested), None, i + 2));
    }
    if is(tokens, i, "originally") && is(tokens, i + 1, "requested") {
        return Some((Some(Field::Requested), None, i + 2));
    }
    if is(tokens, i, "requested") {
        return Some((Some(Field::Requested), None, i + 1));
    }
    if let Some(end) = remaining(tokens, i) {
        return Some((Some(Field::Disputed), None, end));
    }
    if tokens.word(i) == "not" && grants(tokens, i + 1) {
        return Some((Some(Field::Disputed), None, by_whom(tokens, i + 2)));
    }
    if is(tokens, i, "denied") || (tokens.word(i) == "non" && is(tokens, i + 2, "certified")) {
        let end = if tokens.word(i) == "non" { i + 3 } else { i + 1 };
        return Some((Some(Field::Disputed), None, by_whom(tokens, end)));
    }
    if is(tokens, i, "modified") {
        // "X was modified by the Claims Administrator to Y".
        let end = by_whom(tokens, i + 1);
        let to = matches!(tokens.word(end), "to");
        return to.then_some((Some(Field::Requested), Some(Field::Authorized), end + 1));
    }
    grants(tokens, i).then(|| (Some(Field::Authorized), None, by_whom(tokens, i + 1)))
}

/// Phrases that stand before the text of which they tell: "The Claims Administrator authorized ...".
fn before_a_text(tokens: &Tokens<'_>, first: usize) -> Option<Found> {
    if let Some(mut i) = whoever(tokens, first) {
        while matches!(tokens.word(i), "has" | "have" | "had" | "then" | "also" | "only" | "partially" | "initially") {
            i += 1;
        }
        if is(tokens, i, "modified") && tokens.word(i + 1) == "and" && grants(tokens, i + 2) {
            return Some((None, Some(Field::Authorized), i + 3));
        }
        if is(tokens, i, "modified") {
            let mut end = i + 1;
            while matches!(tokens.word(end), "the" | "this" | "it")
                || ["original", "request"].iter().any(|w| is(tokens, end, w))
            {
                end += 1;
            }
            return (tokens.word(end) == "to").then_some((None, Some(Field::Authorized), end + 1));
        }
        if is(tokens, i, "denied") {
            return Some((None, Some(Field::Disputed), i + 1));
        }
        return grants(tokens, i).then_some((None, Some(Field::Authorized), i + 1));
    }
    if is(tokens, first, "leaving") {
        return leaving(tokens, first);
    }
    if is(tokens, first, "original") || is(tokens, first, "initial") {
        let mut i = first + 1;
        if !is(tokens, i, "request") || is(tokens, i + 1, "eligible") || is(tokens, i + 2, "eligible") {
            return None;
        }
        i += 1;
        if matches!(tokens.word(i), "was" | "is" | "were") {
            i += 1;
        }
        if tokens.word(i) == "for" {
            i += 1;
        }
        return Some((None, Some(Field::Requested), i));
    }
    let eligible = match tokens.word(first) {
        "imr" if is(tokens, first + 1, "eligible") => Some(first + 2),
        "eligible" if tokens.word(first + 1) == "for" && tokens.word(first + 2) == "imr" => Some(first + 3),
        _ => None,
    };
    // "IMR eligible" closes what "leaving" opened.
    let Some(end) = remaining(tokens, first) else { return eligible.map(|end| (None, None, end)) };
    let verb = usize::from(matches!(tokens.word(end), "is" | "was" | "are" | "were"));
    // "The remaining portion of the request is: Upheld" tells no text.
    (end + verb < tokens.len()).then_some((None, Some(Field::Disputed), end + verb))
}

/// ", leaving the original request IMR eligible" parts what is before from what comes after; what "leaving the remaining 6
/// sessions IMR eligible" leaves is disputed.
fn leaving(tokens: &Tokens<'_>, first: usize) -> Option<Found> {
    let end = (first + 1..first + 24).find(|&i| is(tokens, i, "eligible"))?;
    let original = (first + 1..end).any(|i| is(tokens, i, "original") || is(tokens, i, "request"));
    match original {
        true => {
            let plain = |i| {
                matches!(tokens.word(i), "the" | "imr" | "of" | "as" | "portion")
                    || ["original", "request", "initial", "remaining", "remainder"].iter().any(|w| is(tokens, i, w))
            };
            (first + 1..end).all(plain).then_some((None, None, end + 1))
        }
        false => Some((None, Some(Field::Disputed), first + 1)),
    }
}

/// "[the] remaining IMR eligible portion of the original request": the token after it.
fn remaining(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let opens = ["remaining", "remainder"].iter().any(|word| is(tokens, first, word)) || tokens.word(first) == "imr";
    let mut i = if opens { first } else { return None };
    let mut told = false;
    loop {
        let word = tokens.word(i);
        if is(tokens, i, "request") {
            return Some(i + 1);
        }
        let portion = word == "part" || ["portion", "remainder", "balance"].iter().any(|w| is(tokens, i, w));
        told |= portion;
        let other = portion || matches!(word, "imr" | "of" | "the" | "teh");
        if !other && !["remaining", "original", "initial", "eligible"].iter().any(|w| is(tokens, i, w)) {
            return told.then_some(i);
        }
        i += 1;
    }
}

/// Who authorizes: the token after it.
fn whoever(tokens: &Tokens<'_>, i: usize) -> Option<usize> {
    if (is(tokens, i, "claims") || tokens.word(i) == "claim") && is(tokens, i + 1, "administrator") {
        return Some(i + 2);
    }
    if is(tokens, i, "utilization") && is(tokens, i + 1, "review") {
        return Some(i + 2);
    }
    (tokens.word(i) == "ur").then_some(i + 1)
}

/// The token after "by the Claims Administrator", if that comes next.
fn by_whom(tokens: &Tokens<'_>, i: usize) -> usize {
    let mut end = i;
    while matches!(tokens.word(end), "by" | "the" | "but" | "teh") && end < i + 2 {
        end += 1;
    }
    if end == i { i } else { whoever(tokens, end).unwrap_or(i) }
}

fn grants(tokens: &Tokens<'_>, i: usize) -> bool {
    ["authorized", "authorised", "certified", "approved"].iter().any(|word| is(tokens, i, word))
        || is_swapped(tokens.word(i))
}

/// The misspelling that the first letter's rule of [`alike`] leaves out.
fn is_swapped(word: &str) -> bool {
    matches!(word, "uathorized" | "aurthorized")
}

fn is(tokens: &Tokens<'_>, i: usize, word: &str) -> bool {
    alike(tokens.word(i).as_bytes(), word.as_bytes())
}

/// A piece without what joins it to its neighbours; `None` if nothing is left.
fn clean(heading: &str, range: Range<usize>) -> Option<Range<usize>> {
    let idle = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '-' | '\u{2013}' | '\u{2014}');
    let part = heading.get(range.clone())?;
    let start = range.start + (part.len() - part.trim_start_matches(idle).len());
    let mut part = part.trim_matches(idle);
    for verb in [" is", " are", " was", " were"] {
        if let Some(at) = part.len().checked_sub(verb.len())
            && part.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(verb))
        {
            part = part.get(..at)?.trim_end_matches(idle);
        }
    }
    let joint = ["and", "but", "is", "are", "was", "were"].iter().any(|word| part.eq_ignore_ascii_case(word));
    (!joint && part.contains(char::is_alphanumeric)).then_some(start..start + part.len())
}

/// Where one sentence ends and another begins in a piece that holds two, if there is one such place.
fn boundary(heading: &str, range: Range<usize>) -> Option<usize> {
    let text = heading.get(range.clone())?;
    let mut places = text.match_indices(". ").filter(|&(at, _)| {
        let next = text.get(at + 2..).and_then(|rest| rest.trim_start().chars().next());
        let word = text.get(..at).and_then(|before| before.rsplit([' ', '.']).next()).unwrap_or_default();
        word.len() > 2 && next.is_some_and(char::is_alphanumeric)
    });
    let (at, _) = places.next()?;
    places.next().is_none().then_some(range.start + at + 1)
}

fn ends_sentence(heading: &str, range: Range<usize>) -> bool {
    heading.get(range).is_some_and(|text| text.trim_end().ends_with(['.', ';', ':']))
}
