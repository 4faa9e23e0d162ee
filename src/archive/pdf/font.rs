//! Fonts: codes of a content stream to characters and widths.

use hayro_cmap::{BfString, CMap, CMapName, load_embedded};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};

use super::budget::Budget;
use super::{encoding, widths};

/// A font, as far as text needs it.
pub struct Font {
    kind: Kind,
    height: f32,
}

enum Kind {
    Simple(Box<Simple>),
    Composite(Box<Composite>),
}

struct Simple {
    /// For each code where its text is in `text`.
    places: [(u32, u32); 256],
    text: String,
    widths: [f32; 256],
}

struct Composite {
    cmap: Option<CMap>,
    to_unicode: Option<CMap>,
    collection: Option<CMap>,
    widths: Vec<f32>,
    default_width: f32,
    /// Texts of codes that were met already, for all 16-bit codes.
    cache: std::cell::RefCell<Vec<Option<Box<str>>>>,
}

/// One code of a string.
pub struct Glyph {
    /// The code.
    pub code: u32,
    /// How many bytes it has.
    pub bytes: u8,
    /// The advance in units of the font's size.
    pub width: f32,
}

impl Font {
    /// Reads a font dictionary. What is missing or damaged gets the usual values.
    pub fn read(dict: &Dict<'_>, budget: &mut Budget) -> Self {
        let to_unicode = dict.get::<Stream<'_>>("ToUnicode").and_then(|s| cmap(&s, budget));
        let is = |kind: &[u8]| dict.get::<Name<'_>>("Subtype").is_some_and(|n| n.as_ref() == kind);
        let mut height = 1.0;
        let kind = if is(b"Type0") {
            Kind::Composite(Box::new(Composite::read(dict, to_unicode, budget)))
        } else {
            let mut scale = 0.001;
            if is(b"Type3") {
                // Glyphs of a Type 3 font are in the font's own space.
                let matrix: Vec<f32> = numbers(dict, "FontMatrix");
                if let [a, _, _, d, ..] = matrix[..] {
                    scale = a.abs();
                    height = if d.abs() > 0.05 { 1.0 } else { (d.abs() * 1000.0).clamp(0.05, 20.0) };
                }
            }
            Kind::Simple(Box::new(Simple::read(dict, to_unicode.as_ref(), scale)))
        };
        Self { kind, height }
    }

    /// The height of the font in units of its size.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// The next code of a string.
    pub fn next(&self, bytes: &[u8], at: &mut usize) -> Option<Glyph> {
        match &self.kind {
            Kind::Simple(font) => {
                let code = *bytes.get(*at)?;
                *at += 1;
                Some(Glyph { code: u32::from(code), bytes: 1, width: font.widths[usize::from(code)] })
            }
            Kind::Composite(font) => font.next(bytes, at),
        }
    }

    /// The text of a code; empty where it is not known.
    pub fn text(&self, glyph: &Glyph) -> std::borrow::Cow<'_, str> {
        match &self.kind {
            Kind::Simple(font) => {
                let (start, end) = font.places[(glyph.code & 255) as usize];
                font.text.get(start as usize..end as usize).unwrap_or_default().into()
            }
            Kind::Composite(font) => font.text(glyph).into(),
        }
    }
}

impl Simple {
    fn read(dict: &Dict<'_>, to_unicode: Option<&CMap>, scale: f32) -> Self {
        let base_font = dict.get::<Name<'_>>("BaseFont").map(|n| n.as_str().to_owned()).unwrap_or_default();
        let encoding = encoding::of(dict, &base_font);
        let mut this = Self { places: [(0, 0); 256], text: String::new(), widths: [0.0; 256] };
        for code in 0..=255u8 {
            let start = this.text.len() as u32;
            let mapped = to_unicode.and_then(|m| m.lookup_bf_string(u32::from(code)));
            let length_before = this.text.len();
            match mapped {
                Some(BfString::Char(c)) => push(&mut this.text, c),
                Some(BfString::String(s)) => s.chars().for_each(|c| push(&mut this.text, c)),
                None => {}
            }
            if this.text.len() == length_before {
                encoding.text(code).chars().for_each(|c| push(&mut this.text, c));
            }
            this.places[usize::from(code)] = (start, this.text.len() as u32);
        }
        let missing = dict
            .get::<Dict<'_>>("FontDescriptor")
            .and_then(|d| d.get::<Number>("MissingWidth"))
            .map_or(0.0, |n| n.as_f32());
        let given: Vec<f32> = numbers(dict, "Widths");
        let first = dict.get::<Number>("FirstChar").map_or(0, |n| n.as_i64());
        for code in 0..256usize {
            let place = usize::try_from(code as i64 - first).ok();
            let width = match place.and_then(|p| given.get(p)) {
                Some(width) => *width,
                None if given.is_empty() => {
                    let (start, end) = this.places[code];
                    let c = this.text[start as usize..end as usize].chars().next();
                    c.map_or(missing, |c| widths::standard(&base_font, c))
                }
                None => missing,
            };
            this.widths[code] = if width.is_finite() { width * scale } else { 0.0 };
        }
        this
    }
}

impl Composite {
    fn read(dict: &Dict<'_>, to_unicode: Option<CMap>, budget: &mut Budget) -> Self {
        let descendant = dict.get::<Array<'_>>("DescendantFonts").and_then(|a| a.iter::<Dict<'_>>().next());
        let descendant = descendant.unwrap_or_default();
        let cmap = match dict.get::<Object<'_>>("Encoding") {
            Some(Object::Name(name)) => match name.as_ref() {
                b"Identity-H" | b"Identity-V" => None,
                other => predefined(CMapName::from_bytes(other)),
            },
            Some(Object::Stream(stream)) => self::cmap(&stream, budget),
            _ => None,
        };
        let collection = cmap
            .as_ref()
            .and_then(|m| m.metadata().character_collection.as_ref())
            .and_then(|c| c.family.ucs2_cmap())
            .and_then(predefined);
        let mut widths = Vec::new();
        if let Some(array) = descendant.get::<Array<'_>>("W") {
            read_widths(&array, &mut widths);
        }
        let default_width = descendant.get::<Number>("DW").map_or(1000.0, |n| n.as_f32());
        let cache = std::cell::RefCell::new(Vec::new());
        Self { cmap, to_unicode, collection, widths, default_width, cache }
    }

    fn next(&self, bytes: &[u8], at: &mut usize) -> Option<Glyph> {
        let rest = bytes.get(*at..).filter(|rest| !rest.is_empty())?;
        let code = |length: usize| rest.iter().take(length).fold(0u32, |code, b| code << 8 | u32::from(*b));
        let (length, cid) = match &self.cmap {
            None => (2.min(rest.len()), Some(code(2))),
            Some(cmap) => (1..=4.min(rest.len()))
                .find_map(|n| cmap.lookup_cid_code(code(n), n as u8).map(|cid| (n, Some(cid))))
                .unwrap_or((2.min(rest.len()), None)),
        };
        *at += length;
        let width = cid.and_then(|cid| self.widths.get(cid as usize)).copied().filter(|w| w.is_finite());
        let width = width.unwrap_or(self.default_width) / 1000.0;
        Some(Glyph { code: code(length), bytes: length as u8, width })
    }

    fn text(&self, glyph: &Glyph) -> String {
        let place = glyph.code as usize;
        if let Some(Some(text)) = self.cache.borrow().get(place) {
            return text.to_string();
        }
        let mut text = String::new();
        let mut put = |found: Option<BfString>| match found {
            Some(BfString::Char(c)) => push(&mut text, c),
            Some(BfString::String(s)) => s.chars().for_each(|c| push(&mut text, c)),
            None => {}
        };
        match self.to_unicode.as_ref().and_then(|m| m.lookup_bf_string(glyph.code)) {
            Some(found) => put(Some(found)),
            None => {
                let cid = self.cmap.as_ref().and_then(|m| m.lookup_cid_code(glyph.code, glyph.bytes));
                put(cid.zip(self.collection.as_ref()).and_then(|(cid, m)| m.lookup_bf_string(cid)));
            }
        }
        if place <= 0xffff {
            let mut cache = self.cache.borrow_mut();
            if cache.len() <= place {
                cache.resize(place + 1, None);
            }
            cache[place] = Some(text.as_str().into());
        }
        text
    }
}

/// `c [w1 w2 ...]` and `first last w` (ISO 32000-1, 9.7.4.3). Unset widths are not numbers.
fn read_widths(array: &Array<'_>, widths: &mut Vec<f32>) {
    let mut set = |cid: i64, width: f32| {
        let Ok(cid) = usize::try_from(cid) else { return };
        if cid > 0xffff {
            return;
        }
        if widths.len() <= cid {
            widths.resize(cid + 1, f32::NAN);
        }
        widths[cid] = width;
    };
    let mut pending: Vec<f32> = Vec::new();
    for item in array.iter::<Object<'_>>() {
        match item {
            Object::Number(n) => {
                pending.push(n.as_f32());
                if let [first, last, width] = pending[..] {
                    (first as i64..=(last as i64).min(0xffff)).for_each(|cid| set(cid, width));
                    pending.clear();
                }
            }
            Object::Array(list) => {
                let first = pending.pop().unwrap_or(0.0) as i64;
                for (i, width) in list.iter::<Number>().enumerate().take(0x10000) {
                    set(first + i as i64, width.as_f32());
                }
                pending.clear();
            }
            _ => {}
        }
    }
}

fn cmap(stream: &Stream<'_>, budget: &mut Budget) -> Option<CMap> {
    let data = budget.decode(stream).ok().flatten()?;
    CMap::parse(&data, load_embedded)
}

fn predefined(name: CMapName<'_>) -> Option<CMap> {
    CMap::parse(load_embedded(name)?, load_embedded)
}

fn numbers(dict: &Dict<'_>, key: &str) -> Vec<f32> {
    let array = dict.get::<Array<'_>>(key);
    array.map(|a| a.iter::<Number>().map(|n| n.as_f32()).take(0x10000).collect()).unwrap_or_default()
}

/// Adds a character; ligatures as their letters, soft hyphens as hyphens, control and private characters as nothing.
fn push(text: &mut String, c: char) {
    match c {
        '\u{fb00}' => text.push_str("ff"),
        '\u{fb01}' => text.push_str("fi"),
        '\u{fb02}' => text.push_str("fl"),
        '\u{fb03}' => text.push_str("ffi"),
        '\u{fb04}' => text.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => text.push_str("st"),
        '\u{a0}' | '\t' => text.push(' '),
        '\u{ad}' => text.push('-'),
        // Bullets of symbol fonts.
        '\u{f0b7}' | '\u{f0a7}' | '\u{f076}' | '\u{f0d8}' | '\u{f0fc}' => text.push('\u{2022}'),
        '\u{feff}' | '\u{200b}' | '\u{fffd}' => {}
        c if c.is_control() => {}
        c => text.push(c),
    }
}
