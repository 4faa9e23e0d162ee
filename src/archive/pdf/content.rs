//! Content streams: the operators that place text, run over pages and the forms that they draw.

use std::collections::HashMap;

use hayro_syntax::object::{Array, Dict, FromBytes, Name, Object, ObjectIdentifier, Rect, Stream, String as PdfString};
use hayro_syntax::page::{Page as PdfPage, Rotation};

use super::filter::Decoder;
use super::font::{Codes, Font};
use super::lexer::{self, Lexer, Token};
use super::limits::{Budget, Limits, Stop};
use super::words::{Page, Pen, Way};

/// A matrix as PDF writes it: `[a b c d e f]`.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `first`, then `second`.
fn concat(first: &Matrix, second: &Matrix) -> Matrix {
    let [a, b, c, d, e, f] = *first;
    let [g, h, i, j, k, l] = *second;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

/// The state that `q` saves and `Q` restores.
#[derive(Debug, Clone, Copy)]
struct State {
    ctm: Matrix,
    /// An index into [`Reader::fonts`].
    font: usize,
    size: f64,
    char_space: f64,
    word_space: f64,
    /// Horizontal scaling, 1 for 100%.
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Reads the text of a document, page by page.
pub(super) struct Reader {
    pub(super) decoder: Decoder,
    pub(super) budget: Budget,
    depth: usize,
    /// The fonts met so far; the first is the one used where none is found.
    fonts: Vec<Font>,
    by_id: HashMap<ObjectIdentifier, usize>,
    /// The forms being drawn.
    forms: Vec<ObjectIdentifier>,
    pub(super) page: Page,
    /// Whether an image was drawn, and whether glyphs were shown that say nothing.
    pub(super) images: bool,
    pub(super) mute: bool,
    content: Vec<u8>,
    scratch: Vec<u8>,
}

/// The names that a content stream may use.
#[derive(Clone)]
struct Resources<'p> {
    fonts: Dict<'p>,
    forms: Dict<'p>,
    states: Dict<'p>,
    properties: Dict<'p>,
    /// The fonts found by name so far.
    found: Vec<(Vec<u8>, usize)>,
}

impl<'p> Resources<'p> {
    fn new(dict: &Dict<'p>) -> Self {
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
            by_id: HashMap::new(),
            forms: Vec::new(),
            page: Page::default(),
            images: false,
            mute: false,
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
                for item in streams.iter::<Object<'_>>() {
                    if let Object::Stream(stream) = item {
                        self.decoder.decode(&stream, &mut content)?;
                        content.push(b'\n');
                    }
                }
            }
            _ => {}
        }
        let ctm = match page.rotation() {
            Rotation::None => IDENTITY,
            Rotation::Horizontal => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            Rotation::Flipped => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            Rotation::FlippedHorizontal => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
        };
        let state =
            State { ctm, font: 0, size: 1.0, char_space: 0.0, word_space: 0.0, stretch: 1.0, leading: 0.0, rise: 0.0 };
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

    /// Draws what annotations look like: the values of form fields, stamps, typed notes.
    fn annotations(&mut self, page: &PdfPage<'_>, state: &State) -> Result<(), Stop> {
        let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return Ok(()) };
        let none = Resources::new(&Dict::default());
        for annotation in annotations.iter::<Object<'_>>() {
            self.budget.operator()?;
            let Object::Dict(annotation) = annotation else { continue };
            const HIDDEN: i32 = 2;
            const NO_VIEW: i32 = 32;
            if annotation.get::<i32>("F").unwrap_or(0) & (HIDDEN | NO_VIEW) != 0
                || matches!(annotation.get::<Name<'_>>("Subtype").as_deref(), Some(b"Popup" | b"Link"))
            {
                continue;
            }
            let normal = annotation.get::<Dict<'_>>("AP").and_then(|looks| looks.get::<Object<'_>>("N"));
            let stream = match normal {
                Some(Object::Stream(stream)) => stream,
                Some(Object::Dict(states)) => {
                    let Some(stream) =
                        annotation.get::<Name<'_>>("AS").and_then(|name| states.get::<Stream<'_>>(&*name))
                    else {
                        continue;
                    };
                    stream
                }
                _ => continue,
            };
            let (Some(rect), Some(bbox)) = (annotation.get::<Rect>("Rect"), stream.dict().get::<Rect>("BBox")) else {
                continue;
            };
            // The box of the form, turned by its matrix, is fitted into the rectangle.
            let m = stream.dict().get::<[f32; 6]>("Matrix").map_or(IDENTITY, |m| m.map(f64::from));
            let corners = [(bbox.x0, bbox.y0), (bbox.x1, bbox.y0), (bbox.x0, bbox.y1), (bbox.x1, bbox.y1)]
                .map(|(x, y)| (x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]));
            let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
            for (x, y) in corners {
                low = (low.0.min(x), low.1.min(y));
                high = (high.0.max(x), high.1.max(y));
            }
            let scale = |size: f64, of: f64| if of > 0.0 { size / of } else { 1.0 };
            let (sx, sy) = (scale(rect.width(), high.0 - low.0), scale(rect.height(), high.1 - low.1));
            let fit = [sx, 0.0, 0.0, sy, rect.x0 - low.0 * sx, rect.y0 - low.1 * sy];
            let state = State { ctm: concat(&fit, &state.ctm), ..*state };
            self.form(&stream, &state, &none)?;
        }
        Ok(())
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
                    operands.array.push(token);
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
                        state.ctm = concat(&m, &state.ctm);
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
        resources.found.push((name.to_vec(), font));
        Ok(font)
    }

    fn load(&mut self, dict: &Dict<'_>, id: Option<ObjectIdentifier>) -> Result<usize, Stop> {
        self.budget.time()?;
        self.fonts.push(Font::load(dict, &mut self.decoder)?);
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

    fn form(&mut self, stream: &Stream<'_>, state: &State, outer: &Resources<'_>) -> Result<(), Stop> {
        let id = stream.obj_id();
        if self.forms.len() >= self.depth || self.forms.contains(&id) {
            return Ok(());
        }
        let mut state = *state;
        if let Some(m) = stream.dict().get::<[f32; 6]>("Matrix") {
            state.ctm = concat(&m.map(f64::from), &state.ctm);
        }
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

    /// Shows the strings among some tokens; the numbers between them move the pen.
    fn show(&mut self, tokens: &[Token<'_>], state: &State, matrix: &mut Matrix) -> Result<(), Stop> {
        let Some(font) = self.fonts.get_mut(state.font) else { return Ok(()) };
        let m = concat(matrix, &state.ctm);
        // The unit vector along which the text runs, and how long a unit of text space is on the page.
        let (along, across) = if font.vertical { ([-m[2], -m[3]], [m[0], m[1]]) } else { ([m[0], m[1]], [m[2], m[3]]) };
        let unit = along[0].hypot(along[1]);
        let height = if font.vertical { unit } else { across[0].hypot(across[1]) };
        if unit <= 0.0 || !(unit + height + m[4] + m[5]).is_finite() {
            return Ok(());
        }
        let stretch = if font.vertical { 1.0 } else { state.stretch };
        let sign = if state.size * stretch < 0.0 { -1.0 } else { 1.0 };
        let (ux, uy) = (sign * along[0] / unit, sign * along[1] / unit);
        let (x, y) = (m[4] + state.rise * m[2], m[5] + state.rise * m[3]);
        // Text that is turned by less than three degrees is straight enough.
        let (way, start, base) = if ux > 0.9986 {
            (Way::Right, x, -y)
        } else if uy > 0.9986 {
            (Way::Up, y, x)
        } else if ux < -0.9986 {
            (Way::Left, -x, y)
        } else if uy < -0.9986 {
            (Way::Down, -y, -x)
        } else {
            (Way::Slanted, x * ux + y * uy, x * uy - y * ux)
        };
        let size = (state.size * height * font.height).abs();
        let pen = Pen { way, along: start, base, size };
        self.page.place(&pen);

        // In text space: how far the pen has moved.
        let mut moved = 0.0f64;
        let scale = unit * sign;
        let mut shown = 0usize;
        let mut strings = std::mem::take(&mut font.strings);
        for token in tokens {
            if let Token::Number(n) = token {
                moved -= n * 0.001 * state.size * stretch;
                continue;
            }
            let Some(mut bytes) = lexer::string(*token, &mut self.scratch) else { continue };
            while let Some(&first) = bytes.first() {
                let (glyph, length, code) = match &mut font.codes {
                    Codes::Simple(table) => (table[usize::from(first)], 1, u32::from(first)),
                    Codes::Composite(composite) => composite.next(bytes, &mut strings),
                };
                bytes = bytes.get(length.max(1)..).unwrap_or_default();
                shown += 1;
                let width = if font.vertical { 1.0 } else { f64::from(glyph.width) } * state.size * stretch;
                let x0 = start + moved * scale;
                let mut advance = width + state.char_space * stretch;
                if length == 1 && code == 32 {
                    advance += state.word_space * stretch;
                }
                moved += advance;
                // The space between letters belongs to the letter, so that spaced headings stay words.
                let letter = if (state.char_space * stretch * unit).abs() < size { advance } else { width };
                let x1 = x0 + letter * scale;
                if self.page.hides(&pen, x0, x1) {
                    continue;
                }
                match glyph.text.char() {
                    Some(c) if c == ' ' || c.is_whitespace() => self.page.space(),
                    Some(c) => self.page.glyph(&pen, x0, x1, c.encode_utf8(&mut [0; 4])),
                    None => match strings.get(glyph.text) {
                        "" => self.mute = true,
                        text => self.page.glyph(&pen, x0, x1, text),
                    },
                }
            }
        }
        font.strings = strings;
        let (dx, dy) = if font.vertical { (0.0, -moved) } else { (moved, 0.0) };
        *matrix = concat(&[1.0, 0.0, 0.0, 1.0, dx, dy], matrix);
        self.budget.glyphs(shown)
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
