//! What must be checked before `hayro_syntax` sees a file: it unpacks cross-reference streams and object streams
//! without a bound, so that a file of a few kilobytes could fill the memory.
//!
//! Not caught is a file made for it that is larger than the limit divided by 1032: its cross-reference entries may name
//! as an object stream what does not look like one.

use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::object::{Dict, FromBytes, MaybeRef, Name, Object};
use memchr::memmem;

use super::filter::{FLATE_RATIO, LZW_RATIO, RUN_RATIO};
use super::limits::{Budget, Stop};

/// Cross-reference data of more bytes than this has millions of entries, and each takes more memory than disk.
const XREF_BYTES: usize = 8 << 20;
/// Dictionaries of streams are smaller than this.
const DICT_BYTES: usize = 8 << 10;
/// What encrypted data unpacks to cannot be known before it is decrypted; object streams unpack to less than this.
const ENCRYPTED_RATIO: usize = 64;

const TOO_MUCH: Stop = Stop::Limit("unpacks to too many bytes");

/// Refuses a file whose streams could unpack to more than `limit` bytes.
pub(super) fn check(bytes: &[u8], limit: usize, budget: &Budget) -> Result<(), Stop> {
    check_xref(bytes, limit.min(XREF_BYTES))?;
    if bytes.len().saturating_mul(FLATE_RATIO) <= limit && !filters_in_rows(bytes) {
        return Ok(());
    }
    check_streams(bytes, limit, budget)
}

/// A stream as it stands in the file.
struct Raw<'a> {
    dict: Dict<'a>,
    data: &'a [u8],
}

impl Raw<'_> {
    /// The most that the stream can unpack to.
    fn worst(&self) -> usize {
        let ratio = |name: &[u8]| match name {
            b"FlateDecode" | b"Fl" => FLATE_RATIO,
            b"LZWDecode" | b"LZW" => LZW_RATIO,
            b"RunLengthDecode" | b"RL" => RUN_RATIO,
            _ => 1,
        };
        let mut worst = self.data.len();
        for key in ["F", "Filter"] {
            match self.dict.get_raw::<Object<'_>>(key) {
                Some(MaybeRef::NotRef(Object::Name(name))) => worst = worst.saturating_mul(ratio(&name)),
                Some(MaybeRef::NotRef(Object::Array(names))) => {
                    for name in names.raw_iter() {
                        worst = worst.saturating_mul(match name {
                            MaybeRef::NotRef(Object::Name(name)) => ratio(&name),
                            _ => LZW_RATIO,
                        });
                    }
                }
                // Written elsewhere in the file, in most cases a single name.
                Some(MaybeRef::Ref(_)) => worst = worst.saturating_mul(LZW_RATIO),
                _ => {}
            }
        }
        worst
    }

    /// Whether the stream is deflated once.
    fn deflated(&self) -> bool {
        let is_flate = |name: &[u8]| matches!(name, b"FlateDecode" | b"Fl");
        if self.dict.contains_key("F") {
            return false;
        }
        match self.dict.get_raw::<Object<'_>>("Filter") {
            Some(MaybeRef::NotRef(Object::Name(name))) => is_flate(&name),
            Some(MaybeRef::NotRef(Object::Array(names))) => {
                let mut names = names.iter::<Name<'_>>();
                names.next().is_some_and(|name| is_flate(&name)) && names.next().is_none()
            }
            _ => false,
        }
    }

    /// The number of bytes that a stream without encryption unpacks to; the worst case if that is small.
    fn size(&self, limit: usize) -> usize {
        let worst = self.worst();
        if worst <= (1 << 20).min(limit) || !self.deflated() { worst } else { inflated(self.data, limit) }
    }
}

/// How many bytes a deflated stream has; stops counting beyond the limit.
fn inflated(data: &[u8], limit: usize) -> usize {
    let mut inflate = Decompress::new(true);
    let mut scratch = vec![0; 64 << 10];
    loop {
        let read = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX);
        let written = inflate.total_out();
        let rest = data.get(read..).unwrap_or_default();
        let status = inflate.decompress(rest, &mut scratch, FlushDecompress::None);
        let total = usize::try_from(inflate.total_out()).unwrap_or(usize::MAX);
        let stuck = inflate.total_in() == read as u64 && inflate.total_out() == written;
        if total > limit || stuck || !matches!(status, Ok(Status::Ok)) {
            return total;
        }
    }
}

/// The stream whose dictionary begins at `at`, without looking at other objects.
fn stream_at(bytes: &[u8], at: usize) -> Option<Raw<'_>> {
    let window = bytes.get(at..(at + DICT_BYTES).min(bytes.len()))?;
    let dict = Dict::from_bytes(window)?;
    let after = bytes.get(at + dict.data().len()..)?;
    let start = after.iter().position(|b| !b.is_ascii_whitespace())?;
    let data = after.get(start..)?.strip_prefix(b"stream")?;
    // The end is where the length says, or where the keyword stands, whichever comes later.
    let keyword = memmem::find(data, b"endstream").unwrap_or(data.len());
    let length = match dict.get_raw::<Object<'_>>("Length") {
        Some(MaybeRef::NotRef(Object::Number(n))) => usize::try_from(n.as_i64()).unwrap_or(0).saturating_add(2),
        _ => 0,
    };
    let data = data.get(..keyword.max(length).min(data.len()))?;
    let data = data.strip_prefix(b"\r\n").or(data.strip_prefix(b"\n")).or(data.strip_prefix(b"\r")).unwrap_or(data);
    Some(Raw { dict, data })
}

/// Follows the chain of cross-reference sections as the reader will.
fn check_xref(bytes: &[u8], limit: usize) -> Result<(), Stop> {
    let Some(keyword) = memmem::rfind(bytes, b"startxref") else { return Ok(()) };
    let mut next = bytes.get(keyword + 9..).and_then(first_number);
    let mut left = limit;
    // A chain of more sections, or one that turns in a circle, the reader gives up.
    for _ in 0..256 {
        let Some(at) = next.take() else { return Ok(()) };
        let Some(section) = bytes.get(at..).map(<[u8]>::trim_ascii_start) else { return Ok(()) };
        let (stream, dict) = if section.starts_with(b"xref") {
            // A table: its trailer may name a cross-reference stream beside it.
            let trailer = memmem::find(section, b"trailer")
                .and_then(|i| section.get(i + 7..))
                .map(|t| t.get(..DICT_BYTES.min(t.len())).unwrap_or_default().trim_ascii_start())
                .and_then(Dict::from_bytes);
            let Some(trailer) = trailer else { return Ok(()) };
            (trailer.get::<u32>("XRefStm").and_then(|at| indirect_stream(bytes, at as usize)), trailer)
        } else {
            let Some(stream) = indirect_stream(bytes, at) else { return Ok(()) };
            let dict = stream.dict.clone();
            (Some(stream), dict)
        };
        if let Some(stream) = stream {
            left = left.checked_sub(stream.size(left)).ok_or(TOO_MUCH)?;
        }
        next = dict.get::<u32>("Prev").map(|n| n as usize);
    }
    Ok(())
}

/// The stream of the object at `at`.
fn indirect_stream(bytes: &[u8], at: usize) -> Option<Raw<'_>> {
    let head = bytes.get(at..(at + 64).min(bytes.len()))?;
    stream_at(bytes, at + memmem::find(head, b"<<")?)
}

fn first_number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.trim_ascii_start();
    let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// Whether a stream may have several filters, or filters that a look at the bytes does not reveal.
fn filters_in_rows(bytes: &[u8]) -> bool {
    let simple = |at: usize| {
        let name = bytes.get(at + 2..).unwrap_or_default();
        let end = name.iter().position(|b| b.is_ascii_whitespace() || b"/[]<>()%{}".contains(b)).unwrap_or(name.len());
        let (name, value) = name.split_at(end);
        match name {
            b"ilter" | b"" => value.trim_ascii_start().first().is_none_or(|&b| b == b'/'),
            _ => !name.iter().take(32).any(|&b| b == b'#'),
        }
    };
    memmem::find(bytes, b"/#").is_some() || memmem::find_iter(bytes, b"/F").any(|at| !simple(at))
}

/// Adds up what the object streams of the file can unpack to.
fn check_streams(bytes: &[u8], limit: usize, budget: &Budget) -> Result<(), Stop> {
    let encrypted = memmem::find(bytes, b"/Encrypt").is_some();
    let mut left = limit;
    for at in memmem::find_iter(bytes, b"obj") {
        budget.time()?;
        let Some(rest) = bytes.get(at + 3..) else { continue };
        let open = at + 3 + rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if !bytes.get(open..).is_some_and(|b| b.starts_with(b"<<")) {
            continue;
        }
        let Some(stream) = stream_at(bytes, open) else { continue };
        if !holds_objects(&stream.dict) {
            continue;
        }
        let size = match encrypted && stream.deflated() {
            true => stream.data.len().saturating_mul(ENCRYPTED_RATIO),
            false => stream.size(left),
        };
        left = left.checked_sub(size).ok_or(TOO_MUCH)?;
    }
    Ok(())
}

/// Whether a stream may hold objects: pages, fonts and images are unpacked elsewhere, with a bound, or not at all.
fn holds_objects(dict: &Dict<'_>) -> bool {
    ["First", "N"].iter().any(|key| dict.contains_key(key))
        || dict.get::<Name<'_>>("Type").is_some_and(|name| &*name == b"ObjStm")
}
