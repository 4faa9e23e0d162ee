//! Where saved searches are kept: a folder beside the index, with two files for each.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use imr::error::nearest;
use imr::search::Seen;
use imr::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::file;

/// What the name of the folder has behind that of the index.
const BEHIND: &str = ".searches";
/// The longest name.
const LONGEST: usize = 64;
/// More than any query has.
const MOST_BYTES: u64 = 1 << 20;
/// More than what was shown of ten million letters.
const MOST_SEEN_BYTES: u64 = 1 << 30;

/// A search under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// The query as typed.
    pub query: String,
    /// The filters: values by field.
    #[serde(default)]
    pub filters: BTreeMap<String, Vec<String>>,
}

/// The saved searches of an index.
#[derive(Clone)]
pub struct Store {
    dir: PathBuf,
}

/// A name that a saved search can have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name that was typed, also behind `@`. Capital letters are small ones, as on disks that do not tell them apart.
    ///
    /// # Errors
    /// For what cannot be a name.
    pub fn parse(typed: &str) -> Result<Self> {
        let name = typed.strip_prefix('@').unwrap_or(typed).to_ascii_lowercase();
        let is_one = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if name.is_empty() || !is_one || name.len() > LONGEST || name.starts_with('-') {
            return Err(Error::new(ErrorKind::Usage, format!("`{typed}` cannot be the name of a saved search"))
                .with_hint(format!(
                    "a name has at most {LONGEST} letters, digits, `-` and `_`, and does not begin with `-`"
                )));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Store {
    /// The saved searches of the index in this folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn of(index: &Path) -> Result<Self> {
        let index = index.canonicalize().map_err(|e| Error::io(index, e))?;
        let mut name: OsString = index.file_name().unwrap_or_default().to_owned();
        name.push(BEHIND);
        Ok(Self { dir: index.with_file_name(name) })
    }

    /// When one was saved, changed or removed last; `None` where there is none.
    pub fn changed(&self) -> Option<SystemTime> {
        fs::metadata(&self.dir).and_then(|folder| folder.modified()).ok()
    }

    /// The names of all.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self) -> Result<Vec<Name>> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == IoKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(&self.dir, error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|e| Error::io(&self.dir, e))?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".json"));
            // What is no name is no file of ours.
            names.extend(name.and_then(|name| Name::parse(name).ok().filter(|parsed| parsed.as_str() == name)));
        }
        names.sort();
        Ok(names)
    }

    /// A saved search.
    ///
    /// # Errors
    /// When there is none of this name, which tells those there are, or it is damaged.
    pub fn load(&self, name: &Name) -> Result<Saved> {
        self.find(name)?.ok_or_else(|| self.unknown(name))
    }

    fn find(&self, name: &Name) -> Result<Option<Saved>> {
        let path = self.path(name, "json");
        let Some(bytes) = read(&path, MOST_BYTES)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let hint = format!("save it anew with `imr save {} QUERY --force`, or delete the file", name.as_str());
            Error::new(ErrorKind::Usage, "is no saved search").with_path(path).with_source(error).with_hint(hint)
        })
    }

    fn unknown(&self, name: &Name) -> Error {
        let error = Error::new(ErrorKind::Usage, format!("there is no saved search `@{}`", name.as_str()));
        let names = self.names().unwrap_or_default();
        let all = names.iter().map(|name| format!("@{}", name.as_str())).collect::<Vec<_>>().join(", ");
        let near = nearest(name.as_str(), names.iter().map(Name::as_str));
        error.with_hint(match near.first() {
            _ if names.is_empty() => format!("none is saved; `imr save {} QUERY` saves one", name.as_str()),
            Some(near) => format!("did you mean @{near}? The saved searches are {all}"),
            None => format!(
                "the saved searches are {all}; a word that begins with `@` stands in quotation marks: '\"@word\"'"
            ),
        })
    }

    /// Saves a search. What one of the same name has shown is forgotten.
    ///
    /// # Errors
    /// When there is one of this name and it is not to be replaced, or the folder cannot be written.
    pub fn save(&self, name: &Name, saved: &Saved, replaces: bool) -> Result<()> {
        let _lock = self.lock()?;
        let path = self.path(name, "json");
        if path.exists() && !replaces {
            let fact = format!("there is a saved search `@{}` already", name.as_str());
            return Err(
                Error::new(ErrorKind::Usage, fact).with_hint("`--force` replaces it, and forgets what it has shown")
            );
        }
        // What it has shown goes first: a search that has shown nothing shows too much at worst.
        remove(&self.path(name, "seen"))?;
        let json = serde_json::to_string_pretty(saved).unwrap_or_default() + "\n";
        file::replace(&path, json.as_bytes())
    }

    /// Deletes a saved search and what it has shown.
    ///
    /// # Errors
    /// When there is none of this name, or it cannot be deleted.
    pub fn delete(&self, name: &Name) -> Result<()> {
        if !self.path(name, "json").exists() {
            return Err(self.unknown(name));
        }
        let _lock = self.lock()?;
        remove(&self.path(name, "seen"))?;
        match remove(&self.path(name, "json"))? {
            true => Ok(()),
            false => Err(self.unknown(name)),
        }
    }

    /// What a saved search has shown.
    ///
    /// # Errors
    /// When that is damaged.
    pub fn seen(&self, name: &Name) -> Result<Seen> {
        let path = self.path(name, "seen");
        let Some(bytes) = read(&path, MOST_SEEN_BYTES)? else { return Ok(Seen::default()) };
        Seen::from_bytes(&bytes).ok_or_else(|| {
            Error::new(ErrorKind::Usage, "is damaged, which holds what a saved search has shown")
                .with_path(path)
                .with_hint("without the file everything is new again")
        })
    }

    /// Notes what a saved search has shown, beside what others have noted meanwhile. One that was deleted or replaced
    /// meanwhile has shown nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn shown(&self, name: &Name, saved: &Saved, shown: Seen) -> Result<()> {
        let _lock = self.lock()?;
        if self.find(name)?.as_ref() != Some(saved) {
            return Ok(());
        }
        let mut seen = self.seen(name)?;
        seen.merge(shown);
        file::replace(&self.path(name, "seen"), &seen.to_bytes())
    }

    fn path(&self, name: &Name, ending: &str) -> PathBuf {
        self.dir.join(format!("{}.{ending}", name.as_str()))
    }

    /// Waits until nobody else changes saved searches; nobody does so for long.
    ///
    /// An archive that came from elsewhere may hold such a folder. Nothing is written through links in it.
    fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.dir).map_err(|e| Error::write(&self.dir, e))?;
        let path = self.dir.join("lock");
        for path in [&self.dir, &path] {
            if fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) {
                return Err(Error::new(ErrorKind::Usage, "is a link, through which nothing is written").with_path(path));
            }
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| Error::write(&path, e))?;
        file.lock().map_err(|e| Error::write(&path, e))?;
        Ok(file)
    }
}

/// The content of a file of at most so many bytes, if there is one. What is no regular file might never end.
fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() || there.len() > most => {
            return Err(Error::new(ErrorKind::Usage, "is no file of a saved search").with_path(path));
        }
        _ => {}
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == IoKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(path, error)),
    };
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
    Ok(Some(bytes))
}

/// Removes a file, and tells whether there was one.
fn remove(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == IoKind::NotFound => Ok(false),
        Err(error) => Err(Error::write(path, error)),
    }
}
