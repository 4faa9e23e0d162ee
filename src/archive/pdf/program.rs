//! What embedded font programs say of their codes, for fonts whose dictionary says nothing.

use hayro_syntax::object::{Dict, Stream};

use super::filter::Decoder;
use super::limits::Stop;

/// Calls `found` with each code and glyph name of the encoding that a Type 1 font program has built in.
pub(super) fn built_in_encoding(
    descriptor: &Dict<'_>,
    decoder: &mut Decoder,
    mut found: impl FnMut(u8, &[u8]),
) -> Result<(), Stop> {
    let Some(stream) = descriptor.get::<Stream<'_>>("FontFile") else { return Ok(()) };
    let mut data = Vec::new();
    decoder.decode(&stream, &mut data)?;
    // The encoding stands in the clear part, as lines `dup 65 /A put`.
    let clear = data.windows(5).position(|w| w == b"eexec").and_then(|end| data.get(..end)).unwrap_or(&data);
    let Some(start) = clear.windows(9).position(|w| w == b"/Encoding") else { return Ok(()) };
    let mut words =
        clear.get(start..).unwrap_or_default().split(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        match word {
            b"dup" => {
                let code = words.next().and_then(|w| std::str::from_utf8(w).ok()).and_then(|w| w.parse::<u8>().ok());
                let name = words.next().and_then(|w| w.strip_prefix(b"/"));
                if let (Some(code), Some(name)) = (code, name) {
                    found(code, name);
                }
            }
            b"def" | b"readonly" => break,
            _ => {}
        }
    }
    Ok(())
}
