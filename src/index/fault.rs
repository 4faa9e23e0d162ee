//! Errors of the libraries below as errors of an index: damage is told from what the operating system refuses.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};

use crate::error::{Error, ErrorKind, Result, panic_message, system_hint};

/// Any error below.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What to do about an index that is damaged.
pub const ANEW: &str = "delete the index folder and run `imr index` again; the letters themselves are not touched";

/// The error of reading an index.
pub fn reading(dir: &Path, cause: impl Into<Cause>) -> Error {
    of("the index cannot be read", cause.into()).with_path(dir)
}

/// The error of writing an index.
pub fn writing(dir: &Path, cause: impl Into<Cause>) -> Error {
    if !dir.exists() {
        return Error::new(ErrorKind::IndexMissing, "the index folder was removed while it was written")
            .with_path(dir)
            .with_hint("run the same command again, which makes a new one");
    }
    let error = of("the index cannot be written", cause.into()).with_path(dir);
    // What stopped one of tantivy's threads is not told; in most cases that it could not write.
    if error.kind() == ErrorKind::Io && error.hint().is_none() { error.with_hint("is the disk full?") } else { error }
}

/// The error of the manifest.
pub fn manifest(cause: impl Into<redb::Error>) -> Error {
    match cause.into() {
        redb::Error::Io(cause) if cause.kind() == io::ErrorKind::NotFound => {
            corrupt("the manifest of the index is missing", cause.into())
        }
        // redb reports a file that is no database as one that cannot be read, without an error of the system.
        redb::Error::Io(cause) if cause.raw_os_error().is_some() => {
            of("the manifest of the index cannot be read or written", cause.into())
        }
        cause => corrupt("the manifest of the index is damaged", cause.into()),
    }
}

fn corrupt(fact: &str, cause: Cause) -> Error {
    Error::new(ErrorKind::IndexCorrupt, fact).with_source(cause).with_hint(ANEW)
}

fn of(fact: &str, cause: Cause) -> Error {
    match sorted(cause) {
        Fault::System(cause) => {
            let hint = system_hint(&cause);
            let error = Error::new(ErrorKind::Io, fact).with_source(cause);
            match hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        }
        Fault::Locked => Error::new(ErrorKind::IndexLocked, "the index is in use by another process"),
        Fault::Thread(cause) => Error::new(ErrorKind::Io, fact).with_source(cause),
        Fault::Damage(cause) => corrupt(fact, cause),
    }
}

enum Fault {
    System(Arc<io::Error>),
    Locked,
    Thread(Cause),
    Damage(Cause),
}

fn sorted(cause: Cause) -> Fault {
    let cause = match cause.downcast::<io::Error>() {
        Ok(error) => return io_fault(Arc::new(*error)),
        Err(cause) => cause,
    };
    let cause = match cause.downcast::<OpenDirectoryError>() {
        Ok(error) => Box::new(TantivyError::from(*error)),
        Err(cause) => match cause.downcast::<TantivyError>() {
            Ok(error) => error,
            Err(cause) => return Fault::Damage(cause),
        },
    };
    // tantivy prints its causes as Debug does, which is nothing to show.
    match *cause {
        TantivyError::IoError(error)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })
        | TantivyError::OpenDirectoryError(
            OpenDirectoryError::IoError { io_error: error, .. } | OpenDirectoryError::FailedToCreateTempDir(error),
        )
        | TantivyError::LockFailure(LockError::IoError(error), _) => io_fault(error),
        TantivyError::LockFailure(LockError::LockBusy, _) => Fault::Locked,
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(path))
        | TantivyError::OpenDirectoryError(OpenDirectoryError::DoesNotExist(path)) => {
            Fault::Damage(format!("`{}` is missing", path.display()).into())
        }
        TantivyError::OpenDirectoryError(error) => Fault::Damage(error.into()),
        TantivyError::OpenReadError(error) => Fault::Damage(error.into()),
        TantivyError::OpenWriteError(error) => Fault::Damage(error.into()),
        TantivyError::DataCorruption(error) => Fault::Damage(format!("{error:?}").trim_end_matches('.').into()),
        error @ (TantivyError::ErrorInThread(_) | TantivyError::SystemError(_)) => {
            match number_in(&error.to_string()) {
                Some(number) => Fault::System(Arc::new(io::Error::from_raw_os_error(number))),
                None => Fault::Thread(error.into()),
            }
        }
        error => Fault::Damage(error.into()),
    }
}

/// What the system refused has its number; other errors are made by who could not make sense of the bytes.
fn io_fault(error: Arc<io::Error>) -> Fault {
    match refused(&error) {
        Some(number) if error.raw_os_error().is_none() => Fault::System(Arc::new(io::Error::from_raw_os_error(number))),
        Some(_) => Fault::System(error),
        None => Fault::Damage(error.into()),
    }
}

/// The number of the system's error that an error is, or wraps. tantivy wraps some as their text alone.
fn refused(error: &io::Error) -> Option<i32> {
    error.raw_os_error().or_else(|| number_in(&error.to_string()))
}

/// The number in the text of an error of the system, which ends with `(os error 28)`.
fn number_in(text: &str) -> Option<i32> {
    let (_, rest) = text.rsplit_once("(os error ")?;
    rest.split_once(')')?.0.parse().ok()
}

thread_local! {
    static GUARDED: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic on this thread will be caught and told as an error of the index.
///
/// A program that wants no message of such a panic on stderr asks this in its panic hook.
pub fn is_guarded() -> bool {
    GUARDED.get() > 0
}

/// Works on an index. The libraries below panic on some damaged files; such a panic is an error here.
///
/// # Errors
/// Those of the work, and [`ErrorKind::IndexCorrupt`] for a panic.
pub fn guarded<T>(dir: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    GUARDED.set(GUARDED.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(GUARDED.get() - 1);
    result.unwrap_or_else(|panic| {
        let said = format!("the program stumbled over it ({})", panic_message(panic.as_ref()));
        Err(corrupt("the index cannot be read", said.into()).with_path(dir))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_read(error: io::Error) -> TantivyError {
        OpenReadError::IoError { io_error: Arc::new(error), filepath: "x.store".into() }.into()
    }

    #[test]
    fn what_the_system_refuses_is_no_damage() {
        let dir = Path::new(".imr");
        // EACCES and EMFILE.
        for (number, hint) in [(13, "permissions"), (24, "ulimit")] {
            let error = reading(dir, open_read(io::Error::from_raw_os_error(number)));
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(error.hint().is_some_and(|h| h.contains(hint)), "{error:?}");
            assert_eq!(error.causes(), [io::Error::from_raw_os_error(number).to_string()]);
        }
        let refused = TantivyError::LockFailure(LockError::wrap_io_error(io::Error::from_raw_os_error(13)), None);
        assert_eq!(reading(dir, refused).kind(), ErrorKind::Io);
        // Also where it is wrapped.
        let full = io::Error::other(io::Error::from_raw_os_error(28).to_string());
        let error = writing(Path::new("."), full);
        assert_eq!((error.kind(), error.causes().len()), (ErrorKind::Io, 1));
        assert!(error.hint().is_some_and(|hint| hint.contains("make room")), "{error:?}");
        let full = redb::Error::Io(io::Error::from_raw_os_error(28));
        assert_eq!(manifest(full).kind(), ErrorKind::Io);
    }

    #[test]
    fn damage_has_the_way_out_as_its_hint() {
        let dir = Path::new(".imr");
        let missing = TantivyError::from(OpenReadError::FileDoesNotExist("x.store".into()));
        let invalid = open_read(io::Error::new(io::ErrorKind::InvalidData, "no footer"));
        for error in [reading(dir, missing), reading(dir, invalid), reading(dir, "out of order")] {
            assert_eq!((error.kind(), error.hint()), (ErrorKind::IndexCorrupt, Some(ANEW)));
            assert!(error.causes().iter().all(|cause| !cause.contains('{')), "{error:?}");
        }
    }

    #[test]
    fn a_panic_is_an_error_and_leaves_nothing_guarded() {
        let error = guarded(Path::new(".imr"), || -> Result<()> {
            assert!(is_guarded());
            std::panic::resume_unwind(Box::new("index out of bounds"))
        });
        let error = error.expect_err("a panic");
        assert_eq!(error.kind(), ErrorKind::IndexCorrupt);
        assert!(error.reason().contains("index out of bounds") && !is_guarded());
    }
}
