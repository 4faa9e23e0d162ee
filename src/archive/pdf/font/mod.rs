//! Fonts: which characters the codes of a string stand for, and how far each moves the pen.

mod composite;

use hayro_cmap::CMap;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::filter::Decoder;
use super::limits::Stop;
use super::widths::Standard;
use super::{encoding, glyphs, program};
use composite::Composite;

/// The text of a glyph, in four bytes: a character, or an index into the font's strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(u32);

impl Text {
    pub(super) const NONE: Text = Text(0);
    const STRING: u32 = 1 << 31;

    pub(super) fn char(self) -> Option<char> {
        if self == Self::NONE { None } else { char::from_u32(self.0) }
    }
}

/// A glyph as text extraction sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// What it says.
    pub(super) text: Text,
    /// How far it moves the pen, for a font of size 1.
    pub(super) width: f32,
}

/// The strings of those glyphs that say more than one character, such as ligatures.
#[derive(Debug, Default)]
pub(super) struct Strings(Vec<Box<str>>);

impl Strings {
    /// The four bytes that stand for a text.
    pub(super) fn intern(&mut self, text: &str) -> Text {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => Text::NONE,
            (Some(c), None) => self.char(c),
            _ if self.0.len() < 1 << 20 => {
                // No ligature is longer; a long text drawn a million times would fill the memory.
                let text: String = text.chars().filter(|&c| readable(c)).take(32).collect();
                self.0.push(text.into_boxed_str());
                Text(Text::STRING | (self.0.len() - 1) as u32)
            }
            _ => Text::NONE,
        }
    }

    /// The four bytes that stand for a character.
    pub(super) fn char(&mut self, c: char) -> Text {
        let spelt = match c {
            'ﬀ' => "ff",
            'ﬁ' => "fi",
            'ﬂ' => "fl",
            'ﬃ' => "ffi",
            'ﬄ' => "ffl",
            'ﬅ' | 'ﬆ' => "st",
            '\t' | '\n' | '\r' => return Text(u32::from(' ')),
            c if readable(c) => return Text(u32::from(c)),
            _ => return Text::NONE,
        };
        self.intern(spelt)
    }

    pub(super) fn get(&self, text: Text) -> &str {
        let index = (text.0 & !Text::STRING) as usize;
        if text.0 & Text::STRING == 0 { "" } else { self.0.get(index).map_or("", |s| s) }
    }
}

/// False for the control characters that some fonts claim to show.
fn readable(c: char) -> bool {
    !c.is_control() && c != '\u{feff}' && c != '\u{fffe}' && c != '\u{fffd}'
}

/// How codes become glyphs.
pub(super) enum Codes {
    /// One byte, one glyph.
    Simple(Box<[Glyph; 256]>),
    /// One to four bytes, through a `CMap`.
    Composite(Box<Composite>),
}

/// A font of a document.
pub(super) struct Font {
    pub(super) codes: Codes,
    pub(super) strings: Strings,
    /// The height of a line of it, for a font of size 1: not 1 in fonts whose glyphs are drawn by content streams.
    pub(super) height: f64,
    /// Written from top to bottom.
    pub(super) vertical: bool,
}

impl Font {
    /// The font used where none can be found: its codes move the pen and say nothing.
    pub(super) fn missing() -> Font {
        let codes = Codes::Simple(Box::new([Glyph { text: Text::NONE, width: 0.5 }; 256]));
        Font { codes, strings: Strings::default(), height: 1.0, vertical: false }
    }

    /// How much memory the font may come to take, in units of some three kilobytes.
    pub(super) fn weight(&self) -> usize {
        match self.codes {
            Codes::Simple(_) => 1,
            Codes::Composite(_) => 64,
        }
    }

    /// The font of a font dictionary.
    pub(super) fn load(dict: &Dict<'_>, decoder: &mut Decoder) -> Result<Font, Stop> {
        let to_unicode = to_unicode(dict, decoder)?;
        match dict.get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Type0") => Composite::load(dict, to_unicode, decoder),
            Some(b"Type3") => Ok(simple(dict, to_unicode, Kind::Type3, decoder)?),
            Some(b"TrueType") => simple(dict, to_unicode, Kind::TrueType, decoder),
            _ => simple(dict, to_unicode, Kind::Type1, decoder),
        }
    }
}

/// A map of all characters is smaller than this; in memory it becomes five times as large.
pub(super) const MAX_CMAP: usize = 4 << 20;

fn to_unicode(dict: &Dict<'_>, decoder: &mut Decoder) -> Result<Option<CMap>, Stop> {
    let Some(stream) = dict.get::<Stream<'_>>("ToUnicode") else { return Ok(None) };
    Ok(CMap::parse(&decoder.decode_small(&stream, MAX_CMAP)?, hayro_cmap::load_embedded))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Type1,
    TrueType,
    Type3,
}

fn simple(dict: &Dict<'_>, to_unicode: Option<CMap>, kind: Kind, decoder: &mut Decoder) -> Result<Font, Stop> {
    let base_font = dict.get::<Name<'_>>("BaseFont");
    let name = base_font.as_deref().unwrap_or_default();
    let descriptor = dict.get::<Dict<'_>>("FontDescriptor").unwrap_or_default();
    let mut strings = Strings::default();
    let mut table = [Glyph { text: Text::NONE, width: 0.0 }; 256];

    // The characters: the base encoding, the differences from it, and what the font itself says of them.
    let encoding = dict.get::<Object<'_>>("Encoding");
    let (named, differences) = match &encoding {
        Some(Object::Name(name)) => (encoding::by_name(name), None),
        Some(Object::Dict(dict)) => (
            dict.get::<Name<'_>>("BaseEncoding").and_then(|name| encoding::by_name(&name)),
            dict.get::<Array<'_>>("Differences"),
        ),
        _ => (None, None),
    };
    let pictures = Pictures::of_name(name);
    let mut built_in = false;
    if named.is_none() && pictures.is_none() && kind == Kind::Type1 {
        program::built_in_encoding(&descriptor, decoder, |code, name| {
            built_in = true;
            let mut text = String::new();
            glyphs::append(name, &mut text);
            table[usize::from(code)].text = strings.intern(&text);
        })?;
    }
    if !built_in {
        let base = match (pictures, named) {
            (Some(Pictures::Symbol), _) => encoding::SYMBOL,
            (Some(Pictures::ZapfDingbats), _) => encoding::ZAPF_DINGBATS,
            (_, Some(named)) => named,
            (_, None) if kind == Kind::TrueType => encoding::WIN_ANSI,
            (_, None) => encoding::STANDARD,
        };
        for (code, c) in encoding::chars(base) {
            table[usize::from(code)].text = match pictures {
                Some(Pictures::Wingdings) => strings.char(wingding(code)),
                _ => strings.char(c),
            };
        }
    }
    if let Some(differences) = differences {
        let mut code = 0usize;
        let mut text = String::new();
        for item in differences.iter::<Object<'_>>() {
            match item {
                Object::Number(number) => code = usize::try_from(number.as_i64()).unwrap_or(256),
                Object::Name(name) => {
                    text.clear();
                    let known = glyphs::append(&name, &mut text);
                    if let Some(glyph) = table.get_mut(code)
                        && (known || pictures.is_none())
                    {
                        glyph.text = strings.intern(&text);
                    }
                    code = code.saturating_add(1);
                }
                _ => {}
            }
        }
    }
    if let Some(cmap) = &to_unicode {
        let mut text = String::new();
        for (code, glyph) in (0u8..=255).zip(table.iter_mut()) {
            if unicode(cmap, u32::from(code), pictures, &mut text) {
                glyph.text = strings.intern(&text);
            }
        }
    }

    // The widths.
    let matrix = dict.get::<[f32; 6]>("FontMatrix").unwrap_or([0.001, 0.0, 0.0, 0.001, 0.0, 0.0]);
    let scale = if kind == Kind::Type3 { matrix[0].abs() } else { 0.001 };
    if let Some(widths) = dict.get::<Array<'_>>("Widths") {
        let missing = descriptor.get::<f32>("MissingWidth").unwrap_or(0.0);
        table.iter_mut().for_each(|glyph| glyph.width = missing * scale);
        let first = dict.get::<i32>("FirstChar").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        for (glyph, width) in table.iter_mut().skip(first).zip(widths.iter::<f32>()) {
            glyph.width = width * scale;
        }
    } else {
        let standard = Standard::of_name(name);
        for (code, glyph) in (0u8..=255).zip(table.iter_mut()) {
            glyph.width = standard.width(code, glyph.text.char()) * 0.001;
        }
    }
    for glyph in &mut table {
        if !glyph.width.is_finite() {
            glyph.width = 0.0;
        }
    }
    let height = match kind {
        // The box of all glyphs is somewhat higher than a line.
        Kind::Type3 => match dict.get::<[f32; 4]>("FontBBox") {
            Some([_, y0, _, y1]) if y1 > y0 => f64::from((y1 - y0) * matrix[3].abs()) * 0.9,
            _ => f64::from(matrix[3].abs()) * 1000.0,
        },
        _ => 1.0,
    };
    let height = if height.is_finite() && height > 0.0 { height } else { 1.0 };
    Ok(Font { codes: Codes::Simple(Box::new(table)), strings, height, vertical: false })
}

/// Puts into `text` what a `ToUnicode` map says of a code; false if it says nothing.
pub(super) fn unicode(cmap: &CMap, code: u32, pictures: Option<Pictures>, text: &mut String) -> bool {
    text.clear();
    match cmap.lookup_bf_string(code) {
        Some(hayro_cmap::BfString::Char(c)) => text.push(plain(c, pictures)),
        Some(hayro_cmap::BfString::String(s)) => text.extend(s.chars().map(|c| plain(c, pictures))),
        None => return false,
    }
    text.chars().any(readable)
}

/// Fonts of pictures, whose codes Windows keeps in a private area of Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pictures {
    Symbol,
    ZapfDingbats,
    Wingdings,
}

impl Pictures {
    pub(super) fn of_name(name: &[u8]) -> Option<Pictures> {
        let name = match name.get(6) {
            Some(b'+') => &name[7..],
            _ => name,
        };
        if name.starts_with(b"Symbol") {
            Some(Pictures::Symbol)
        } else if name.starts_with(b"ZapfDingbats") {
            Some(Pictures::ZapfDingbats)
        } else if name.starts_with(b"Wingdings") || name.starts_with(b"Webdings") {
            Some(Pictures::Wingdings)
        } else {
            None
        }
    }
}

/// The public character of a private one.
fn plain(c: char, pictures: Option<Pictures>) -> char {
    let code = match c {
        '\u{f020}'..='\u{f0ff}' => (u32::from(c) & 0xff) as u8,
        _ => return c,
    };
    let of = |table| encoding::chars(table).find(|&(k, _)| k == code).map(|(_, c)| c);
    match pictures {
        Some(Pictures::Wingdings) => wingding(code),
        Some(Pictures::ZapfDingbats) => of(encoding::ZAPF_DINGBATS).unwrap_or('•'),
        _ => of(encoding::SYMBOL).unwrap_or('•'),
    }
}

/// Those pictures of Wingdings that begin list items or tick boxes; the others are bullets.
fn wingding(code: u8) -> char {
    match code {
        b' ' => ' ',
        b'l' | 0x9f | 0xb7 => '•',
        b'n' | 0xa7 => '▪',
        b'o' | 0xa8 => '□',
        b'q' => '❑',
        b'v' => '❖',
        0xd8 => '➢',
        0xe0 | 0xe8 => '→',
        0xfb => '✗',
        0xfc => '✓',
        0xfd => '☒',
        0xfe => '☑',
        _ => '•',
    }
}
