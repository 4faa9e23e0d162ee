//! Composite fonts: codes of one to four bytes, mapped to glyphs by a `CMap`.

use std::collections::HashMap;

use hayro_cmap::{CMap, CMapName, CidFamily, WritingMode};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};

use super::super::filter::Decoder;
use super::super::lexer;
use super::super::limits::Stop;
use super::super::truetype;
use super::{Codes, Font, Glyph, Pictures, Strings, Text, unicode};

/// The codes of a composite font.
pub(in super::super) struct Composite {
    /// How codes become glyph numbers; `None` is the identity over two bytes.
    cmap: Option<CMap>,
    /// Byte length, first and last code of each code space; empty means two bytes.
    spaces: Vec<(u8, u32, u32)>,
    to_unicode: Option<CMap>,
    /// From glyph number to character, for the character collections of Adobe.
    collection: Option<CMap>,
    /// The same from the font program, if nothing else tells.
    program: Option<HashMap<u32, char>>,
    pictures: Option<Pictures>,
    widths: Vec<f32>,
    default_width: f32,
    /// The glyphs met so far, by the code's high byte; the last page is for codes of one byte.
    pages: Vec<Option<Box<[Option<Glyph>; 256]>>>,
}

/// More glyph numbers than this a font cannot have.
const MAX_CID: usize = 1 << 16;

impl Composite {
    pub(super) fn load(dict: &Dict<'_>, to_unicode: Option<CMap>, decoder: &mut Decoder) -> Result<Font, Stop> {
        let descendant = dict
            .get::<Array<'_>>("DescendantFonts")
            .and_then(|a| a.iter::<Dict<'_>>().next())
            .or_else(|| dict.get::<Dict<'_>>("DescendantFonts"))
            .unwrap_or_default();
        let base_font = dict.get::<Name<'_>>("BaseFont");
        let pictures = Pictures::of_name(base_font.as_deref().unwrap_or_default());
        let mut spaces = Vec::new();
        let cmap = match dict.get::<Object<'_>>("Encoding") {
            Some(Object::Stream(stream)) => {
                let data = decoder.decode_small(&stream, super::MAX_CMAP)?;
                code_spaces(&data, &mut spaces);
                CMap::parse(&data, hayro_cmap::load_embedded)
            }
            Some(Object::Name(name)) => match CMapName::from_bytes(&name) {
                CMapName::IdentityH => None,
                CMapName::IdentityV => Some(CMap::identity_v()),
                name => hayro_cmap::load_embedded(name).and_then(|data| CMap::parse(data, hayro_cmap::load_embedded)),
            },
            _ => None,
        };
        let vertical = cmap.as_ref().is_some_and(|c| c.metadata().writing_mode == Some(WritingMode::Vertical));
        let collection = if to_unicode.is_none() { collection(&descendant) } else { None };
        let program = match to_unicode.is_none() && collection.is_none() {
            true => program(&descendant, decoder)?,
            false => None,
        };
        let default_width = descendant.get::<f32>("DW").filter(|w| w.is_finite()).unwrap_or(1000.0) * 0.001;
        let widths = widths(&descendant, default_width);
        let composite = Composite {
            cmap,
            spaces,
            to_unicode,
            collection,
            program,
            pictures,
            widths,
            default_width,
            pages: (0..=256).map(|_| None).collect(),
        };
        Ok(Font { codes: Codes::Composite(Box::new(composite)), strings: Strings::default(), height: 1.0, vertical })
    }

    /// The next glyph of a string, and the bytes that its code takes.
    pub(in super::super) fn next(&mut self, bytes: &[u8], strings: &mut Strings) -> (Glyph, usize, u32) {
        let (length, code) = self.code(bytes);
        let slot = match length {
            1 => Some((256, code)),
            2 => Some((code >> 8, code & 0xff)),
            _ => None,
        };
        if let Some((page, i)) = slot
            && let Some(Some(page)) = self.pages.get(page as usize)
            && let Some(Some(glyph)) = page.get(i as usize)
        {
            return (*glyph, length, code);
        }
        let glyph = self.glyph(code, length as u8, strings);
        if let Some((page, i)) = slot
            && let Some(page) = self.pages.get_mut(page as usize)
            && let Some(slot) = page.get_or_insert_with(|| Box::new([None; 256])).get_mut(i as usize)
        {
            *slot = Some(glyph);
        }
        (glyph, length, code)
    }

    /// The length and value of the code at the front of some bytes.
    fn code(&self, bytes: &[u8]) -> (usize, u32) {
        let value = |n: usize| bytes.iter().take(n).fold(0u32, |code, &b| code << 8 | u32::from(b));
        let available = bytes.len().min(4);
        if self.spaces.is_empty() {
            let Some(cmap) = &self.cmap else { return (available.clamp(1, 2), value(2)) };
            // The codes that a predefined map knows tell their length.
            for n in 1..=available {
                if cmap.lookup_cid_code(value(n), n as u8).is_some() {
                    return (n, value(n));
                }
            }
            return (available.clamp(1, 2), value(2));
        }
        for n in 1..=available {
            let code = value(n);
            let inside = |&&(length, low, high): &&(u8, u32, u32)| {
                // Each byte must lie within its own bounds.
                usize::from(length) == n
                    && (0..n).all(|i| {
                        let byte = |v: u32| v >> (8 * i) & 0xff;
                        (byte(low)..=byte(high)).contains(&byte(code))
                    })
            };
            if self.spaces.iter().find(inside).is_some() {
                return (n, code);
            }
        }
        let shortest = self.spaces.iter().map(|s| usize::from(s.0)).min().unwrap_or(1).clamp(1, available.max(1));
        (shortest, value(shortest))
    }

    fn glyph(&self, code: u32, length: u8, strings: &mut Strings) -> Glyph {
        let cid = match &self.cmap {
            None => code,
            Some(cmap) => cmap.lookup_cid_code(code, length).unwrap_or(0),
        };
        let width = self.widths.get(cid as usize).copied().unwrap_or(self.default_width);
        let mut text = String::new();
        let known = match (&self.to_unicode, &self.collection) {
            (Some(cmap), _) => unicode(cmap, code, self.pictures, &mut text),
            (None, Some(collection)) => unicode(collection, cid, self.pictures, &mut text),
            (None, None) => match self.program.as_ref().and_then(|program| program.get(&cid)) {
                Some(&c) => {
                    text.push(c);
                    true
                }
                None => false,
            },
        };
        Glyph { text: if known { strings.intern(&text) } else { Text::NONE }, width }
    }
}

/// The map from glyph numbers to characters of the descendant's character collection.
fn collection(descendant: &Dict<'_>) -> Option<CMap> {
    let info = descendant.get::<Dict<'_>>("CIDSystemInfo")?;
    let registry = info.get::<PdfString<'_>>("Registry")?;
    let ordering = info.get::<PdfString<'_>>("Ordering")?;
    let name = CidFamily::from_registry_ordering(&registry, &ordering).ucs2_cmap()?;
    CMap::parse(hayro_cmap::load_embedded(name)?, hayro_cmap::load_embedded)
}

/// The characters of an embedded TrueType program, where glyph numbers of font and program are the same.
fn program(descendant: &Dict<'_>, decoder: &mut Decoder) -> Result<Option<HashMap<u32, char>>, Stop> {
    let file = descendant.get::<Dict<'_>>("FontDescriptor").and_then(|d| d.get::<Stream<'_>>("FontFile2"));
    let Some(file) = file.filter(|_| descendant.get::<Stream<'_>>("CIDToGIDMap").is_none()) else { return Ok(None) };
    let mut data = Vec::new();
    decoder.decode(&file, &mut data)?;
    Ok(truetype::characters(&data))
}

/// The widths of `/W`: `first [w w w]` and `first last w`, by glyph number.
fn widths(descendant: &Dict<'_>, default: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = Vec::new();
    let Some(array) = descendant.get::<Array<'_>>("W") else { return widths };
    let mut set = |cid: usize, width: f32| {
        if cid < MAX_CID && width.is_finite() {
            if cid >= widths.len() {
                widths.resize(cid + 1, default);
            }
            if let Some(slot) = widths.get_mut(cid) {
                *slot = width * 0.001;
            }
        }
    };
    let mut numbers: [Option<f32>; 2] = [None; 2];
    // Ranges may overlap; each may fill all, so that their number must be bounded.
    let mut work = 1 << 22;
    for item in array.iter::<Object<'_>>() {
        match (item, numbers) {
            (Object::Array(list), [Some(first), _]) => {
                for (i, width) in list.iter::<f32>().enumerate().take(MAX_CID) {
                    set((first.max(0.0) as usize).saturating_add(i), width);
                }
                numbers = [None; 2];
            }
            (Object::Number(n), [Some(first), Some(last)]) => {
                let (first, last) = (first.max(0.0) as usize, (last.max(0.0) as usize).min(MAX_CID - 1));
                for cid in first..=last {
                    set(cid, n.as_f32());
                    work -= 1;
                    if work == 0 {
                        return widths;
                    }
                }
                numbers = [None; 2];
            }
            (Object::Number(n), [None, _]) => numbers[0] = Some(n.as_f32()),
            (Object::Number(n), [Some(_), None]) => numbers[1] = Some(n.as_f32()),
            _ => {}
        }
    }
    widths
}

/// The code spaces of an embedded `CMap`, which `hayro_cmap` reads but does not tell.
fn code_spaces(data: &[u8], spaces: &mut Vec<(u8, u32, u32)>) {
    let mut lexer = lexer::Lexer::new(data);
    let mut scratch = Vec::new();
    let mut low = None;
    let mut inside = false;
    while let Some(token) = lexer.next() {
        match token {
            lexer::Token::Operator(b"begincodespacerange") => inside = true,
            lexer::Token::Operator(b"endcodespacerange") => inside = false,
            _ if inside && spaces.len() < 100 => {
                let Some(bytes) = lexer::string(token, &mut scratch) else { continue };
                let value = bytes.iter().take(4).fold(0u32, |code, &b| code << 8 | u32::from(b));
                match low.take() {
                    None => low = Some(value),
                    Some(low) if (1..=4).contains(&bytes.len()) => spaces.push((bytes.len() as u8, low, value)),
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
}
