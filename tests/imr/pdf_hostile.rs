//! PDFs that unpack to more than memory holds, and PDFs with damage anywhere.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use imr::ErrorKind;
use imr::archive::pdf::{self, Limits};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::pdf_build::{Builder, HELVETICA, helvetica};

const LINE: &str = "BT /F1 12 Tf 72 700 Td (text) Tj ET";

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("writing to memory")
}

/// Deflated zeros, so many megabytes of them.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..megabytes {
        encoder.write_all(&[0; 1 << 20]).expect("writing to memory");
    }
    encoder.finish().expect("writing to memory")
}

/// The error of a file that unpacks to more than sixteen megabytes, where so much is the limit.
fn fact(bytes: Vec<u8>) -> (ErrorKind, String) {
    let mut limits = Limits::default();
    limits.decoded_bytes = 16 << 20;
    let error = pdf::text_within(bytes, &limits).expect_err("more than the limit");
    (error.kind(), error.message().to_owned())
}

#[test]
fn content_that_unpacks_without_end() {
    let too_much = (ErrorKind::PdfLimit, "unpacks to too many bytes".to_owned());
    // Deflated twice: a few kilobytes that stand for two hundred megabytes.
    let twice = deflate(&zeros(200));
    assert!(twice.len() < 10 << 10);
    let mut pdf = Builder::new();
    let content = pdf.stream("/Filter [/FlateDecode /FlateDecode]", &twice);
    pdf.page_of(HELVETICA, content);
    assert_eq!(fact(pdf.finish()), too_much);
    // Deflated once, as a page, as a form, as a font's map.
    let once = zeros(20);
    let mut pdf = Builder::new();
    let content = pdf.stream("/Filter /FlateDecode", &once);
    pdf.page_of(HELVETICA, content);
    assert_eq!(fact(pdf.finish()), too_much);
    let mut pdf = Builder::new();
    let map = pdf.stream("/Filter [/FlateDecode]", &once);
    let entries = HELVETICA.replace("/Subtype", &format!("/ToUnicode {map} 0 R /Subtype"));
    pdf.page(&entries, LINE);
    assert_eq!(fact(pdf.finish()), too_much);
}

#[test]
fn structure_that_unpacks_without_end() {
    let too_much = (ErrorKind::PdfLimit, "unpacks to too many bytes".to_owned());
    // The whole of a file is packed as it should be.
    let build = || {
        let mut pdf = Builder::new();
        pdf.page(HELVETICA, LINE);
        pdf
    };
    let good = build().finish_compact("/Filter /FlateDecode", deflate);
    assert_eq!(pdf::text(&good).expect("a good file"), "text\n");
    // With 20 megabytes of zeros after the entries and after the objects, deflated once and twice.
    let pad = |megabytes: usize| move |data: &[u8]| deflate(&[data, &vec![0; megabytes << 20]].concat());
    assert_eq!(fact(build().finish_compact("/Filter /FlateDecode", pad(20))), too_much);
    let deep = |data: &[u8]| deflate(&deflate(&[data, &vec![0; 20 << 20]].concat()));
    assert_eq!(fact(build().finish_compact("/Filter [/FlateDecode/FlateDecode]", deep)), too_much);
    assert_eq!(fact(build().finish_compact("/#46ilter [/Fl /Fl]", deep)), too_much);
    // Such object streams beside a good cross-reference table.
    let mut pdf = build();
    pdf.stream("/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]", &deflate(&zeros(200)));
    assert_eq!(fact(pdf.finish()), too_much);
    let mut pdf = build();
    pdf.stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &zeros(20));
    assert_eq!(fact(pdf.finish()), too_much);
    // A large file of little, such as a scan, is none of these.
    let mut pdf = build();
    pdf.stream("/Subtype /Image /Filter /DCTDecode", &vec![7; 2 << 20]);
    pdf.stream("/Subtype /Image /Filter /FlateDecode", &zeros(20));
    assert_eq!(pdf::text(&pdf.finish()).expect("a good file"), "text\n");
}

#[test]
fn many_pages() {
    let mut pdf = Builder::new();
    let content = pdf.stream("", LINE.as_bytes());
    for _ in 0..2000 {
        pdf.page_of(HELVETICA, content);
    }
    let text = pdf::text(&pdf.finish()).expect("two thousand pages");
    assert_eq!(text.matches('\x0c').count(), 1999);
}

#[test]
fn a_panic_hook_can_ask() {
    assert!(!pdf::is_reading());
}

/// Files that turn in circles, nest, or grow; each must give what text it has, or an error, and soon.
#[test]
fn made_to_break_the_reader() {
    let line = "BT /F1 12 Tf 72 700 Td (text) Tj ET";

    // A form that draws itself, and two that draw each other.
    let mut pdf = Builder::new();
    let own = pdf.object("");
    let other = pdf.stream(&format!("/Subtype /Form /Resources << /XObject << /X {own} 0 R >> >>"), b"/X Do /X Do");
    pdf.set(own, format!("<< /Subtype /Form /Resources << /XObject << /X {own} 0 R /Y {other} 0 R >> >> /Length 18 >>\nstream\n/X Do /Y Do /X Do \nendstream"));
    let entries = HELVETICA.replace("/Resources <<", &format!("/Resources << /XObject << /X {own} 0 R >>"));
    pdf.page(&entries, &format!("/X Do {line}"));
    assert_eq!(pdf::text(&pdf.finish()).expect("text"), "text\n");

    // Forms that each draw the next one ten times, a hundred levels of it.
    let mut pdf = Builder::new();
    let mut form = pdf.stream("/Subtype /Form", b"0 0 m");
    for _ in 0..100 {
        form = pdf.stream(
            &format!("/Subtype /Form /Resources << /XObject << /X {form} 0 R >> >>"),
            "/X Do ".repeat(10).as_bytes(),
        );
    }
    let entries = HELVETICA.replace("/Resources <<", &format!("/Resources << /XObject << /X {form} 0 R >>"));
    pdf.page(&entries, &format!("{line} /X Do"));
    let mut limits = Limits::default();
    limits.operators = 100_000;
    let error = pdf::text_within(pdf.finish(), &limits).expect_err("10^16 operators");
    assert_eq!(error.kind(), ErrorKind::PdfLimit, "{error:?}");

    // A page tree that holds itself, and a cross-reference table that comes before itself.
    let mut pdf = Builder::new();
    let page = pdf.page(HELVETICA, line);
    pdf.set(2, format!("<< /Type /Pages /Kids [2 0 R {page} 0 R 2 0 R {page} 0 R] /Count 4 >>"));
    assert_eq!(pdf::text(&pdf.finish()).expect("text"), "text\n");
    let mut pdf = Builder::new();
    pdf.page(HELVETICA, line);
    let at = {
        let mut probe = Builder::new();
        probe.page(HELVETICA, line);
        let f = probe.finish();
        f.windows(5).position(|w| w == b"xref\n").expect("a table")
    };
    pdf.trailer = format!("/Prev {at}");
    assert_eq!(pdf::text(&pdf.finish()).expect("text"), "text\n");

    // Deep arrays and dictionaries, in content and in objects.
    for (open, close) in [("[", "]"), ("<<", ">>"), ("(", ")")] {
        let deep = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        assert!(
            matches!(pdf::text(&helvetica(&format!("{line} {deep} Tj"))), Ok(t) if t.starts_with("text")),
            "{open}"
        );
        let mut pdf = Builder::new();
        pdf.object(format!("<< /X {deep} >>"));
        pdf.page(&format!("{HELVETICA} /Y {deep}"), line);
        let _ = pdf::text(&pdf.finish());
    }

    // Coordinates without end.
    for matrix in
        ["1e9", "999999999999999999999999999999999999999999999999", "-0.00000000000000000000000000000001", "0"]
    {
        let content = format!(
            "{matrix} 0 0 {matrix} {matrix} {matrix} cm {matrix} Tc {matrix} Tz {matrix} Ts BT /F1 {matrix} Tf (far away) Tj ET {line}"
        );
        let _ = pdf::text(&helvetica(&content));
    }
    let spread: String =
        (0..2000).map(|i| format!("BT /F1 1 Tf {} {} Td (x) Tj ET\n", i64::from(i) * 1_000_000_007, i % 7)).collect();
    assert!(pdf::text(&helvetica(&spread)).expect("text").len() < 1_000_000);
}

#[test]
fn limits() {
    let mut limits = Limits::default();
    (limits.operators, limits.glyphs, limits.pages) = (1000, 1000, 10);
    let fails = |bytes: Vec<u8>| pdf::text_within(bytes, &limits).expect_err("beyond the limits").kind();
    assert_eq!(fails(helvetica(&"q Q ".repeat(1000))), ErrorKind::PdfLimit);
    assert_eq!(fails(helvetica(&format!("BT /F1 9 Tf ({}) Tj ET", "x".repeat(2000)))), ErrorKind::PdfLimit);
    let mut pdf = Builder::new();
    for _ in 0..11 {
        pdf.page(HELVETICA, "");
    }
    assert_eq!(fails(pdf.finish()), ErrorKind::PdfLimit);
    let mut limits = Limits::default();
    limits.time = std::time::Duration::ZERO;
    let error = pdf::text_within(helvetica(&"q Q ".repeat(100_000)), &limits).expect_err("no time");
    assert_eq!((error.kind(), error.message()), (ErrorKind::PdfTime, "takes too long to read"));
}

/// Good files of several kinds, to be damaged.
fn samples() -> Vec<Vec<u8>> {
    let mut forms = Builder::new();
    let form = forms.stream("/Subtype /Form", LINE.as_bytes());
    let entries = HELVETICA.replace("/Resources <<", &format!("/Resources << /XObject << /X {form} 0 R >>"));
    forms.page(
        &format!("/Rotate 90 {entries}"),
        "q 1 0 0 1 5 5 cm /X Do Q /Span << /ActualText (x) >> BDC EMC BI ID EI",
    );
    let mut composite = Builder::new();
    let map = composite.stream("", b"begincmap 1 beginbfrange <0001> <0040> <0041> endbfrange endcmap");
    let font = composite.object(format!(
        "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode {map} 0 R /DescendantFonts [<< /Subtype \
         /CIDFontType2 /W [1 [500 600] 3 9 400] /DW 1000 >>] >>"
    ));
    composite.page(
        &format!("/Resources << /Font << /F1 {font} 0 R >> >>"),
        "BT /F1 9 Tf 1 0 0 1 9 9 Tm [<00010002> -9 <0003>] TJ ET",
    );
    let compact = || {
        let mut pdf = Builder::new();
        pdf.page(&HELVETICA.replace("/WinAnsiEncoding", "<< /Differences [65 /a /fi 0 /uni0041] >>"), LINE);
        pdf
    };
    vec![
        helvetica("BT /F1 12 Tf 14 TL 72 700 Td (one) Tj T* [(t) -50 (wo)] TJ (three) ' 1 2 (four) \" ET"),
        forms.finish(),
        composite.finish(),
        compact().finish_compact("", <[u8]>::to_vec),
        compact().finish_compact("/Filter /FlateDecode", deflate),
    ]
}

#[derive(Debug, Clone)]
enum Damage {
    Truncate(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Repeat(Index, u8),
    Swap(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..20),
        prop::sample::select(vec![
            "<<",
            ">>",
            "[",
            "(",
            "stream\n",
            "endobj",
            " 0 R",
            "-1",
            "99999999999",
            "/Length 0",
            "BT",
            "Do",
            "q "
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop_oneof![
        1 => any::<Index>().prop_map(Damage::Truncate),
        4 => (any::<Index>(), any::<u8>()).prop_map(|(i, b)| Damage::Flip(i, b)),
        2 => (any::<Index>(), piece).prop_map(|(i, b)| Damage::Insert(i, b)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(i, n)| Damage::Remove(i, n)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(i, n)| Damage::Repeat(i, n)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(i, j)| Damage::Swap(i, j)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    match damage {
        Damage::Truncate(i) => bytes.truncate(i.index(len)),
        Damage::Flip(i, b) => bytes[i.index(len)] ^= *b,
        Damage::Insert(i, piece) => {
            let at = i.index(len);
            bytes.splice(at..at, piece.iter().copied());
        }
        Damage::Remove(i, n) => {
            let at = i.index(len);
            bytes.drain(at..(at + usize::from(*n)).min(len));
        }
        Damage::Repeat(i, n) => {
            let at = i.index(len);
            let piece = bytes[at..(at + usize::from(*n)).min(len)].to_vec();
            bytes.splice(at..at, piece);
        }
        Damage::Swap(i, j) => bytes.swap(i.index(len), j.index(len)),
    }
}

/// Reads a file and holds that it comes back: with text, or with an error that names one of the known kinds.
fn comes_back(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    match pdf::text_within(bytes, &Limits::default()) {
        Ok(text) => prop_assert!(text.ends_with('\n') || text.ends_with('\x0c') && !text.trim().is_empty()),
        Err(error) => prop_assert!(matches!(
            error.kind(),
            ErrorKind::PdfDamaged
                | ErrorKind::PdfEncrypted
                | ErrorKind::PdfNoText
                | ErrorKind::PdfLimit
                | ErrorKind::PdfTime
        )),
    }
    Ok(())
}

proptest! {
    #[test]
    fn damage_anywhere(sample in any::<Index>(), damages in prop::collection::vec(damage(), 1..8)) {
        let samples = samples();
        let mut bytes = samples[sample.index(samples.len())].clone();
        for damage in &damages {
            apply(&mut bytes, damage);
        }
        comes_back(bytes)?;
    }

    #[test]
    fn any_content(content in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut pdf = Builder::new();
        let content = pdf.stream("", &content);
        pdf.page_of(HELVETICA, content);
        comes_back(pdf.finish())?;
    }

    #[test]
    fn any_operators(words in prop::collection::vec(prop::sample::select(vec![
        "BT", "ET", "q", "Q", "cm", "Tf", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Ts", "Tr", "Tj", "TJ", "'", "\"", "Do", "gs",
        "BI", "ID", "EI", "BDC", "BMC", "EMC", "/F1", "/F1 12 Tf", "(text)", "<48>", "[(a) -300 (b)]", "<< /ActualText (z) >>", "0", "1",
        "-7", "1e9", "1000000000000000000000", ".5", "[", "]", "(", ")", "<", ">>", "1 0 0 1 72 700 Tm", "%", "\n",
    ]), 0..200)) {
        let mut pdf = Builder::new();
        pdf.page(HELVETICA, &words.join(" "));
        comes_back(pdf.finish())?;
    }

    #[test]
    fn any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..600), head in any::<bool>()) {
        if head {
            bytes.splice(0..0, *b"%PDF-1.4\n1 0 obj\n<< /Root 1 0 R /Pages 1 0 R /Kids [1 0 R] >>\n");
        }
        comes_back(bytes)?;
    }
}
