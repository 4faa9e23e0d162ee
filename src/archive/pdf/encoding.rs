//! The encodings of simple fonts (ISO 32000-1, annex D): codes to characters, by tables and by names of glyphs.

use hayro_syntax::object::{Array, Dict, Name, Object};

use super::glyphs;

/// The characters of a simple font's codes.
pub struct Encoding {
    base: Base,
    differences: Vec<(u8, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Standard,
    WinAnsi,
    MacRoman,
    Symbol,
    Dingbats,
}

/// The encoding of a font dictionary.
pub fn of(dict: &Dict<'_>, base_font: &str) -> Encoding {
    let name = base_font.rsplit('+').next().unwrap_or(base_font);
    let is_type1 = dict.get::<Name<'_>>("Subtype").is_some_and(|n| n.as_ref() == b"Type1");
    let implied = if name.starts_with("Symbol") {
        Base::Symbol
    } else if name.contains("Dingbats") || name.starts_with("Wingdings") {
        Base::Dingbats
    } else if is_type1 {
        Base::Standard
    } else {
        Base::WinAnsi
    };
    let named = |name: &Name<'_>| match name.as_ref() {
        b"WinAnsiEncoding" => Some(Base::WinAnsi),
        b"MacRomanEncoding" => Some(Base::MacRoman),
        b"StandardEncoding" => Some(Base::Standard),
        _ => None,
    };
    let symbolic = matches!(implied, Base::Symbol | Base::Dingbats);
    match dict.get::<Object<'_>>("Encoding") {
        // A symbol font keeps its own meaning, whatever encoding a producer names.
        Some(Object::Name(name)) => {
            let base = named(&name).filter(|_| !symbolic).unwrap_or(implied);
            Encoding { base, differences: Vec::new() }
        }
        Some(Object::Dict(encoding)) => {
            let base = encoding.get::<Name<'_>>("BaseEncoding").as_ref().and_then(named).unwrap_or(implied);
            let mut differences = Vec::new();
            let mut code = 0i64;
            if let Some(array) = encoding.get::<Array<'_>>("Differences") {
                for item in array.iter::<Object<'_>>().take(1024) {
                    match item {
                        Object::Number(n) => code = n.as_i64(),
                        Object::Name(name) => {
                            if let Ok(code) = u8::try_from(code) {
                                differences.push((code, glyphs::text(name.as_str())));
                            }
                            code = code.saturating_add(1);
                        }
                        _ => {}
                    }
                }
            }
            Encoding { base, differences }
        }
        _ => Encoding { base: implied, differences: Vec::new() },
    }
}

impl Encoding {
    /// The characters of a code; empty where the encoding has none.
    pub fn text(&self, code: u8) -> String {
        if let Some((_, text)) = self.differences.iter().rev().find(|(c, _)| *c == code) {
            return text.clone();
        }
        let decoded = |encoding: &'static encoding_rs::Encoding| {
            let bytes = [code];
            encoding.decode_without_bom_handling(&bytes).0.into_owned()
        };
        match self.base {
            // Codes that WinAnsi leaves open are bullets.
            Base::WinAnsi if matches!(code, 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) => "\u{2022}".to_owned(),
            Base::WinAnsi => decoded(encoding_rs::WINDOWS_1252),
            Base::MacRoman => decoded(encoding_rs::MACINTOSH),
            Base::Standard => table(code, STANDARD).unwrap_or_else(|| ascii(code)),
            Base::Symbol => table(code, SYMBOL).unwrap_or_else(|| ascii(code)),
            Base::Dingbats => match code {
                0x20 => " ".to_owned(),
                0x21..=0xff => "\u{2022}".to_owned(),
                _ => String::new(),
            },
        }
    }
}

fn ascii(code: u8) -> String {
    if (0x20..0x7f).contains(&code) { char::from(code).to_string() } else { String::new() }
}

fn table(code: u8, table: &[(u8, &str)]) -> Option<String> {
    // A run of characters stands for consecutive codes.
    let (first, run) = table.iter().rev().find(|(first, _)| *first <= code)?;
    run.chars().nth(usize::from(code - first)).filter(|c| *c != '\u{0}').map(|c| c.to_string())
}

/// Where StandardEncoding is not ASCII.
const STANDARD: &[(u8, &str)] = &[
    (0x27, "\u{2019}"),
    (0x60, "\u{2018}"),
    (0xa1, "¡¢£⁄¥ƒ§¤'“«‹›\u{fb01}\u{fb02}"),
    (0xb1, "–†‡·\0¶•‚„”»…‰\0¿"),
    (0xc1, "`´ˆ˜¯˘˙¨\0˚¸\0˝˛ˇ—"),
    (0xe1, "Æ\0ª"),
    (0xe8, "ŁØŒº"),
    (0xf1, "æ"),
    (0xf5, "ı"),
    (0xf8, "łøœß"),
];

/// The encoding of the font Symbol.
const SYMBOL: &[(u8, &str)] = &[
    (0x20, " !∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    (0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x60, "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    (0xa0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"),
    (0xc0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    (0xe0, "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\0〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
];
