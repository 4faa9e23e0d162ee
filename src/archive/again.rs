//! A letter that was read before, read once more: in a folder or in a container.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::container::{self, Format, Limits, MemberKind, Members};
use super::{Content, Raw, read_raw};
use crate::error::{Error, ErrorKind, Result, panic_message};

/// What to do about a letter whose file is gone.
pub const GONE: &str = "`imr status` tells what became of it; what was read from it is still in the index";

/// Reads a letter again whose file had this digest, by its path; of one in a container by its address.
///
/// # Errors
/// [`ErrorKind::NotFound`] where the file is gone or is another one now, [`ErrorKind::Usage`] for a record of an export,
/// and those of reading; all name the path.
pub fn reread(path: &Path, digest: &str) -> Result<Content> {
    let read = || {
        let content = raw(path)?.text()?;
        match content.digest_hex() == digest {
            true => Ok(content),
            false => Err(Error::new(ErrorKind::NotFound, "is not the file that was indexed: its content is another")
                .with_hint("`imr index` reads it anew")),
        }
    };
    let result = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let fact = format!("made the program stumble ({})", panic_message(panic.as_ref()));
        Err(Error::new(ErrorKind::Panic, fact).with_hint("this is a bug"))
    });
    result.map_err(|error| match error.kind() {
        ErrorKind::NotFound if error.hint().is_none() => error.with_path(path).with_hint(GONE),
        _ => error.with_path(path),
    })
}

fn raw(path: &Path) -> Result<Raw> {
    let Some((container, address)) = container::split_address(path.as_os_str().as_encoded_bytes()) else {
        return read_raw(path);
    };
    let gone = || Error::new(ErrorKind::NotFound, "is no longer in its container");
    // The container is the beginning of a path that can be shown, up to the separator.
    let shown = path.to_string_lossy();
    let container = Path::new(shown.get(..container.len()).ok_or_else(gone)?);
    let format = container.file_name().and_then(|name| Format::of(&name.to_string_lossy())).ok_or_else(gone)?;
    let wanted = address.to_owned();
    for member in Members::open(container, format, &Limits::default(), move |address| address == wanted)? {
        let member = member?;
        if member.address != address {
            continue;
        }
        return match member.kind {
            MemberKind::Record => {
                Err(Error::new(ErrorKind::Usage, "is a record: the export does not have the letter's text")
                    .with_hint("what was read from the letter: `imr show` without `--raw`"))
            }
            _ => Ok(Raw::new(member.read()?)),
        };
    }
    Err(gone())
}
