//! A heading as words, numbers, dates and marks.

use super::super::lexicon::Lexicon;
use crate::letter::Date;
use std::ops::Range;
use std::sync::LazyLock;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// Letters, or letters and digits that begin with a letter (`l4`, `q6h`). Abbreviations with dots are one word.
    Word(&'t str),
    /// A whole number or a range of them, in digits or in words or, if they agree, in both.
    Number(u32, u32),
    /// A number that counts nothing: zero, a decimal, an ordinal, a part of a code or of a level of the spine, or digits that
    /// contradict the word before them.
    Odd,
    /// A day.
    Date(Date),
    /// Punctuation.
    Mark(u8),
}

/// A piece of a heading.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    /// Its bytes.
    pub(super) at: Range<usize>,
    /// Whether it follows without a blank.
    pub(super) glued: bool,
}

/// A heading in pieces.
pub(super) struct Tokens<'t> {
    lower: &'t str,
    list: Vec<Token<'t>>,
}

impl<'t> Tokens<'t> {
    /// Cuts a heading, given in ASCII lower case.
    pub(super) fn new(lower: &'t str) -> Self {
        let mut tokens = Self { lower, list: Vec::with_capacity(lower.len() / 4 + 2) };
        let mut at = 0;
        let mut glued = false;
        while let Some(&b) = lower.as_bytes().get(at) {
            if b == b' ' || b.is_ascii_whitespace() {
                (at, glued) = (at + 1, false);
                continue;
            }
            at = tokens.cut(at, glued);
            glued = true;
        }
        tokens.join(|tokens, i| tokens.number_in_words(i).map(|(value, used)| (Kind::Number(value, value), used)));
        if tokens.list.iter().any(|token| matches!(token.kind, Kind::Number(..))) {
            tokens.mark_codes();
            tokens.join(Self::repeated);
            tokens.join(Self::range);
        }
        tokens
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// A token.
    pub(super) fn get(&self, i: usize) -> Option<&Token<'t>> {
        self.list.get(i)
    }

    /// A word; empty where there is none.
    pub(super) fn word(&self, i: usize) -> &'t str {
        match self.list.get(i) {
            Some(Token { kind: Kind::Word(word), .. }) => word,
            _ => "",
        }
    }

    /// The word before a token; empty where there is none.
    pub(super) fn word_before(&self, i: usize) -> &'t str {
        i.checked_sub(1).map_or("", |before| self.word(before))
    }

    /// Whether a token is one of these words.
    pub(super) fn word_is(&self, i: usize, words: &[&str]) -> bool {
        let word = self.word(i);
        !word.is_empty() && words.contains(&word)
    }

    /// A piece of the heading.
    pub(super) fn slice(&self, at: Range<usize>) -> &'t str {
        self.lower.get(at).unwrap_or_default()
    }

    /// A mark; 0 where there is none.
    pub(super) fn mark(&self, i: usize) -> u8 {
        match self.list.get(i) {
            Some(Token { kind: Kind::Mark(mark), .. }) => *mark,
            _ => 0,
        }
    }

    /// A number.
    pub(super) fn number(&self, i: usize) -> Option<(u32, u32)> {
        match self.list.get(i)?.kind {
            Kind::Number(low, high) => Some((low, high)),
            _ => None,
        }
    }

    /// Whether a token follows the one before it without a blank.
    pub(super) fn glued(&self, i: usize) -> bool {
        self.list.get(i).is_some_and(|token| token.glued)
    }

    /// Whether a word multiplies: `x`, `times`.
    pub(super) fn times(&self, i: usize) -> bool {
        matches!(self.word(i), "x" | "xs" | "times" | "time" | "\u{d7}")
    }

    /// Cuts one token at an offset that is no white space, and gives its end.
    fn cut(&mut self, at: usize, glued: bool) -> usize {
        let lower = self.lower;
        let rest = lower.get(at..).unwrap_or_default().as_bytes();
        let word = |length: usize| (Kind::Word(lower.get(at..at + length).unwrap_or_default()), length);
        let (kind, length) = match rest {
            [b'.', d, ..] if d.is_ascii_digit() && !self.ends_in_digit(at) => (Kind::Odd, 1 + digits(&rest[1..])),
            [b'0'..=b'9', ..] => self.cut_number(at),
            // "x12" is "x 12".
            [b'x', d, ..] if d.is_ascii_digit() => word(1),
            [b'a'..=b'z', b'.', b'a'..=b'z', ..] if dotted(rest) > 0 => word(dotted(rest)),
            [b'a'..=b'z', ..] => {
                let mut length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count();
                // After digits a word ends where the next number begins: "3x6", "10mg/325".
                if glued && self.ends_in_digit(at) {
                    length = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
                    if length > 1 && rest[0] == b'x' {
                        length = 1;
                    }
                }
                word(length)
            }
            [b, ..] if b.is_ascii() => (Kind::Mark(*b), 1),
            _ => {
                let c = lower.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
                let length = c.len_utf8();
                match c {
                    '\u{2012}'..='\u{2015}' | '\u{2212}' => (Kind::Mark(b'-'), length),
                    _ if c.is_alphanumeric() || c == '\u{d7}' => word(length),
                    _ => (Kind::Mark(b'?'), length),
                }
            }
        };
        let end = at + length;
        self.list.push(Token { kind, at: at..end, glued });
        end
    }

    fn ends_in_digit(&self, at: usize) -> bool {
        at.checked_sub(1).and_then(|before| self.lower.as_bytes().get(before)).is_some_and(u8::is_ascii_digit)
    }

    fn cut_number(&self, at: usize) -> (Kind<'t>, usize) {
        let text = self.lower.get(at..).unwrap_or_default();
        let rest = text.as_bytes();
        if let Some((date, length)) = date(text).filter(|_| !self.follows_decimal(at)) {
            return (Kind::Date(date), length);
        }
        let mut length = digits(rest);
        let mut value = number(&rest[..length]);
        // CPT codes and the like; whoever counts so far uses a comma.
        let mut countable = length <= 4;
        while let (1..=3, [b',', a, b, c, ..]) = (digits(rest), &rest[length..]) {
            let group = [*a, *b, *c];
            if !group.iter().all(u8::is_ascii_digit) || rest.get(length + 4).is_some_and(u8::is_ascii_digit) {
                break;
            }
            value = value.saturating_mul(1000).saturating_add(number(&group));
            length += 4;
        }
        if let [b'.', d, ..] = &rest[length..]
            && d.is_ascii_digit()
        {
            let fraction = digits(&rest[length + 1..]);
            countable &= rest[length + 1..][..fraction].iter().all(|d| *d == b'0');
            length += 1 + fraction;
        }
        countable &= (1..=100_000).contains(&value);
        let ordinal = [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|ending| {
            rest[length..].starts_with(ending) && !rest.get(length + 2).is_some_and(u8::is_ascii_alphanumeric)
        });
        // A version: "1.5.2".
        let more = matches!(&rest[length..], [b'.', d, ..] if d.is_ascii_digit());
        (if countable && !ordinal && !more { Kind::Number(value, value) } else { Kind::Odd }, length)
    }

    fn follows_decimal(&self, at: usize) -> bool {
        at.checked_sub(1).and_then(|before| self.lower.as_bytes().get(before)).is_some_and(|b| matches!(b, b'.' | b'/'))
    }

    /// Puts single tokens in the place of runs of them. `run` tells what the tokens from one on are, and how many they are.
    fn join(&mut self, run: impl Fn(&Self, usize) -> Option<(Kind<'t>, usize)>) {
        let (mut from, mut to) = (0, 0);
        while from < self.list.len() {
            let joined = run(self, from);
            let used = joined.map_or(1, |(_, used)| used);
            let end = self.list[from + used - 1].at.end;
            if to < from {
                self.list.swap(to, from);
            }
            if let Some((kind, _)) = joined {
                self.list[to].kind = kind;
                self.list[to].at.end = end;
            }
            (from, to) = (from + used, to + 1);
        }
        self.list.truncate(to);
    }

    /// The number that begins with a word, and how many tokens it takes.
    fn number_in_words(&self, i: usize) -> Option<(u32, usize)> {
        let dozen = |i| matches!(self.word(i), "dozen" | "dozens");
        match self.word(i) {
            "dozen" => return Some((12, 1)),
            "half" if dozen(i + 1) => return Some((6, 2)),
            "half" if self.word(i + 1) == "a" && dozen(i + 2) => return Some((6, 3)),
            "a" if dozen(i + 1) => return Some((12, 2)),
            _ => {}
        }
        let (mut value, mut used) = self.below_hundred(i)?;
        if dozen(i + used) {
            return Some((value * 12, used + 1));
        }
        if matches!(self.word(i + used), "hundred") && value < 10 {
            (value, used) = (value * 100, used + 1);
            let and = usize::from(self.word(i + used) == "and");
            if let Some((rest, more)) = self.below_hundred(i + used + and) {
                (value, used) = (value + rest, used + and + more);
            }
        }
        Some((value, used))
    }

    fn below_hundred(&self, i: usize) -> Option<(u32, usize)> {
        let word = Some(self.word(i)).filter(|word| (3..=9).contains(&word.len()))?;
        let value = *NUMBERS.get(word)?;
        if value < 20 {
            return Some((value, 1));
        }
        let hyphen = usize::from(self.mark(i + 1) == b'-');
        let ones = NUMBERS.get(self.word(i + 1 + hyphen)).filter(|ones| **ones < 10);
        Some(ones.map_or((value, 1), |ones| (value + ones, 2 + hyphen)))
    }

    /// Numbers that belong to a code or a fraction: `L4-5`, `B-12`, `10/325`, `CPT 97110`.
    fn mark_codes(&mut self) {
        for i in 0..self.list.len() {
            if self.number(i).is_none() {
                continue;
            }
            let named = matches!(self.word_before(i), "cpt" | "hcpcs" | "code" | "codes" | "icd" | "icd10")
                || (matches!(self.mark(i.wrapping_sub(1)), b':' | b'#')
                    && i >= 2
                    && matches!(self.word(i - 2), "cpt" | "hcpcs" | "code" | "codes" | "icd"));
            let joined = i >= 2 && self.glued(i) && self.glued(i - 1) && matches!(self.mark(i - 1), b'-' | b'/');
            let before = if joined { self.word(i - 2) } else { "" };
            let code = (before.len() == 1 && before != "x") || before.bytes().any(|b| b.is_ascii_digit());
            let odd = joined && self.list[i - 2].kind == Kind::Odd;
            let fraction = joined && self.mark(i - 1) == b'/' && self.number(i - 2).is_some();
            if fraction {
                self.list[i - 2].kind = Kind::Odd;
            }
            if named || code || odd || fraction {
                self.list[i].kind = Kind::Odd;
            }
        }
    }

    /// `eight (8)` is 8; `eight (6)` is not known.
    fn repeated(&self, i: usize) -> Option<(Kind<'t>, usize)> {
        let first = self.number(i).filter(|_| self.mark(i + 1) == b'(' && self.mark(i + 3) == b')')?;
        let same = self.number(i + 2)? == first;
        Some((if same { Kind::Number(first.0, first.1) } else { Kind::Odd }, 4))
    }

    /// `2-3` and `two to three`.
    fn range(&self, i: usize) -> Option<(Kind<'t>, usize)> {
        let dash = self.mark(i + 1) == b'-' && self.glued(i + 1) == self.glued(i + 2);
        let joined = dash || matches!(self.word(i + 1), "to" | "or");
        let ((low, _), (_, high)) = (self.number(i).filter(|_| joined)?, self.number(i + 2)?);
        Some((if low < high { Kind::Number(low, high) } else { Kind::Odd }, 3))
    }
}

/// Whether a word (in lower case) is of a number.
pub(super) fn is_number(word: &str) -> bool {
    matches!(word, "dozen" | "dozens" | "hundred") || NUMBERS.get(word).is_some()
}

/// The words for numbers below a hundred that are one word.
static NUMBERS: LazyLock<Lexicon<u32>> = LazyLock::new(|| {
    let ones = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
                eighteen nineteen";
    let tens = "twenty thirty forty fifty sixty seventy eighty ninety";
    let ones = ones.split(' ').zip(1..);
    let tens = tens.split(' ').zip((20..).step_by(10));
    let words = ones.chain(tens).chain([("fourty", 40)]);
    Lexicon::new(words.map(|(word, value)| (word.to_owned(), value)), |_, _| {})
});

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0u32, |value, d| value.saturating_mul(10).saturating_add(u32::from(d.saturating_sub(b'0'))))
}

/// The length of an abbreviation with dots (`b.i.d`), or 0.
fn dotted(bytes: &[u8]) -> usize {
    let pairs = bytes.chunks(2).take_while(|c| matches!(c, [b'a'..=b'z', b'.'])).count();
    match bytes.get(pairs * 2) {
        Some(b) if b.is_ascii_alphanumeric() => {
            let last = !bytes.get(pairs * 2 + 1).is_some_and(u8::is_ascii_alphanumeric) && b.is_ascii_alphabetic();
            if last { pairs * 2 + 1 } else { 0 }
        }
        _ => pairs * 2 - 1,
    }
}

/// A date at the beginning of a text, with years of two or of four digits, and its length.
fn date(text: &str) -> Option<(Date, usize)> {
    let bytes = text.as_bytes();
    let month = digits(bytes);
    let mark = *bytes.get(month).filter(|mark| matches!(mark, b'/' | b'-' | b'.'))?;
    let day = digits(&bytes[month + 1..]);
    let year_at = month + 1 + day + 1;
    if bytes.get(year_at - 1) != Some(&mark) || !(1..=2).contains(&month) || !(1..=2).contains(&day) {
        return None;
    }
    let length = digits(bytes.get(year_at..)?);
    let end = year_at + length;
    let followed = bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || (*b == b'/' && mark == b'/'));
    let year = number(&bytes[year_at..end]);
    let year = match length {
        2 => 2000 + year,
        4 if (1900..2100).contains(&year) => year,
        _ => return None,
    };
    let part = |from: usize, length: usize| number(&bytes[from..from + length]) as u8;
    let date = Date::new(year as u16, part(0, month), part(month + 1, day))?;
    (!followed).then_some((date, end))
}
