//! Files that appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use imr::{Error, ErrorKind, Result};

/// A file that is written beside its place and takes it when it is whole. Until then the place keeps what it had; what is
/// given up leaves nothing behind.
pub struct Whole {
    place: PathBuf,
    /// Where it is written; `None` where the place is no regular file, such as a pipe, which is written itself.
    beside: Option<PathBuf>,
    file: File,
}

/// How the names of files end that are being written beside their places.
const BESIDE: &str = ".new";

/// How many names are tried for the file beside the place.
const TRIES: u32 = 100;

impl Whole {
    /// Begins a file that a person named. A link stays a link, and what it names is replaced.
    ///
    /// # Errors
    /// When the place is a folder, or its folder cannot be written.
    pub fn create(place: &Path) -> Result<Self> {
        Self::begin(fs::canonicalize(place).unwrap_or_else(|_| place.to_path_buf()))
    }

    /// Begins a file. A link is replaced itself.
    fn begin(place: PathBuf) -> Result<Self> {
        match fs::symlink_metadata(&place) {
            Ok(there) if there.is_symlink() => {}
            Ok(there) if there.is_dir() => {
                return Err(Error::new(ErrorKind::Usage, "is a folder, and a file is to be written").with_path(place));
            }
            Ok(there) if !there.is_file() => {
                let file = OpenOptions::new().write(true).open(&place).map_err(|e| Error::write(&place, e))?;
                return Ok(Self { place, beside: None, file });
            }
            _ => {}
        }
        let Some(name) = place.file_name() else {
            return Err(Error::new(ErrorKind::Usage, "is no name of a file").with_path(place));
        };
        for number in 0..TRIES {
            let mut beside = std::ffi::OsString::from(".");
            beside.push(name);
            beside.push(format!(".{}-{number}{BESIDE}", std::process::id()));
            let beside = place.with_file_name(beside);
            match OpenOptions::new().write(true).create_new(true).open(&beside) {
                Ok(file) => return Ok(Self { place, beside: Some(beside), file }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::write(&place, error)),
            }
        }
        Err(Error::write(&place, io::ErrorKind::AlreadyExists.into()))
    }

    /// The place that it will take.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What it is written through.
    ///
    /// # Errors
    /// From the system.
    pub fn writer(&self) -> Result<File> {
        self.file.try_clone().map_err(|e| Error::write(&self.place, e))
    }

    /// Puts the whole file in its place, so that it is there also after a power cut.
    ///
    /// # Errors
    /// From the file system.
    pub fn commit(mut self) -> Result<()> {
        let Some(beside) = &self.beside else { return Ok(()) };
        let put = self.file.sync_all().and_then(|()| fs::rename(beside, &self.place));
        put.map_err(|e| Error::write(&self.place, e))?;
        self.beside = None;
        // Names are durable with their folder; where that cannot be opened they are as durable as can be had.
        if cfg!(unix) {
            let _ = self.place.parent().map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
        }
        Ok(())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Whoever cannot remove it could not have written it.
            let _ = fs::remove_file(beside);
        }
    }
}

/// Replaces a file as a whole, or a link that is there.
///
/// # Errors
/// From the file system.
pub fn replace(place: &Path, content: &[u8]) -> Result<()> {
    let whole = Whole::begin(place.to_path_buf())?;
    whole.writer()?.write_all(content).map_err(|e| Error::write(place, e))?;
    whole.commit()
}

/// Removes what runs left behind that were killed while they wrote files whose names begin so, in a folder. A run that is
/// still at work cannot put its file in its place any more.
pub fn sweep(folder: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let own = entry.file_name();
        let rest = own.to_str().and_then(|own| own.strip_prefix('.')?.strip_prefix(name)?.strip_suffix(BESIDE));
        if rest.is_some_and(|rest| rest.starts_with('.')) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}
