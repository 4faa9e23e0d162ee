//! Builds small PDFs as bytes, one feature at a time.

use std::fmt::Write as _;

/// A PDF in the making: objects in the order of their numbers, the catalog first, the page tree second.
pub struct Builder {
    objects: Vec<Vec<u8>>,
    pages: Vec<usize>,
    /// Entries that go into the trailer.
    pub trailer: String,
}

impl Builder {
    /// A PDF without pages.
    pub fn new() -> Self {
        let catalog = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
        Self { objects: vec![catalog, Vec::new()], pages: Vec::new(), trailer: String::new() }
    }

    /// Adds an object and returns its number.
    pub fn object(&mut self, body: impl Into<Vec<u8>>) -> usize {
        self.objects.push(body.into());
        self.objects.len()
    }

    /// Adds a stream; `dict` is what stands in its dictionary beside the length.
    pub fn stream(&mut self, dict: &str, data: &[u8]) -> usize {
        self.object(stream_body(dict, data))
    }

    /// Replaces an object.
    pub fn set(&mut self, number: usize, body: impl Into<Vec<u8>>) {
        self.objects[number - 1] = body.into();
    }

    /// Adds a page with these entries beside its type and content, and this content.
    pub fn page(&mut self, entries: &str, content: &str) -> usize {
        let content = self.stream("", content.as_bytes());
        self.page_of(entries, content)
    }

    /// Adds a page whose content is an object that stands already.
    pub fn page_of(&mut self, entries: &str, content: usize) -> usize {
        let page = self.object(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R {entries} >>"
        ));
        self.pages.push(page);
        page
    }

    fn end_pages(&mut self) {
        if self.objects[1].is_empty() {
            let kids: String = self.pages.iter().map(|n| format!("{n} 0 R ")).collect();
            self.objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", self.pages.len()).into_bytes();
        }
    }

    /// The bytes of the file, with a cross-reference table.
    pub fn finish(mut self) -> Vec<u8> {
        self.end_pages();
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (i, body) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", file.len()).expect("writing to a string");
            write_object(&mut file, i + 1, body);
        }
        let at = file.len();
        let size = self.objects.len() + 1;
        let trailer = &self.trailer;
        file.extend_from_slice(
            format!("{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
        );
        file
    }
    /// The bytes of the file, with an object stream and a cross-reference stream, both with these entries and made of
    /// their data by this function.
    pub fn finish_compact(mut self, entries: &str, encode: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        self.end_pages();
        let mut file = b"%PDF-1.7\n".to_vec();
        let count = self.objects.len();
        let (holder, xref) = (count + 1, count + 2);
        let (mut index, mut packed, mut packed_count) = (String::new(), Vec::new(), 0u16);
        // Type, offset or holder, generation or index.
        let mut rows: Vec<(u8, u32, u16)> = vec![(0, 0, 0)];
        for (i, body) in self.objects.iter().enumerate() {
            if body.windows(6).any(|w| w == b"stream") {
                rows.push((1, file.len() as u32, 0));
                write_object(&mut file, i + 1, body);
            } else {
                rows.push((2, holder as u32, packed_count));
                packed_count += 1;
                write!(index, "{} {} ", i + 1, packed.len()).expect("writing to a string");
                packed.extend_from_slice(body);
                packed.push(b'\n');
            }
        }
        let first = index.len();
        let data = encode(&[index.into_bytes(), packed].concat());
        rows.push((1, file.len() as u32, 0));
        let dict = format!("/Type /ObjStm /N {packed_count} /First {first} {entries}");
        write_object(&mut file, holder, &stream_body(&dict, &data));
        let at = file.len() as u32;
        rows.push((1, at, 0));
        let rows: Vec<u8> =
            rows.iter().flat_map(|r| [&[r.0][..], &r.1.to_be_bytes(), &r.2.to_be_bytes()].concat()).collect();
        let dict = format!("/Type /XRef /W [1 4 2] /Size {} /Root 1 0 R {entries} {}", xref + 1, self.trailer);
        write_object(&mut file, xref, &stream_body(&dict, &encode(&rows)));
        file.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
        file
    }
}

fn stream_body(dict: &str, data: &[u8]) -> Vec<u8> {
    [format!("<< {dict} /Length {} >>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

fn write_object(file: &mut Vec<u8>, number: usize, body: &[u8]) {
    file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    file.extend_from_slice(body);
    file.extend_from_slice(b"\nendobj\n");
}

/// The entries of a page that draws with Helvetica as `/F1`.
pub const HELVETICA: &str = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>";

/// A page of Helvetica with this content.
pub fn helvetica(content: &str) -> Vec<u8> {
    let mut pdf = Builder::new();
    pdf.page(HELVETICA, content);
    pdf.finish()
}

/// A page with a font of this dictionary as `/F1` and this content.
pub fn with_font(font: &str, content: &str) -> Vec<u8> {
    let mut pdf = Builder::new();
    pdf.page(&format!("/Resources << /Font << /F1 << /Type /Font {font} >> >> >>"), content);
    pdf.finish()
}
