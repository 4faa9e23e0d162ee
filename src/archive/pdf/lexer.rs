//! The tokens of a content stream: one pass over the bytes, no allocation, linear in time on any bytes.
//!
//! `hayro_syntax` has a reader of content streams too; it builds an object for every operand, and its search for the
//! end of an inline image can take quadratic time.

/// One token. Strings and names are the bytes as they stand in the stream, escapes included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// A number; those that cannot be read are 0.
    Number(f64),
    /// `/Name`, without the slash.
    Name(&'a [u8]),
    /// `(...)`, without the outer parentheses.
    Literal(&'a [u8]),
    /// `<...>`, without the angle brackets.
    Hex(&'a [u8]),
    /// `<<...>>`, with its brackets.
    Dict(&'a [u8]),
    /// `[`
    Open,
    /// `]`
    Close,
    /// Anything else.
    Operator(&'a [u8]),
}

/// A reader of tokens.
pub(super) struct Lexer<'a> {
    data: &'a [u8],
    at: usize,
}

const SPACE: u8 = 1;
const DELIMITER: u8 = 2;

/// The classes of bytes: white space, delimiters, and the rest.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut i = 0;
    while i < 6 {
        class[b"\0\t\n\x0c\r "[i] as usize] = SPACE;
        i += 1;
    }
    i = 0;
    while i < 10 {
        class[b"()<>[]{}/%"[i] as usize] = DELIMITER;
        i += 1;
    }
    class
};

fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

impl<'a> Lexer<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.data.get(from..to).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn skip_regular(&mut self) {
        while self.peek().is_some_and(|b| class(b) == 0) {
            self.at += 1;
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            match byte {
                b'0'..=b'9' | b'+' | b'-' | b'.' => return Some(self.number()),
                b'/' => {
                    let start = self.at + 1;
                    self.at = start;
                    self.skip_regular();
                    return Some(Token::Name(self.slice(start, self.at)));
                }
                b'(' => return Some(self.literal()),
                b'<' if self.data.get(self.at + 1) == Some(&b'<') => return Some(self.dict()),
                b'<' => {
                    let start = self.at + 1;
                    let length = self.data.get(start..)?.iter().position(|&b| b == b'>');
                    let end = length.map_or(self.data.len(), |n| start + n);
                    self.at = end + 1;
                    return Some(Token::Hex(self.slice(start, end)));
                }
                b'[' => {
                    self.at += 1;
                    return Some(Token::Open);
                }
                b']' => {
                    self.at += 1;
                    return Some(Token::Close);
                }
                b'%' => {
                    while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                        self.at += 1;
                    }
                }
                // White space, and delimiters that have no place here.
                _ if class(byte) != 0 => self.at += 1,
                _ => {
                    let start = self.at;
                    self.skip_regular();
                    return Some(Token::Operator(self.slice(start, self.at)));
                }
            }
        }
    }

    fn number(&mut self) -> Token<'a> {
        let start = self.at;
        let (mut value, mut scale) = (0f64, 0f64);
        let (mut negative, mut digits, mut over) = (false, false, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' => {
                    digits = true;
                    if !over {
                        value = value * 10.0 + f64::from(byte - b'0');
                        scale *= 10.0;
                    }
                }
                b'.' if scale == 0.0 => scale = 1.0,
                b'-' if !digits => negative = true,
                // `--5`, `5-3` and `1.2.3` occur; what comes after the first number is ignored.
                b'+' | b'-' | b'.' => over = digits,
                _ if class(byte) != 0 => break,
                _ => {
                    // `1e5`, `0.0cm`: no number of PDF.
                    self.skip_regular();
                    return Token::Operator(self.slice(start, self.at));
                }
            }
            self.at += 1;
        }
        if scale > 1.0 {
            value /= scale;
        }
        if negative {
            value = -value;
        }
        // A number of hundreds of digits, or the quotient of two such.
        Token::Number(if value.is_finite() { value } else { 0.0 })
    }

    fn literal(&mut self) -> Token<'a> {
        let start = self.at + 1;
        self.at = start;
        let mut depth = 1u32;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Token::Literal(self.slice(start, self.at - 1));
                    }
                }
                _ => {}
            }
        }
        Token::Literal(self.slice(start, self.data.len()))
    }

    fn dict(&mut self) -> Token<'a> {
        let start = self.at;
        let mut depth = 0u32;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' => {
                    self.literal();
                    continue;
                }
                b'<' if self.data.get(self.at + 1) == Some(&b'<') => {
                    depth += 1;
                    self.at += 1;
                }
                b'<' => {
                    // A string of digits, whose end may touch that of the dictionary.
                    while self.peek().is_some_and(|b| b != b'>') {
                        self.at += 1;
                    }
                }
                b'>' if self.data.get(self.at + 1) == Some(&b'>') => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Token::Dict(self.slice(start, self.at.min(self.data.len())))
    }

    /// Skips an inline image after its `BI`: the entries, `ID`, and the data up to an `EI` that stands alone.
    pub(super) fn skip_inline_image(&mut self) {
        while let Some(token) = self.next() {
            match token {
                Token::Operator(b"ID") => break,
                Token::Operator(b"EI") => return,
                _ => {}
            }
        }
        self.at += 1;
        while let Some(rest) = self.data.get(self.at..) {
            let Some(i) = rest.iter().position(|&b| b == b'E') else { break };
            self.at += i + 1;
            let alone = self.peek() == Some(b'I')
                && self.data.get(self.at.wrapping_sub(2)).is_none_or(|&b| class(b) == SPACE)
                && self.data.get(self.at + 1).is_none_or(|&b| class(b) == SPACE)
                // What follows must look like content: image data has bytes that no operator has.
                && self.slice(self.at + 1, (self.at + 12).min(self.data.len())).iter().all(|&b| (b' '..0x7f).contains(&b) || class(b) == SPACE);
            if alone {
                self.at += 1;
                return;
            }
        }
        self.at = self.data.len();
    }
}

/// The bytes of a string token: borrowed where they stand for themselves, otherwise decoded into `scratch`.
pub(super) fn string<'s>(token: Token<'s>, scratch: &'s mut Vec<u8>) -> Option<&'s [u8]> {
    match token {
        Token::Literal(raw) if !raw.iter().any(|b| matches!(b, b'\\' | b'\r')) => Some(raw),
        Token::Literal(raw) => {
            unescape(raw, scratch);
            Some(scratch)
        }
        Token::Hex(raw) => {
            scratch.clear();
            let mut high = None;
            for digit in raw.iter().filter_map(|&b| (b as char).to_digit(16)) {
                match high.take() {
                    None => high = Some(digit),
                    Some(h) => scratch.push((h << 4 | digit) as u8),
                }
            }
            // An odd last digit counts as if a zero followed.
            scratch.extend(high.map(|h| (h << 4) as u8));
            Some(scratch)
        }
        _ => None,
    }
}

fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => out.push(b'\n'),
                Some(b'r') => out.push(b'\r'),
                Some(b't') => out.push(b'\t'),
                Some(b'b') => out.push(8),
                Some(b'f') => out.push(12),
                Some(digit @ b'0'..=b'7') => {
                    let mut value = u32::from(digit - b'0');
                    for _ in 0..2 {
                        match bytes.peek() {
                            Some(&next @ b'0'..=b'7') => {
                                value = value * 8 + u32::from(next - b'0');
                                bytes.next();
                            }
                            _ => break,
                        }
                    }
                    out.push(value as u8);
                }
                // A line that ends in a backslash goes on in the next.
                Some(b'\r') => {
                    bytes.next_if_eq(&b'\n');
                }
                Some(b'\n') | None => {}
                Some(other) => out.push(other),
            },
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.push(b'\n');
            }
            _ => out.push(byte),
        }
    }
}
