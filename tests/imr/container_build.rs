//! Builds containers: ordinary ones with the crates' own writers, hostile ones byte by byte.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip file of these entries, deflated; a name that ends in `/` is a folder.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(entries, CompressionMethod::Deflated)
}

/// A zip file of these entries, as they are.
pub fn zip_stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(entries, CompressionMethod::Stored)
}

fn zip_by(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in entries {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// A tar file of these entries.
pub fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The bytes as gzip packs them.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The bytes as zstd packs them.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An entry of a zip file that is written byte by byte, and may lie.
#[derive(Clone)]
pub struct RawEntry {
    pub name: Vec<u8>,
    pub content: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    /// The mode of Unix, for links.
    pub mode: u32,
    /// What the directory says instead of the length.
    pub size: Option<u32>,
    pub crc: Option<u32>,
    /// Lengths and checksum follow the content.
    pub later: bool,
    /// Has no local header of its own, but that of the entry of this number.
    pub shared: Option<usize>,
}

impl RawEntry {
    pub fn new(name: impl Into<Vec<u8>>, content: impl Into<Vec<u8>>) -> Self {
        let (name, content) = (name.into(), content.into());
        Self { name, content, flags: 0, method: 8, mode: 0, size: None, crc: None, later: false, shared: None }
    }
}

/// A zip file of such entries.
pub fn raw_zip(entries: &[RawEntry]) -> Vec<u8> {
    let (mut file, mut directory, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let packed = if entry.method == 8 { deflate(&entry.content) } else { entry.content.clone() };
        let mut crc = flate2::Crc::new();
        crc.update(&entry.content);
        let crc = entry.crc.unwrap_or(crc.sum());
        let size = entry.size.unwrap_or(entry.content.len() as u32);
        let flags = entry.flags | if entry.later { 8 } else { 0 };
        let fields = |later: bool| {
            let mut fields = Vec::new();
            for value in [20, flags, entry.method, 0, 0] {
                fields.extend(u16::to_le_bytes(value));
            }
            for value in [crc, packed.len() as u32, size] {
                fields.extend(u32::to_le_bytes(if later { 0 } else { value }));
            }
            fields.extend(u16::to_le_bytes(entry.name.len() as u16));
            fields.extend([0, 0]);
            fields
        };
        let place = match entry.shared {
            Some(other) => places[other],
            None => {
                let place = file.len() as u32;
                file.extend(b"PK\x03\x04");
                file.extend(fields(entry.later));
                file.extend(&entry.name);
                file.extend(&packed);
                if entry.later {
                    file.extend(b"PK\x07\x08");
                    file.extend([crc, packed.len() as u32, size].map(u32::to_le_bytes).concat());
                }
                place
            }
        };
        places.push(place);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(fields(false));
        directory.extend([0; 6]);
        directory.extend(u32::to_le_bytes(entry.mode << 16));
        directory.extend(u32::to_le_bytes(place));
        directory.extend(&entry.name);
    }
    let (start, count) = (file.len() as u32, u16::to_le_bytes(entries.len() as u16));
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].concat());
    file.extend([directory.len() as u32, start].map(u32::to_le_bytes).concat());
    file.extend([0, 0]);
    file
}

/// A header of a tar file with a checksum that is right.
pub fn tar_header(name: &[u8], kind: u8, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    let bytes = header.as_mut_bytes();
    bytes[..name.len()].copy_from_slice(name);
    bytes[156] = kind;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}
