//! Rust source to tokens: enough of them to find every path, with comments and literals out of the way.

/// A token with its line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub line: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A word: an identifier (`r#` is left out) or a keyword.
    Word(String),
    /// `::`
    PathSep,
    /// Any other single character that is not white space.
    Mark(char),
    /// A string, character or number, or a lifetime.
    Literal,
}

impl Token {
    /// The word, if the token is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether the token is this character.
    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The tokens of a source. `$` is left out, so that macro bodies read as code.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(c) = lexer.peek(0) {
        let line = lexer.line;
        if let Some(kind) = lexer.next(c) {
            tokens.push(Token { kind, line });
        }
    }
    tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip(&mut self, n: usize) {
        for _ in 0..n {
            self.line += usize::from(self.peek(0) == Some('\n'));
            self.at += 1;
        }
    }

    fn skip_while(&mut self, test: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&test) {
            self.skip(1);
        }
    }

    fn next(&mut self, c: char) -> Option<Kind> {
        match c {
            '/' if self.peek(1) == Some('/') => {
                self.skip_while(|c| c != '\n');
                None
            }
            '/' if self.peek(1) == Some('*') => {
                self.skip_comment();
                None
            }
            '"' => self.string(),
            '\'' => self.quote(),
            ':' if self.peek(1) == Some(':') => {
                self.skip(2);
                Some(Kind::PathSep)
            }
            c if starts_word(c) => self.word(),
            c if c.is_ascii_digit() => {
                // A point or a sign of an exponent becomes a mark, which does no harm.
                self.skip_while(continues_word);
                Some(Kind::Literal)
            }
            c => {
                self.skip(1);
                (!c.is_whitespace() && c != '$').then_some(Kind::Mark(c))
            }
        }
    }

    fn skip_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) -> Option<Kind> {
        self.skip(1);
        while let Some(c) = self.peek(0) {
            self.skip(if c == '\\' { 2 } else { 1 });
            if c == '"' {
                break;
            }
        }
        Some(Kind::Literal)
    }

    /// The rest of a raw string, from its hashes on.
    fn raw_string(&mut self) -> Option<Kind> {
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            hashes += 1;
            self.skip(1);
        }
        self.skip(1);
        while let Some(c) = self.peek(0) {
            self.skip(1);
            if c == '"' && (0..hashes).all(|n| self.peek(n) == Some('#')) {
                self.skip(hashes);
                break;
            }
        }
        Some(Kind::Literal)
    }

    /// A character, or a lifetime.
    fn quote(&mut self) -> Option<Kind> {
        let lifetime = self.peek(1).is_some_and(starts_word) && self.peek(2) != Some('\'');
        self.skip(1);
        if lifetime {
            self.skip_while(continues_word);
        } else {
            if self.peek(0) == Some('\\') {
                self.skip(1);
            }
            // The character itself may be a quote; `\u{..}` goes on up to the closing one.
            self.skip(1);
            self.skip_while(|c| c != '\'');
            self.skip(1);
        }
        Some(Kind::Literal)
    }

    fn word(&mut self) -> Option<Kind> {
        let start = self.at;
        self.skip_while(continues_word);
        let word: String = self.chars[start..self.at].iter().collect();
        // A prefix of a literal, or of a raw identifier.
        let hashes = (0..).take_while(|&n| self.peek(n) == Some('#')).count();
        match (word.as_str(), self.peek(0), self.peek(hashes)) {
            ("r" | "br" | "cr", _, Some('"')) => self.raw_string(),
            ("b" | "c", Some('"'), _) => self.string(),
            ("b", Some('\''), _) => self.quote(),
            ("r", Some('#'), Some(c)) if hashes == 1 && starts_word(c) => {
                self.skip(1);
                self.word()
            }
            _ => Some(Kind::Word(word)),
        }
    }
}
