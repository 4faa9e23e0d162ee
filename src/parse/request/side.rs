//! The side of the body.

use super::super::body::Mention;
use super::tokens::Tokens;
use crate::letter::Side;

/// The side that a request names; `None` where it names none, or different ones for different parts.
pub(super) fn read(tokens: &Tokens<'_>, mentions: &[Mention]) -> Option<Side> {
    if !(0..tokens.len()).any(|i| word(tokens, i).is_some()) {
        return None;
    }
    let mut sides: Vec<Side> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let Some((mut side, mut end)) = named(tokens, mentions, i) else {
            i += 1;
            continue;
        };
        // "left and right", "R/L".
        let joint = usize::from(matches!(tokens.mark(end), b'/' | b'&' | b','))
            + usize::from(matches!(tokens.word(end), "and" | "or"));
        if let Some((other, after)) =
            named(tokens, mentions, end + joint.max(1)).filter(|(other, _)| joint > 0 && *other != side)
        {
            (side, end) = (Side::Bilateral, after);
            if other == Side::Bilateral {
                return None;
            }
        }
        if !sides.contains(&side) {
            sides.push(side);
        }
        i = end;
    }
    let one_part = mentions.windows(2).all(|pair| pair[0].part == pair[1].part);
    match sides[..] {
        [side] => Some(side),
        // "left knee and right knee".
        [Side::Left, Side::Right] | [Side::Right, Side::Left] if one_part && mentions.len() > 1 => {
            Some(Side::Bilateral)
        }
        _ => None,
    }
}

/// The side that a token names where a body part stands beside it, and the token after it.
fn named(tokens: &Tokens<'_>, mentions: &[Mention], i: usize) -> Option<(Side, usize)> {
    let (side, certain, end) = word(tokens, i)?;
    // "right away", "left over", "left ventricular", "right hand dominant".
    const OTHER: [&str; 10] =
        ["away", "now", "over", "ventricular", "ventricle", "atrial", "heart", "handed", "to", "untreated"];
    if certain && (tokens.word_is(end, &OTHER) || tokens.word_is(end + 1, &["dominant"])) {
        return None;
    }
    // The "L" of "L-spine" is a part of its name.
    let at = tokens.get(i)?.at.start;
    let later = mentions.partition_point(|mention| mention.at.start <= at);
    let inside = later.checked_sub(1).and_then(|i| mentions.get(i)).is_some_and(|mention| mention.at.contains(&at));
    (certain || (!inside && beside(tokens, mentions, i, end))).then_some((side, end))
}

/// A word for a side, whether it is one without a body part beside it, and the token after it.
fn word(tokens: &Tokens<'_>, i: usize) -> Option<(Side, bool, usize)> {
    Some(match tokens.word(i) {
        "left" => (Side::Left, true, i + 1),
        "right" => (Side::Right, true, i + 1),
        "bilateral" | "bilaterally" | "bilaterals" | "bilat" | "bil" | "bilatera" | "billateral" | "bilaterial" => {
            (Side::Bilateral, true, i + 1)
        }
        "bi" if tokens.mark(i + 1) == b'-' && matches!(tokens.word(i + 2), "lateral" | "laterally") => {
            (Side::Bilateral, true, i + 3)
        }
        "b" if tokens.mark(i + 1) == b'/' && tokens.word(i + 2) == "l" => (Side::Bilateral, true, i + 3),
        "bue" | "ble" | "bues" | "bles" => (Side::Bilateral, true, i + 1),
        "lue" | "lle" => (Side::Left, true, i + 1),
        "rue" | "rle" => (Side::Right, true, i + 1),
        "both" => (Side::Bilateral, false, i + 1),
        "l" | "lt" => (Side::Left, false, i + 1),
        "r" | "rt" => (Side::Right, false, i + 1),
        _ => return None,
    })
}

/// Whether a body part stands beside tokens, or behind the other side.
fn beside(tokens: &Tokens<'_>, mentions: &[Mention], i: usize, end: usize) -> bool {
    let named = |i: usize| {
        let at = tokens.get(i).map(|token| token.at.start);
        let after = at.map(|at| mentions.partition_point(|mention| mention.at.end <= at));
        at.zip(after.and_then(|after| mentions.get(after))).is_some_and(|(at, mention)| mention.at.start <= at)
    };
    let skip = |i: usize| {
        matches!(tokens.mark(i), b'(' | b')' | b'.' | b',' | b'/' | b'&')
            || matches!(tokens.word(i), "and" | "l" | "r" | "the" | "lt" | "rt" | "of" | "upper" | "lower")
    };
    let ahead = (end..end + 4).find(|&i| !skip(i) || named(i));
    let behind =
        i.checked_sub(1).map(|before| before - usize::from(matches!(tokens.mark(before), b'(' | b',') && before > 0));
    ahead.is_some_and(named) || behind.is_some_and(named)
}
