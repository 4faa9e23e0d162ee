//! Marks before headings and labels: bullets, emphasis of plain text, and the numbers of a list.

/// Marks of bullets and of emphasis ("**LABEL:**", "## HEADING").
const MARKS: &[char] =
    &['*', '_', '#', '>', '|', '-', '\u{2013}', '\u{2022}', '\u{b7}', '\u{25aa}', '\u{25cf}', '\u{f0b7}'];

/// More marks than any heading has.
const LONGEST: usize = 12;

/// The length of the marks and blanks that open a line.
pub(super) fn leading(text: &str, start: usize) -> usize {
    // Most lines begin with a letter.
    if text.as_bytes().get(start).is_none_or(u8::is_ascii_alphanumeric) {
        return 0;
    }
    let rest = text.get(start..).unwrap_or_default();
    let marks = rest.char_indices().find(|&(at, c)| at > LONGEST || !(c == ' ' || MARKS.contains(&c)));
    marks.map_or(0, |(at, _)| at)
}

/// The length of the marks of emphasis that close a heading or label.
pub(super) fn closing(text: &str, end: usize) -> usize {
    text.as_bytes().get(end..).unwrap_or_default().iter().take(3).take_while(|b| b"*_".contains(b)).count()
}

/// The end of the number or letter of a section that opens a line: "4. ", "IV. ", "B) ".
pub(super) fn section_number(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let number = bytes.get(start..)?.iter().take(5).take_while(|b| b.is_ascii_digit() || b"IVX".contains(b)).count();
    let letter = usize::from(number == 0 && bytes.get(start).is_some_and(u8::is_ascii_uppercase));
    let end = start + number + letter;
    let marked = (1..=4).contains(&(end - start)) && matches!(bytes.get(end), Some(b'.' | b')'));
    let blanks = bytes.get(end + 1..)?.iter().take(4).take_while(|b| **b == b' ').count();
    (marked && blanks > 0).then_some(end + 1 + blanks)
}

/// The number that opens a line, and the end of its mark: "1.", "1)".
pub(super) fn number_at(text: &str, start: usize) -> Option<(u32, usize)> {
    let bytes = text.as_bytes();
    let digits = bytes.get(start..)?.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let end = start + digits;
    let number = text.get(start..end).filter(|_| (1..=2).contains(&digits))?.parse().ok()?;
    let gap = usize::from(bytes.get(end) == Some(&b' '));
    let mark = end + gap;
    let marked = matches!(bytes.get(mark), Some(b'.' | b')')) && (gap == 0 || bytes[mark] == b')');
    // "1.5 mg" is no item.
    (marked && !bytes.get(mark + 1).is_some_and(u8::is_ascii_digit)).then_some((number, mark + 1))
}

/// The number before the heading of an issue, and where its words begin: "2. ", "(2) ", "#2 ", "Issue 2: ", "Request #2 - ".
///
/// A number that counts further than the issue's place is no mark of a list.
pub(super) fn issue_number(text: &str, start: usize, place: u32) -> (Option<u32>, usize) {
    let bytes = text.as_bytes();
    let start = start + bytes.get(start..).unwrap_or_default().iter().take_while(|b| b.is_ascii_whitespace()).count();
    let marks = leading(text, start);
    // "#2" is a number.
    let sign = text.get(start..start + marks).is_some_and(|marks| marks.ends_with('#'));
    let sign = sign && bytes.get(start + marks).is_some_and(u8::is_ascii_digit);
    let from = start + marks - usize::from(sign);
    let blanks = |at: usize| {
        at + bytes.get(at..).unwrap_or_default().iter().take(4).take_while(|b| b" \n\x0c".contains(b)).count()
    };
    let counts = |number: u32| (1..=place).contains(&number);
    let words = |number: Option<u32>, at: usize| (number, blanks(at));
    if let Some((number, end)) =
        number_at(text, from).filter(|&(number, end)| counts(number) && matches!(bytes.get(end), Some(b' ' | b'\n')))
    {
        return words(Some(number), end);
    }
    let digits = |at: usize| {
        let digits = bytes.get(at..).unwrap_or_default().iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        let number = text.get(at..at + digits).and_then(|digits| digits.parse().ok());
        number.filter(|&number| digits <= 2 && counts(number)).map(|number: u32| (number, at + digits))
    };
    let bracketed = bytes.get(from) == Some(&b'(');
    if let Some((number, end)) = digits(from + 1).filter(|&(_, end)| bracketed && bytes.get(end) == Some(&b')')) {
        return words(Some(number), end + 1);
    }
    const NAMES: &[&str] = &["disputed issue", "disputed item", "issue", "request", "item", "treatment", "service"];
    let named =
        NAMES.iter().find(|name| text.get(from..from + name.len()).is_some_and(|w| w.eq_ignore_ascii_case(name)));
    let mut at = blanks(from + named.map_or(0, |name| name.len()));
    let signs = ["#", "No. ", "no. ", "Number "];
    let sign = signs.into_iter().find(|sign| text.get(at..).is_some_and(|rest| rest.starts_with(sign)));
    at += sign.map_or(0, str::len);
    let numbered = digits(at).filter(|_| named.is_some() || sign == Some("#"));
    let mark = |end: usize| {
        let rest = text.get(blanks(end)..).unwrap_or_default();
        let marked = [":", ".", ")", "-", "\u{2013}", "\u{2014}"].iter().find(|mark| rest.starts_with(*mark));
        marked.map(|mark| blanks(end) + mark.len())
    };
    match numbered {
        // "#2 Left knee brace", but not "Request 2 boxes of patches".
        Some((number, end)) if mark(end).is_some() || sign.is_some() => words(Some(number), mark(end).unwrap_or(end)),
        _ => (None, from),
    }
}

/// Where the number of an issue begins that stands at the end of the line before its heading, after a finished sentence.
pub(super) fn number_before(text: &str, from: usize, heading: usize, place: u32) -> Option<usize> {
    let before = text.get(from..heading)?.trim_end_matches([' ', '\n', '\x0c']);
    let (sentence, number) = before.rsplit_once(' ')?;
    let counts = number.strip_suffix(['.', ')'])?.parse() == Ok(place);
    (counts && sentence.ends_with(['.', '?', '!'])).then_some(from + sentence.len() + 1)
}

/// What announces an outcome.
const ANNOUNCES: &[&str] = &[
    "final determination",
    "imr determination",
    "determination",
    "imr decision",
    "final decision",
    "decision",
    "imr outcome",
    "outcome",
    "result",
    "ur denial",
    "ur decision",
    "ur determination",
    "utilization review denial",
    "utilization review decision",
    "denial",
];

/// Whether words, in lower case, do nothing but announce an outcome.
pub(super) fn announces(words: &str) -> bool {
    ANNOUNCES.contains(&words.trim())
}

/// Whether the marks before a heading are those of an item of a list, "2." or "2)", which stand for themselves.
pub(super) fn is_item(marks: &str) -> bool {
    let marks = marks.trim_start_matches(|c: char| c != '#' && (c.is_whitespace() || MARKS.contains(&c)));
    number_at(marks, 0).is_some()
}

/// Where the words of a heading end before what announces its outcome: "Lumbar brace. Decision: Upheld".
pub(super) fn before_announcement(text: &str, start: usize, end: usize) -> usize {
    let heading = text.get(start..end).unwrap_or_default();
    let heading = heading.trim_end_matches([' ', '\n', '\x0c', '*', '_']);
    let words = ANNOUNCES.iter().find_map(|words| {
        let at = heading.len().checked_sub(words.len())?;
        heading.get(at..).filter(|tail| tail.eq_ignore_ascii_case(words)).map(|_| at)
    });
    let Some(before) = words.and_then(|at| heading.get(..at)) else { return end };
    let request = before
        .trim_end_matches([' ', '\n', '\x0c', '*', '_', ':', ';', '.', ',', '-', '|', '(', '\u{2013}', '\u{2014}']);
    let apart = before.get(request.len()..).is_some_and(|gap| gap.bytes().any(|b| b != b' '));
    if apart && !request.is_empty() { start + request.len() } else { end }
}
