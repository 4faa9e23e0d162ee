//! Strengths of drugs: `10/325mg`, `5%`, `20mg/ml`.

/// The strength that a text (in lower case) tells; `None` where it tells none, or several, as compounds do.
pub(super) fn read(lower: &str) -> Option<String> {
    let bytes = lower.as_bytes();
    let mut found: Option<String> = None;
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| b.is_ascii_digit() || *b == b'.')) {
        at += next;
        if !begins_number(bytes, at) {
            at += 1;
            continue;
        }
        let (strength, end) = at_number(lower, at);
        if let Some(strength) = strength {
            // Two parts of a compound may be of one share; a drug named twice has its strength twice.
            if found.as_ref().is_some_and(|found| *found != strength || strength.ends_with('%')) {
                return None;
            }
            found = Some(strength);
        }
        at = end.max(at + 1);
    }
    found
}

/// Whether a number begins here that is no part of a word, a level of the spine or a count.
fn begins_number(bytes: &[u8], at: usize) -> bool {
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let before = |n: usize| at.checked_sub(n).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let inner = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
    if !(digit(at) || (bytes.get(at) == Some(&b'.') && digit(at + 1))) {
        return false;
    }
    if inner(before(1)) || matches!(before(1), b'#' | b'.' | b'$') {
        return false;
    }
    !(matches!(before(1), b'-' | b'/') && inner(before(2)))
}

/// One of the numbers that a strength is made of.
struct Component<'t> {
    number: String,
    value: f64,
    unit: Option<&'t str>,
}

/// The strength that begins with a number, and where the numbers end.
fn at_number(lower: &str, start: usize) -> (Option<String>, usize) {
    let mut components: Vec<Component<'_>> = Vec::new();
    let mut end = start;
    let mut dashes = false;
    // More components than any drug has are no strength.
    while components.len() < 8 {
        let Some((number, value, after)) = number(lower, end) else { break };
        let (unit, after) = unit(lower, after).map_or((None, after), |(unit, after)| (Some(unit), after));
        components.push(Component { number, value, unit });
        end = after;
        // "10/325", "10-325", "10mg / 325mg".
        let blanks = blanks(lower, after);
        let next = match lower.as_bytes().get(after + blanks) {
            Some(b'/') => after + blanks + 1,
            Some(b'-') if blanks == 0 => {
                dashes = true;
                after + 1
            }
            _ => break,
        };
        let next = next + self::blanks(lower, next);
        if !lower.as_bytes().get(next).is_some_and(|b| b.is_ascii_digit() || *b == b'.') {
            break;
        }
        // "10mg/5ml": the second number is of the volume.
        if unit.is_some() && volume(lower, next).is_some() {
            break;
        }
        end = next;
    }
    let Some(last) = components.last() else { return (None, end) };
    let ascending = matches!(&components[..], [first, second] if first.value < second.value);
    // Pills that have acetaminophen or ibuprofen for their second part are written without "mg" and with any mark.
    let usual = matches!(&components[..], [first, second]
        if first.value <= 60.0 && [200.0, 300.0, 325.0, 500.0, 650.0, 660.0, 750.0].contains(&second.value));
    let unit = match last.unit {
        Some(unit) => unit,
        None if usual && !followed_by_letter(lower, end) && components[0].unit.is_none() => "mg",
        None => return (None, end),
    };
    if dashes && ascending && !usual {
        return (None, end);
    }
    let same = components.iter().all(|c| c.unit.is_none_or(|u| u == unit));
    let Some((per, after)) = per(lower, end) else { return (None, end) };
    if unit == "%" && is_share(lower, after) {
        return (None, after);
    }
    let mut strength = String::with_capacity(16);
    for (i, component) in components.iter().enumerate() {
        if i > 0 {
            strength.push('/');
        }
        strength.push_str(&component.number);
        strength.push_str(component.unit.filter(|_| !same).unwrap_or_default());
    }
    strength.push_str(if same { unit } else { "" });
    strength.push_str(&per);
    (Some(strength), after)
}

/// A number with its thousands joined, its value, and its end.
fn number(lower: &str, start: usize) -> Option<(String, f64, usize)> {
    let bytes = lower.as_bytes();
    let mut end = start;
    let mut text = String::new();
    let mut decimal = false;
    while let Some(&b) = bytes.get(end) {
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        match b {
            b'0'..=b'9' => text.push(char::from(b)),
            b'.' if !decimal && digit(end + 1) => {
                if text.is_empty() {
                    text.push('0');
                }
                text.push('.');
                decimal = true;
            }
            b',' if !decimal
                && (1..=3).contains(&text.len())
                && digit(end + 1)
                && digit(end + 2)
                && digit(end + 3)
                && !digit(end + 4) => {}
            _ => break,
        }
        end += 1;
        if text.len() > 12 {
            return None;
        }
    }
    let value = text.parse().ok()?;
    Some((text, value, end))
}

fn blanks(lower: &str, at: usize) -> usize {
    lower.as_bytes().iter().skip(at).take_while(|b| **b == b' ').count().min(2)
}

fn followed_by_letter(lower: &str, at: usize) -> bool {
    lower.as_bytes().get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'/' | b'-'))
}

/// A word of letters at an offset, after at most two blanks, and its end.
fn word(lower: &str, at: usize) -> (&str, usize) {
    let start = at + blanks(lower, at);
    let length = lower.as_bytes().iter().skip(start).take_while(|b| b.is_ascii_alphabetic()).count().min(24);
    (lower.get(start..start + length).unwrap_or_default(), start + length)
}

/// Whether a word (in lower case) is a unit of strengths or volumes, or a time that they are for.
pub(super) fn is_unit(word: &str) -> bool {
    let is_all = |end: usize| end == word.len();
    unit(word, 0).is_some_and(|(_, end)| is_all(end)) || volume(word, 0).is_some_and(|(_, end)| is_all(end))
}

/// A unit of strength in its usual form, and its end.
fn unit(lower: &str, at: usize) -> Option<(&'static str, usize)> {
    let start = at + blanks(lower, at);
    let rest = lower.get(start..)?;
    for (sign, unit) in [("%", "%"), ("\u{b5}g", "mcg"), ("\u{3bc}g", "mcg")] {
        if rest.starts_with(sign) {
            return Some((unit, start + sign.len()));
        }
    }
    let (word, end) = word(lower, at);
    let unit = match word {
        "mg" | "mgs" | "milligram" | "milligrams" => "mg",
        "mcg" | "ug" | "mcgs" | "microgram" | "micrograms" => "mcg",
        "meq" => "meq",
        "iu" => "iu",
        "percent" => "%",
        _ => return None,
    };
    // "10mg2".
    (!lower.as_bytes().get(end).is_some_and(|b| b.is_ascii_digit() || *b >= 0x80)).then_some((unit, end))
}

/// A volume or a time at an offset ("5 ml", "24hr", "ml"): its usual form and its end.
fn volume(lower: &str, at: usize) -> Option<(String, usize)> {
    let (number, after) = number(lower, at + blanks(lower, at)).map_or((String::new(), at), |(n, _, end)| (n, end));
    let (word, end) = word(lower, after);
    let unit = match word {
        "ml" | "mls" | "cc" => "ml",
        "hr" | "h" | "hour" | "hrs" | "hours" => "hr",
        "g" | "gm" => "g",
        _ => return None,
    };
    Some((format!("{number}{unit}"), end))
}

/// "/ml" or "per 5 ml" after a strength. `None` where the strength is a dose of a day or of a weight.
fn per(lower: &str, at: usize) -> Option<(String, usize)> {
    let start = at + blanks(lower, at);
    let slash = lower.as_bytes().get(start) == Some(&b'/');
    let after = if slash {
        start + 1
    } else {
        match word(lower, at) {
            ("per" | "a", end) => end,
            _ => return Some((String::new(), at)),
        }
    };
    if let Some((volume, end)) = volume(lower, after) {
        return Some((format!("/{volume}"), end));
    }
    match word(lower, after).0 {
        "day" | "d" | "kg" | "dl" | "week" | "month" | "dose" => None,
        _ => Some((String::new(), at)),
    }
}

/// Whether a percentage is a share of something and no strength: "50% of the time".
fn is_share(lower: &str, at: usize) -> bool {
    matches!(
        word(lower, at).0,
        "of" | "improvement" | "reduction" | "relief" | "weight" | "cotton" | "increase" | "decrease"
    )
}
