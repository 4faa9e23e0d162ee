//! Content streams: the operators that place text, run over pages and the forms that they draw.

use std::collections::HashMap;

use hayro_syntax::object::{
    Array, Dict, FromBytes, MaybeRef, Name, Object, ObjectIdentifier, Stream, String as PdfString,
};
use hayro_syntax::page::{Page as PdfPage, Rotation};

use super::filter::Decoder;
use super::font::Font;
use super::lexer::{Lexer, Token};
use super::limits::{Budget, Limits, Stop};
use super::state::{IDENTITY, State, concat};
use super::words::Page;

/// Memory for fonts, in units of [`Font::weight`]; a letter has ten fonts.
const MAX_FONT_WEIGHT: usize = 1 << 15;
/// Elements of an array: of a string for each letter of a page.
const MAX_ARRAY: usize = 1 << 20;
/// Names found by looking through the list of them.
const MAX_FOUND: usize = 256;

/// Reads the text of a document, page by page.
pub(super) struct Reader {
    pub(super) decoder: Decoder,
    pub(super) budget: Budget,
    depth: usize,
    /// The fonts met so far; the first is the one used where none is found.
    pub(super) fonts: Vec<Font>,
    font_weight: usize,
    by_id: HashMap<ObjectIdentifier, usize>,
    /// The forms being drawn.
    forms: Vec<ObjectIdentifier>,
    pub(super) page: Page,
    /// Whether an image was drawn, and whether glyphs were shown that say nothing.
    pub(super) images: bool,
    pub(super) mute: bool,
    /// Whether content or a font that a page names was not there.
    pub(super) lost: bool,
    content: Vec<u8>,
    pub(super) scratch: Vec<u8>,
}

/// The names that a content stream may use.
#[derive(Clone)]
pub(super) struct Resources<'p> {
    fonts: Dict<'p>,
    forms: Dict<'p>,
    states: Dict<'p>,
    properties: Dict<'p>,
    /// The fonts found by name so far.
    found: Vec<(Vec<u8>, usize)>,
}

impl<'p> Resources<'p> {
    pub(super) fn new(dict: &Dict<'p>) -> Self {
        let part = |key| dict.get::<Dict<'_>>(key).unwrap_or_default();
        Self {
            fonts: part("Font"),
            forms: part("XObject"),
            states: part("ExtGState"),
            properties: part("Properties"),
            found: Vec::new(),
        }
    }
}

/// Operands before an operator: no operator of interest takes more than six.
#[derive(Default)]
struct Operands<'a> {
    tokens: Vec<Token<'a>>,
    /// The elements of the array, if one was read.
    array: Vec<Token<'a>>,
}

impl<'a> Operands<'a> {
    /// The last `N` operands as numbers, 0 for what is none.
    fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let start = self.tokens.len().checked_sub(N)?;
        let mut numbers = [0.0; N];
        for (slot, token) in numbers.iter_mut().zip(self.tokens.iter().skip(start)) {
            if let Token::Number(n) = token {
                *slot = *n;
            }
        }
        Some(numbers)
    }

    fn number(&self) -> Option<f64> {
        self.numbers::<1>().map(|[n]| n)
    }

    fn last(&self) -> Option<Token<'a>> {
        self.tokens.last().copied()
    }
}

impl Reader {
    pub(super) fn new(limits: &Limits, budget: Budget) -> Self {
        Self {
            decoder: Decoder::new(limits.decoded_bytes),
            budget,
            depth: limits.form_depth,
            fonts: vec![Font::missing()],
            font_weight: 0,
            by_id: HashMap::new(),
            forms: Vec::new(),
            page: Page::default(),
            images: false,
            mute: false,
            lost: false,
            content: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Reads a page into [`Reader::page`].
    pub(super) fn read_page(&mut self, page: &PdfPage<'_>) -> Result<(), Stop> {
        self.page.clear();
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        match page.raw().get::<Object<'_>>("Contents") {
            Some(Object::Stream(stream)) => self.decoder.decode(&stream, &mut content)?,
            Some(Object::Array(streams)) => {
                // One that is missing does not hide those that follow.
                for item in streams.raw_iter() {
                    let MaybeRef::Ref(id) = item else { continue };
                    match page.xref().get::<Stream<'_>>(id.into()) {
                        Some(stream) => {
                            self.decoder.decode(&stream, &mut content)?;
                            content.push(b'\n');
                        }
                        None => self.lost = true,
                    }
                }
            }
            // A page may be empty, but not point to nothing.
            _ => self.lost |= page.raw().contains_key("Contents"),
        }
        let ctm = match page.rotation() {
            Rotation::None => IDENTITY,
            Rotation::Horizontal => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            Rotation::Flipped => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            Rotation::FlippedHorizontal => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
        };
        let state = State::new(ctm);
        let known = page.resources();
        let mut resources = Resources {
            fonts: known.fonts.clone(),
            forms: known.x_objects.clone(),
            states: known.ext_g_states.clone(),
            properties: known.properties.clone(),
            found: Vec::new(),
        };
        let result = self.run(&content, state, &mut resources);
        self.content = content;
        result?;
        self.annotations(page, &state)
    }

    fn run(&mut self, data: &[u8], initial: State, resources: &mut Resources<'_>) -> Result<(), Stop> {
        let mut state = initial;
        let mut saved: Vec<State> = Vec::new();
        let (mut matrix, mut line) = (IDENTITY, IDENTITY);
        let mut lexer = Lexer::new(data);
        let mut operands = Operands::default();
        let mut in_array = false;
        // How many spans of marked content are open, and the one among them whose text is given.
        let mut marked = 0u32;
        let mut replaced: Option<u32> = None;
        while let Some(token) = lexer.next() {
            let operator = match token {
                Token::Operator(operator) => operator,
                Token::Open => {
                    in_array = true;
                    operands.array.clear();
                    continue;
                }
                Token::Close => {
                    in_array = false;
                    continue;
                }
                token if in_array => {
                    if operands.array.len() < MAX_ARRAY {
                        operands.array.push(token);
                    }
                    continue;
                }
                token => {
                    if operands.tokens.len() >= 64 {
                        // Garbage; the operands of the next operator come last.
                        operands.tokens.drain(..32);
                    }
                    operands.tokens.push(token);
                    continue;
                }
            };
            in_array = false;
            self.budget.operator()?;
            match operator {
                b"q" if saved.len() < 1024 => saved.push(state),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => {
                    if let Some(m) = operands.numbers::<6>() {
                        state = state.moved(&m);
                    }
                }
                b"BT" => (matrix, line) = (IDENTITY, IDENTITY),
                b"Tf" => {
                    if let [.., Token::Name(name), Token::Number(size)] = operands.tokens.as_slice() {
                        state.font = self.font(name, resources)?;
                        state.size = *size;
                    }
                }
                b"Td" | b"TD" => {
                    if let Some([x, y]) = operands.numbers::<2>() {
                        if operator == b"TD" {
                            state.leading = -y;
                        }
                        line = concat(&[1.0, 0.0, 0.0, 1.0, x, y], &line);
                        matrix = line;
                    }
                }
                b"Tm" => {
                    if let Some(m) = operands.numbers::<6>() {
                        (matrix, line) = (m, m);
                    }
                }
                b"T*" => {
                    line = concat(&[1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], &line);
                    matrix = line;
                }
                b"Tc" => state.char_space = operands.number().unwrap_or(0.0),
                b"Tw" => state.word_space = operands.number().unwrap_or(0.0),
                b"Tz" => state.stretch = operands.number().unwrap_or(100.0) / 100.0,
                b"TL" => state.leading = operands.number().unwrap_or(0.0),
                b"Ts" => state.rise = operands.number().unwrap_or(0.0),
                b"Tj" => {
                    if let Some(token) = operands.last() {
                        self.show(&[token], &state, &mut matrix)?;
                    }
                }
                b"TJ" => self.show(&operands.array, &state, &mut matrix)?,
                b"'" | b"\"" => {
                    if operator == b"\""
                        && let [.., Token::Number(word), Token::Number(char), _] = operands.tokens.as_slice()
                    {
                        (state.word_space, state.char_space) = (*word, *char);
                    }
                    line = concat(&[1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], &line);
                    matrix = line;
                    if let Some(token) = operands.last() {
                        self.show(&[token], &state, &mut matrix)?;
                    }
                }
                b"Do" => {
                    if let Some(Token::Name(name)) = operands.last() {
                        self.draw(name, &state, resources)?;
                    }
                }
                b"gs" => {
                    if let Some(Token::Name(name)) = operands.last()
                        && let Some((font, size)) = self.state_font(name, resources)?
                    {
                        (state.font, state.size) = (font, size);
                    }
                }
                b"BMC" => marked += 1,
                b"BDC" => {
                    marked += 1;
                    if replaced.is_none()
                        && let Some(text) = operands.last().and_then(|token| actual_text(token, resources))
                    {
                        replaced = Some(marked);
                        self.page.begin_replaced(text);
                    }
                }
                b"EMC" => {
                    if replaced.take_if(|&mut depth| depth == marked).is_some() {
                        self.page.end_replaced();
                    }
                    marked = marked.saturating_sub(1);
                }
                b"BI" => {
                    self.images = true;
                    lexer.skip_inline_image();
                }
                _ => {}
            }
            operands.tokens.clear();
        }
        if replaced.is_some() {
            self.page.end_replaced();
        }
        Ok(())
    }

    /// The font that a name means here.
    fn font(&mut self, name: &[u8], resources: &mut Resources<'_>) -> Result<usize, Stop> {
        if let Some((_, font)) = resources.found.iter().find(|(n, _)| n == name) {
            return Ok(*font);
        }
        let font = match Name::new(name) {
            Some(key) => {
                // A dictionary that is no object of its own bears the number of the object around it.
                let id = resources.fonts.get_ref(&*key).map(ObjectIdentifier::from);
                match id.and_then(|id| self.by_id.get(&id)) {
                    Some(font) => *font,
                    None => match resources.fonts.get::<Dict<'_>>(&*key) {
                        Some(dict) => self.load(&dict, id)?,
                        None => 0,
                    },
                }
            }
            None => 0,
        };
        self.lost |= font == 0;
        if resources.found.len() < MAX_FOUND {
            resources.found.push((name.to_vec(), font));
        }
        Ok(font)
    }

    fn load(&mut self, dict: &Dict<'_>, id: Option<ObjectIdentifier>) -> Result<usize, Stop> {
        self.budget.time()?;
        let font = Font::load(dict, &mut self.decoder)?;
        self.font_weight += font.weight();
        if self.font_weight > MAX_FONT_WEIGHT {
            return Err(Stop::Limit("has too many fonts"));
        }
        self.fonts.push(font);
        let font = self.fonts.len() - 1;
        if let Some(id) = id {
            self.by_id.insert(id, font);
        }
        Ok(font)
    }

    /// The font and its size that a graphics state brings.
    fn state_font(&mut self, name: &[u8], resources: &Resources<'_>) -> Result<Option<(usize, f64)>, Stop> {
        let font = Name::new(name)
            .and_then(|name| resources.states.get::<Dict<'_>>(&*name))
            .and_then(|state| state.get::<Array<'_>>("Font"));
        let Some(font) = font else { return Ok(None) };
        let id = font.raw_iter().next().and_then(|item| item.as_obj_ref()).map(ObjectIdentifier::from);
        let mut items = font.flex_iter();
        let (Some(dict), Some(size)) = (items.next::<Dict<'_>>(), items.next::<f32>()) else { return Ok(None) };
        let font = match id.and_then(|id| self.by_id.get(&id)) {
            Some(font) => *font,
            None => self.load(&dict, id)?,
        };
        Ok(Some((font, f64::from(size))))
    }

    /// Draws a form; notes an image.
    fn draw(&mut self, name: &[u8], state: &State, resources: &Resources<'_>) -> Result<(), Stop> {
        let Some(stream) = Name::new(name).and_then(|name| resources.forms.get::<Stream<'_>>(&*name)) else {
            return Ok(());
        };
        match stream.dict().get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Image") => {
                self.images = true;
                Ok(())
            }
            Some(b"Form") | None => self.form(&stream, state, resources),
            _ => Ok(()),
        }
    }

    pub(super) fn form(&mut self, stream: &Stream<'_>, state: &State, outer: &Resources<'_>) -> Result<(), Stop> {
        let id = stream.obj_id();
        if self.forms.len() >= self.depth || self.forms.contains(&id) {
            return Ok(());
        }
        let state = match stream.dict().get::<[f32; 6]>("Matrix") {
            Some(m) => state.moved(&m.map(f64::from)),
            None => *state,
        };
        let mut content = Vec::new();
        self.decoder.decode(stream, &mut content)?;
        let mut resources = match stream.dict().get::<Dict<'_>>("Resources") {
            Some(dict) => Resources::new(&dict),
            // Old forms use the names of the page that draws them.
            None => Resources { found: Vec::new(), ..outer.clone() },
        };
        self.forms.push(id);
        let result = self.run(&content, state, &mut resources);
        self.forms.pop();
        result
    }
}

/// The text that a span of marked content stands for, whatever its glyphs show.
fn actual_text(properties: Token<'_>, resources: &Resources<'_>) -> Option<String> {
    const KEY: &str = "ActualText";
    let text = match properties {
        Token::Dict(data) if memchr::memmem::find(data, KEY.as_bytes()).is_some() => {
            text_string(&Dict::from_bytes(data)?.get::<PdfString<'_>>(KEY)?)
        }
        Token::Name(name) => {
            let properties = resources.properties.get::<Dict<'_>>(&*Name::new(name)?)?;
            text_string(&properties.get::<PdfString<'_>>(KEY)?)
        }
        _ => return None,
    };
    Some(text)
}

/// A string of text as it stands outside content: UTF-16 or UTF-8 with a mark at its front, otherwise bytes.
fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}
