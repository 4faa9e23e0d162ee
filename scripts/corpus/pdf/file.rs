//! The objects of a PDF file, written plainly or as word processors since PDF 1.5 do: packed, compressed and encrypted.

use std::io::Write;

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::super::rng::Rng;
use super::crypt::{Crypt, hex};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Objects in object streams, a cross-reference stream, everything compressed, encrypted with AES-128 for an empty
    /// user password. All published letters are so.
    Packed,
    /// Objects as text, a cross-reference table, nothing encrypted.
    Plain,
}

/// The objects of a file. The first one is the catalog.
#[derive(Debug, Default)]
pub struct Objects(Vec<Object>);

#[derive(Debug)]
enum Object {
    Dictionary(String),
    Stream(Vec<u8>),
}

impl Objects {
    /// Adds a dictionary and gives its number.
    pub fn dictionary(&mut self, text: String) -> u32 {
        self.0.push(Object::Dictionary(text));
        self.0.len() as u32
    }

    /// Adds a stream of page content and gives its number.
    pub fn stream(&mut self, content: Vec<u8>) -> u32 {
        self.0.push(Object::Stream(content));
        self.0.len() as u32
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The bytes of the file.
    pub fn write(self, kind: Kind, rng: &mut Rng) -> Vec<u8> {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&rng.next().to_le_bytes());
        id[8..].copy_from_slice(&rng.next().to_le_bytes());
        match kind {
            Kind::Packed => self.write_packed(&id, rng),
            Kind::Plain => self.write_plain(&id),
        }
    }

    fn write_plain(self, id: &[u8; 16]) -> Vec<u8> {
        let mut out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut offsets = Vec::new();
        for (object, number) in self.0.iter().zip(1..) {
            offsets.push(out.len());
            match object {
                Object::Dictionary(text) => push(&mut out, format_args!("{number} 0 obj\n{text}\nendobj\n")),
                Object::Stream(content) => push_stream(&mut out, number, "", content),
            }
        }
        let (start, size) = (out.len(), offsets.len() + 1);
        push(&mut out, format_args!("xref\n0 {size}\n0000000000 65535 f \n"));
        for offset in offsets {
            push(&mut out, format_args!("{offset:010} 00000 n \n"));
        }
        let id = hex(id);
        push(
            &mut out,
            format_args!("trailer\n<</Size {size}/Root 1 0 R/ID[<{id}><{id}>]>>\nstartxref\n{start}\n%%EOF\n"),
        );
        out
    }

    fn write_packed(self, id: &[u8; 16], rng: &mut Rng) -> Vec<u8> {
        let crypt = Crypt::new(id, rng);
        let mut out = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let count = self.0.len() as u32;
        let (packed, encryption, table) = (count + 1, count + 2, count + 3);
        // Type, offset or number of the object stream, place in it: one row for each object from 0.
        let mut rows = vec![(0u8, 0u32, 0xffffu16)];
        let (mut index, mut dictionaries, mut place) = (String::new(), String::new(), 0);
        for (object, number) in self.0.iter().zip(1..) {
            match object {
                Object::Dictionary(text) => {
                    index.push_str(&format!("{number} {} ", dictionaries.len()));
                    dictionaries.push_str(text);
                    dictionaries.push('\n');
                    rows.push((2, packed, place));
                    place += 1;
                }
                Object::Stream(content) => {
                    rows.push((1, out.len() as u32, 0));
                    let data = crypt.encrypt(number, &compress_to_vec_zlib(content, 6), rng);
                    push_stream(&mut out, number, "/Filter/FlateDecode", &data);
                }
            }
        }
        rows.push((1, out.len() as u32, 0));
        let data = format!("{index}{dictionaries}");
        let data = crypt.encrypt(packed, &compress_to_vec_zlib(data.as_bytes(), 6), rng);
        let entries = format!("/Type/ObjStm/N {place}/First {}/Filter/FlateDecode", index.len());
        push_stream(&mut out, packed, &entries, &data);
        rows.push((1, out.len() as u32, 0));
        push(&mut out, format_args!("{encryption} 0 obj\n{}\nendobj\n", crypt.dictionary()));
        let start = out.len();
        rows.push((1, start as u32, 0));
        let mut bytes = Vec::with_capacity(rows.len() * 7);
        for (kind, second, third) in rows {
            bytes.push(kind);
            bytes.extend(second.to_be_bytes());
            bytes.extend(third.to_be_bytes());
        }
        let id = hex(id);
        let entries = format!(
            "/Type/XRef/W[1 4 2]/Size {}/Root 1 0 R/Encrypt {encryption} 0 R/ID[<{id}><{id}>]/Filter/FlateDecode",
            table + 1
        );
        push_stream(&mut out, table, &entries, &compress_to_vec_zlib(&bytes, 6));
        push(&mut out, format_args!("startxref\n{start}\n%%EOF\n"));
        out
    }
}

fn push(out: &mut Vec<u8>, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("memory takes every byte");
}

fn push_stream(out: &mut Vec<u8>, number: u32, entries: &str, data: &[u8]) {
    push(out, format_args!("{number} 0 obj\n<<{entries}/Length {}>>stream\n", data.len()));
    out.extend(data);
    push(out, format_args!("\nendstream\nendobj\n"));
}
