//! The text layer of PDFs: fonts, placement, layout, and files made to break the reader.

use imr::ErrorKind;
use imr::archive::pdf;

use crate::pdf_build::{Builder, HELVETICA, helvetica, with_font};

fn text(bytes: &[u8]) -> String {
    pdf::text(bytes).unwrap_or_else(|error| panic!("{error:?}"))
}

fn kind(bytes: &[u8]) -> (ErrorKind, String) {
    match pdf::text(bytes) {
        Ok(text) => panic!("read as {text:?}"),
        Err(error) => (error.kind(), error.message().to_owned()),
    }
}

/// Content and the text that it must give, in Helvetica.
const PLACEMENT: &[(&str, &str, &str)] = &[
    ("a line", "BT /F1 12 Tf 72 700 Td (Priority: Standard) Tj ET", "Priority: Standard\n"),
    (
        "lines by Td, TL, T*, ' and \"",
        "BT /F1 12 Tf 14 TL 72 700 Td (one) Tj T* (two) Tj (three) ' 0 0 (four) \" ET",
        "one\ntwo\nthree\nfour\n",
    ),
    ("TD sets the leading", "BT /F1 12 Tf 72 700 Td (one) Tj 0 -14 TD (two) Tj T* (three) Tj ET", "one\ntwo\nthree\n"),
    ("kerning within a word", "BT /F1 12 Tf 72 700 Td [(Aw)80(ay)] TJ ET", "Away\n"),
    ("kerning as a space", "BT /F1 12 Tf 72 700 Td [(hand)-278(therapy)] TJ ET", "hand therapy\n"),
    ("word spacing", "BT /F1 12 Tf 5 Tw 72 700 Td (hand therapy) Tj ET", "hand therapy\n"),
    ("letter spacing", "BT /F1 12 Tf 4 Tc 72 700 Td (HOW THE) Tj ET", "HOW THE\n"),
    ("letter spacing by kerning", "BT /F1 12 Tf 72 700 Td [(H)-250(O)-250(W)-800(T)-250(H)-250(E)] TJ ET", "HOW THE\n"),
    ("narrow letters", "BT /F1 12 Tf 50 Tz 72 700 Td (hand) Tj (therapy) Tj ET", "handtherapy\n"),
    ("wide letters by matrix", "BT /F1 1 Tf 24 0 0 12 72 700 Tm (hand) Tj 2.6 0 Td (therapy) Tj ET", "hand therapy\n"),
    (
        "superscript",
        "BT /F1 12 Tf 72 700 Td (the 1) Tj /F1 7 Tf 5 Ts (st) Tj /F1 12 Tf 0 Ts ( visit) Tj ET",
        "the 1st visit\n",
    ),
    ("invisible text of a scan", "BT 3 Tr /F1 12 Tf 72 700 Td (recognised) Tj ET", "recognised\n"),
    (
        "scaled by cm within q",
        "q 2 0 0 2 0 0 cm BT /F1 6 Tf 36 350 Td (one) Tj ET Q BT /F1 12 Tf 72 686 Td (two) Tj ET",
        "one\ntwo\n",
    ),
    (
        "drawn twice to look bold",
        "BT /F1 12 Tf 72 700 Td (bold words) Tj ET BT /F1 12 Tf 72.3 700 Td (bold words) Tj ET",
        "bold words\n",
    ),
    (
        "drawn twice letter by letter",
        "BT /F1 12 Tf 72 700 Td (H) Tj -.2 0 Td (H) Tj 8.9 0 Td (I) Tj -.2 0 Td (I) Tj ET",
        "HI\n",
    ),
    (
        "paragraphs",
        "BT /F1 12 Tf 14 TL 72 700 Td (one) Tj T* (two) Tj 0 -28 Td (three) Tj T* (four) Tj ET",
        "one\ntwo\n\nthree\nfour\n",
    ),
    (
        "double spacing is no paragraph",
        "BT /F1 12 Tf 28 TL 72 700 Td (a) Tj T* (b) Tj T* (c) Tj T* (d) Tj T* (e) Tj T* (f) Tj T* (g) Tj ET",
        "a\nb\nc\nd\ne\nf\ng\n",
    ),
    ("bullet on its line", "BT /F1 12 Tf 72 700 Td (\\225) Tj 18 0 Td (Office notes) Tj ET", "•  Office notes\n"),
    ("octal and escapes", "BT /F1 12 Tf 72 700 Td (\\(a\\)\\134\\053\\\n\\101) Tj ET", "(a)\\+A\n"),
    ("hexadecimal", "BT /F1 12 Tf 72 700 Td <48 49 5> Tj ET", "HIP\n"),
    (
        "given text",
        "/Span << /ActualText <FEFF00660069> >> BDC BT /F1 12 Tf 72 700 Td (*) Tj ET EMC BT /F1 12 Tf 76.7 700 Td (nal) Tj ET",
        "final\n",
    ),
    (
        "an inline image is skipped",
        "BI /W 2 /H 2 /BPC 8 /CS /G ID \x01EI(\x02 EI BT /F1 12 Tf 72 700 Td (after) Tj ET",
        "after\n",
    ),
    ("garbage between operators", "1 2 ] >> ) foo BT /F1 12 Tf 72 700 Td } (here) Tj ET", "here\n"),
    ("numbers without end", "BT /F1 12 Tf 72 700 Td (near) Tj 99999999999999999999999999999 0 Td (far) Tj ET", "near"),
];

#[test]
fn placement() {
    for (name, content, want) in PLACEMENT {
        let got = pdf::text(&helvetica(content)).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        match *name {
            "numbers without end" => assert!(got.starts_with(want), "{name}: {got:?}"),
            _ => assert_eq!(got, *want, "{name}"),
        }
    }
}

/// Font dictionary, string, and the text that it must give.
const FONTS: &[(&str, &str, &str, &str)] = &[
    (
        "differences",
        "/Subtype /Type1 /BaseFont /Times-Roman /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /A /fi 65 /uni20AC /u1F600 /one.oldstyle /f_f_i /nonsense] >>",
        "(\\001\\002 ABCDE)",
        "Afi €\u{1F600}1ffi",
    ),
    ("standard encoding", "/Subtype /Type1 /BaseFont /Times-Roman", "(it's \\256nal)", "it’s final"),
    (
        "mac roman",
        "/Subtype /TrueType /BaseFont /Arial /Encoding /MacRomanEncoding",
        "(caf\\216 \\322x\\323)",
        "café “x”",
    ),
    (
        "windows",
        "/Subtype /TrueType /BaseFont /Arial /Encoding /WinAnsiEncoding",
        "(caf\\351 \\223x\\224 \\226)",
        "café “x” –",
    ),
    ("TrueType without encoding", "/Subtype /TrueType /BaseFont /Arial", "(\\223x\\224)", "“x”"),
    ("symbol", "/Subtype /Type1 /BaseFont /Symbol", "(\\267 a \\263 b)", "• α ≥ β"),
    ("dingbats", "/Subtype /Type1 /BaseFont /ZapfDingbats", "(4 l)", "✔ ●"),
    ("wingdings", "/Subtype /TrueType /BaseFont /ABCDEF+Wingdings-Regular", "(\\247 \\374)", "▪ ✓"),
    (
        "direct widths",
        "/Subtype /TrueType /BaseFont /Arial /FirstChar 97 /LastChar 98 /Widths [500 500] /Encoding /WinAnsiEncoding",
        "[(a)-600(b)]",
        "a b",
    ),
    (
        "type 3",
        "/Subtype /Type3 /FontMatrix [0.01 0 0 0.01 0 0] /FontBBox [0 0 60 70] /FirstChar 97 /Widths [60 60] /CharProcs << >> /Encoding << /Differences [97 /x /y] >>",
        "[(ab)-300(a)]",
        "xy x",
    ),
    (
        "no-break space and control characters",
        "/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding",
        "(hand\\240therapy\\001)",
        "hand therapy",
    ),
];

#[test]
fn simple_fonts() {
    for (name, font, string, want) in FONTS {
        let show = if string.starts_with('[') { "TJ" } else { "Tj" };
        let got = pdf::text(&with_font(font, &format!("BT /F1 12 Tf 72 700 Td {string} {show} ET")));
        assert_eq!(got.as_deref().map_err(ToString::to_string), Ok(&*format!("{want}\n")), "{name}");
    }
}

/// A composite font with this `ToUnicode` map and encoding.
fn composite(to_unicode: Option<&str>, encoding: &str, descendant: &str, show: &str) -> Vec<u8> {
    let mut pdf = Builder::new();
    let map = to_unicode.map_or(String::new(), |body| {
        let map = pdf.stream(
            "",
            format!("begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {body} endcmap").as_bytes(),
        );
        format!("/ToUnicode {map} 0 R")
    });
    let encoding = match encoding.strip_prefix("begincmap") {
        Some(_) => format!("{} 0 R", pdf.stream("/Type /CMap", encoding.as_bytes())),
        None => encoding.to_owned(),
    };
    let descendant = pdf.object(format!("<< /Type /Font /BaseFont /Invented {descendant} >>"));
    let font = pdf.object(format!(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Invented /Encoding {encoding} {map} /DescendantFonts [{descendant} 0 R] >>"
    ));
    pdf.page(&format!("/Resources << /Font << /F1 {font} 0 R >> >>"), &format!("BT /F1 12 Tf 72 700 Td {show} ET"));
    pdf.finish()
}

const IDENTITY: &str = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>";

#[test]
fn composite_fonts() {
    let type2 = format!("/Subtype /CIDFontType2 {IDENTITY} /DW 500 /W [3 [700 300] 10 12 250]");
    let map = "2 beginbfchar <0003> <0057> <000b> <00660066> endbfchar 1 beginbfrange <0004> <0008> <0061> endbfrange";
    let bytes = composite(Some(map), "/Identity-H", &type2, "[<00030004000b>-500<0005>] TJ");
    assert_eq!(text(&bytes), "Waff b\n");

    // One byte for spaces, two for the rest, to glyph numbers that name characters of a collection.
    let cmap = "begincmap 2 begincodespacerange <20> <20> <8140> <81ff> endcodespacerange \
                1 begincidrange <8140> <8150> 34 endcidrange 1 begincidchar <20> 1 endcidchar endcmap";
    let japan =
        "/Subtype /CIDFontType0 /DW 600 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>";
    assert_eq!(text(&composite(None, cmap, japan, "<81408141208142> Tj")), "AB C\n");
    assert_eq!(text(&composite(None, "/90ms-RKSJ-H", japan, "<4842> Tj")), "HB\n");

    // Nothing tells the characters.
    let (kind, message) = kind(&composite(None, "/Identity-H", &type2, "<00030004> Tj"));
    assert_eq!((kind, &*message), (ErrorKind::PdfNoText, "has text, but does not tell which characters it is made of"));
}

/// A TrueType file with nothing but a character map of format 4: `A` to `Z` are the glyphs 36 to 61.
fn truetype() -> Vec<u8> {
    let segments: [u16; 2] = [u16::from(b'A'), 0xffff];
    let mut subtable: Vec<u16> = vec![4, 32, 0, 4, 0, 0, 0];
    subtable.extend([u16::from(b'Z'), 0xffff, 0]);
    subtable.extend(segments);
    subtable.extend([36u16.wrapping_sub(u16::from(b'A')), 1, 0, 0]);
    let mut cmap: Vec<u16> = vec![0, 1, 3, 1, 0, 12];
    cmap.extend(subtable);
    let mut file = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    file.extend_from_slice(b"cmap\0\0\0\0\0\0\0\x1c");
    file.extend_from_slice(&(cmap.len() as u32 * 2).to_be_bytes());
    file.extend(cmap.into_iter().flat_map(u16::to_be_bytes));
    file
}

#[test]
fn composite_font_read_from_its_program() {
    let mut pdf = Builder::new();
    let file = pdf.stream("", &truetype());
    let font = pdf.object(format!(
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font \
         /Subtype /CIDFontType2 {IDENTITY} /CIDToGIDMap /Identity /FontDescriptor << /FontFile2 {file} 0 R >> >>] >>"
    ));
    pdf.page(&format!("/Resources << /Font << /F1 {font} 0 R >> >>"), "BT /F1 12 Tf 72 700 Td <002B002C0033> Tj ET");
    assert_eq!(text(&pdf.finish()), "HIP\n");
}

#[test]
fn built_in_encoding_of_a_type_1_program() {
    let mut pdf = Builder::new();
    let program = b"%!FontType1\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 1 /H put\ndup 2 /I put\nreadonly def\ncurrentfile eexec\n";
    let file = pdf.stream("", program);
    pdf.page(
        &format!(
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /X /FirstChar 1 /Widths [700 300] \
             /FontDescriptor << /FontFile {file} 0 R >> >> >> >>"
        ),
        "BT /F1 12 Tf 72 700 Td (\\001\\002) Tj ET",
    );
    assert_eq!(text(&pdf.finish()), "HI\n");
}

/// The header of a letter as a table, one string for each cell.
const CELLS: &[(u32, u32, &str)] = &[
    (72, 700, "Case Number:"),
    (180, 700, "CM15-9900001"),
    (72, 686, "Date Assigned:"),
    (180, 686, "03/12/2015"),
    (330, 686, "Date of Injury:"),
    (450, 686, "07/04/2012"),
    (72, 672, "Priority:"),
    (180, 672, "Standard"),
    (330, 672, "Application"),
    (450, 672, "03/10/2015"),
    (330, 658, "Received:"),
];

fn table(order: impl Iterator<Item = usize>) -> Vec<u8> {
    let cell = |i: usize| {
        let (x, y, text) = CELLS[i];
        format!("BT /F1 11 Tf {x} {y} Td ({text}) Tj ET\n")
    };
    helvetica(&order.map(cell).collect::<String>())
}

#[test]
fn table_rows_whatever_the_order_of_drawing() {
    let want = text(&table(0..CELLS.len()));
    let rows: Vec<Vec<&str>> =
        want.lines().map(|l| l.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["Case Number:", "CM15-9900001"],
            vec!["Date Assigned:", "03/12/2015", "Date of Injury:", "07/04/2012"],
            vec!["Priority:", "Standard", "Application", "03/10/2015"],
            vec!["Received:"],
        ],
        "{want}"
    );
    // Column by column, backwards, and shuffled by a step.
    assert_eq!(text(&table([0, 2, 6, 1, 3, 7, 4, 8, 10, 5, 9].into_iter())), want);
    assert_eq!(text(&table((0..CELLS.len()).rev())), want);
    for step in 2..CELLS.len() {
        assert_eq!(text(&table((0..CELLS.len()).map(|i| i * step % CELLS.len()))), want, "step {step}");
    }
}

#[test]
fn pages_and_rotation() {
    let mut pdf = Builder::new();
    // Sideways on the sheet, upright for the reader; then text that lies on its side for the reader too.
    for (rotate, matrix) in [
        (0, "1 0 0 1 72 700"),
        (90, "0 1 -1 0 100 72"),
        (180, "-1 0 0 -1 500 72"),
        (270, "0 -1 1 0 500 700"),
        (0, "0 1 -1 0 100 72"),
    ] {
        pdf.page(
            &format!("/Rotate {rotate} {HELVETICA}"),
            &format!("BT /F1 12 Tf 14 TL {matrix} Tm (page {rotate}) Tj T* (second line) Tj ET"),
        );
    }
    assert_eq!(
        text(&pdf.finish()),
        "page 0\nsecond line\n\x0cpage 90\nsecond line\n\x0cpage 180\nsecond line\n\x0cpage 270\nsecond line\n\x0cpage 0\nsecond line\n"
    );
}

#[test]
fn a_side_note_and_a_watermark_do_not_cut_the_text() {
    let body = "BT /F1 12 Tf 14 TL 72 700 Td (one line) Tj T* (another line) Tj ET";
    let note = "BT /F1 9 Tf 0 1 -1 0 40 300 Tm (Received) Tj ET";
    let mark = "BT /F1 60 Tf .707 .707 -.707 .707 100 600 Tm (DRAFT COPY) Tj ET";
    assert_eq!(
        text(&helvetica(&format!("{note} {mark} {body}"))),
        "one line\nanother line\n\nDRAFT COPY\n\nReceived\n"
    );
}

#[test]
fn soft_hyphens() {
    let lines = |lines: &str| {
        with_font(
            "/Subtype /Type1 /BaseFont /Helvetica /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /uni00AD] >>",
            &format!("BT /F1 12 Tf 14 TL 72 700 Td {lines} ET"),
        )
    };
    assert_eq!(text(&lines("(an anal\\001) Tj (gesic cream) '")), "an analgesic\ncream\n");
    assert_eq!(text(&lines("(an anal\\001gesic cream) Tj")), "an analgesic cream\n");
    assert_eq!(text(&lines("(an anal\\001) Tj (Next) '")), "an anal\nNext\n");
    assert_eq!(text(&lines("(an anal\\001) Tj")), "an anal\n");
}

#[test]
fn forms_and_annotations() {
    let mut pdf = Builder::new();
    let resources = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >>";
    let inner = pdf.stream(&format!("/Subtype /Form {resources} >>"), b"BT /F1 10 Tf 0 0 Td (inner) Tj ET");
    let outer = pdf.stream(
        &format!("/Subtype /Form /Matrix [1 0 0 1 10 20] {resources} /XObject << /X {inner} 0 R >> >>"),
        b"BT /F1 10 Tf 0 0 Td (outer) Tj ET q 1 0 0 1 0 -12 cm /X Do Q",
    );
    let field =
        pdf.stream(&format!("/Subtype /Form /BBox [0 0 100 20] {resources} >>"), b"BT /F1 10 Tf 0 5 Td (value) Tj ET");
    let entries = HELVETICA.replace("/Resources <<", &format!("/Resources << /XObject << /X {outer} 0 R >>"));
    let annots = format!(
        "/Annots [<< /Subtype /Widget /Rect [300 715 400 735] /AP << /N {field} 0 R >> >> \
         << /Subtype /Widget /F 2 /Rect [300 600 400 620] /AP << /N {field} 0 R >> >>]"
    );
    pdf.page(&format!("{entries} {annots}"), "1 0 0 1 62 680 cm /X Do BT /F1 10 Tf 10 20 Td ET");
    let got = text(&pdf.finish());
    assert_eq!(got.split_whitespace().collect::<Vec<_>>(), ["value", "outer", "inner"], "{got}");
}

#[test]
fn direct_fonts_of_one_page_are_told_apart() {
    let mut pdf = Builder::new();
    let font = |name: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} >>");
    pdf.page(
        &format!("/Resources << /Font << /F1 {} /F2 {} >> >>", font("Helvetica"), font("Symbol")),
        "BT 72 700 Td /F1 12 Tf (a ) Tj /F2 12 Tf (a) Tj ET",
    );
    assert_eq!(text(&pdf.finish()), "a α\n");
}

#[test]
fn without_text() {
    let mut pdf = Builder::new();
    let image = pdf.stream("/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", b"\x80");
    pdf.page(&format!("/Resources << /XObject << /X {image} 0 R >> >>"), "q 612 0 0 792 0 0 cm /X Do Q");
    assert_eq!(kind(&pdf.finish()), (ErrorKind::PdfNoText, "has no text, only images".to_owned()));
    assert_eq!(kind(&helvetica("BI /W 1 /H 1 ID x EI")), (ErrorKind::PdfNoText, "has no text, only images".to_owned()));
    assert_eq!(kind(&helvetica("0 0 10 10 re f")), (ErrorKind::PdfNoText, "has no text".to_owned()));
}

#[test]
fn with_a_password() {
    // The user password's check value cannot be that of the empty password.
    let mut pdf = Builder::new();
    pdf.page(HELVETICA, "BT /F1 12 Tf 72 700 Td (secret) Tj ET");
    let zeros = "00".repeat(32);
    pdf.trailer = format!(
        "/ID [<{id}> <{id}>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{zeros}> /U <{zeros}> >>",
        id = "ab".repeat(16)
    );
    assert_eq!(kind(&pdf.finish()).0, ErrorKind::PdfEncrypted);
}

#[test]
fn damaged() {
    let whole = helvetica("BT /F1 12 Tf 72 700 Td (whole) Tj ET");
    for bytes in [&b""[..], b"%PDF-1.7", b"not a PDF at all", &[0; 4096], &[0xff; 100]] {
        assert_eq!(kind(bytes).0, ErrorKind::PdfDamaged);
    }
    // What a page names is not there.
    for (entries, content) in
        [("/Contents 99 0 R", ""), ("/Contents [98 0 R 99 0 R]", ""), ("", "BT /F9 12 Tf (text) Tj ET")]
    {
        let mut pdf = Builder::new();
        let content = pdf.stream("", content.as_bytes());
        let page = pdf.page_of("", content);
        let contents = if entries.is_empty() { format!("/Contents {content} 0 R") } else { entries.to_owned() };
        pdf.set(page, format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {contents} >>"));
        assert_eq!(
            kind(&pdf.finish()),
            (ErrorKind::PdfDamaged, "is damaged: its content or its fonts are missing".to_owned())
        );
    }
    // A missing part of the content does not hide the others.
    let mut pdf = Builder::new();
    let part = pdf.stream("", b"BT /F1 12 Tf 72 700 Td (part) Tj ET");
    let page = pdf.page_of("", part);
    pdf.set(page, format!("<< /Type /Page /Parent 2 0 R {HELVETICA} /Contents [99 0 R {part} 0 R] >>"));
    assert_eq!(text(&pdf.finish()), "part\n");
    // Without its end, the objects are found one by one.
    let end = whole.windows(4).position(|w| w == b"xref").expect("a table");
    let mut cut = whole[..end].to_vec();
    cut.extend_from_slice(b"trailer << /Root 1 0 R >>");
    assert_eq!(text(&cut), "whole\n");
}
