//! The fonts of a letter: names, and the widths of their characters in thousandths of the size.

/// A font of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    /// Running text.
    Times,
    /// Headings and labels.
    TimesBold,
    /// Values of the header.
    Arial,
    /// Labels of the header.
    ArialBold,
    /// Bullets.
    Symbol,
}

impl Font {
    /// Every font, in the order of its object.
    pub const ALL: [Self; 5] = [Self::Times, Self::TimesBold, Self::Arial, Self::ArialBold, Self::Symbol];

    /// The name of the standard font, and that of the font which word processors use in its place.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Times => ("Times-Roman", "TimesNewRomanPSMT"),
            Self::TimesBold => ("Times-Bold", "TimesNewRomanPS-BoldMT"),
            Self::Arial => ("Helvetica", "ArialMT"),
            Self::ArialBold => ("Helvetica-Bold", "Arial-BoldMT"),
            Self::Symbol => ("Symbol", "Symbol"),
        }
    }

    /// The width of a character of the Windows encoding.
    pub fn width(self, code: u8) -> usize {
        let (ascii, quote, double_quote, dash) = match self {
            Self::Times => (&TIMES, 333, 444, 500),
            Self::TimesBold => (&TIMES_BOLD, 333, 500, 500),
            Self::Arial => (&ARIAL, 222, 333, 556),
            Self::ArialBold => (&ARIAL_BOLD, 278, 500, 556),
            Self::Symbol => return 460,
        };
        usize::from(match code {
            32..=126 => ascii[usize::from(code) - 32],
            145 | 146 => quote,
            147 | 148 => double_quote,
            149 => 350,
            _ => dash,
        })
    }

    /// The width of a text.
    pub fn text_width(self, text: &str) -> usize {
        text.chars().map(|c| self.width(encode(c))).sum()
    }
}

/// The code of a character in the Windows encoding.
pub fn encode(c: char) -> u8 {
    match c {
        '‘' => 145,
        '’' => 146,
        '“' => 147,
        '”' => 148,
        '•' => 149,
        '–' => 150,
        ' '..='~' => c as u8,
        _ => panic!("no invented letter has a `{c}`"),
    }
}

#[rustfmt::skip]
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];
#[rustfmt::skip]
const TIMES_BOLD: [u16; 95] = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944,
    722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556,
    444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394,
    220, 394, 520,
];
#[rustfmt::skip]
const ARIAL: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
#[rustfmt::skip]
const ARIAL_BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];
