//! Letters that are not to be published, whatever the index here holds: a list for people, beside the state of a target.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::document::{letter_name, letter_of_name};
use super::state;
use crate::error::{Error, ErrorKind, Result};

/// What stands above the list.
const HEAD: &str = "# Letters that were taken down, one a line: `imr publish` leaves them out.\n";

/// The list of a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withheld {
    letters: BTreeSet<u64>,
}

impl Withheld {
    /// The list beside the state of a target. One that is not there is empty.
    ///
    /// # Errors
    /// From the file system, and [`ErrorKind::Usage`] for a line that names no letter: nothing is published by a list that
    /// cannot be read.
    pub fn of(state: &Path) -> Result<Self> {
        let path = Self::path(state);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::io(path, error)),
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let letters = lines.map(|line| letter_of_name(line).ok_or_else(|| unknown(line).with_path(&path)));
        Ok(Self { letters: letters.collect::<Result<_>>()? })
    }

    /// Where the list is.
    pub fn path(state: &Path) -> PathBuf {
        let mut name = state.as_os_str().to_owned();
        name.push(".withheld");
        PathBuf::from(name)
    }

    /// Whether a letter is to be left out.
    pub fn has(&self, letter: u64) -> bool {
        self.letters.contains(&letter)
    }

    /// Puts letters on the list beside a state, or takes them off, durably. Others may do so at the same time.
    ///
    /// # Errors
    /// As [`Withheld::of`].
    pub fn change(state: &Path, letters: &[u64], is_withheld: bool) -> Result<()> {
        let path = Self::path(state);
        let _held = state::held(&path)?;
        let mut this = Self::of(state)?;
        for letter in letters {
            match is_withheld {
                true => this.letters.insert(*letter),
                false => this.letters.remove(letter),
            };
        }
        let lines = this.letters.iter().map(|letter| letter_name(*letter) + "\n");
        state::replace(&path, &(HEAD.to_owned() + &lines.collect::<String>()))
    }
}

/// The error of a name that is none of a letter.
pub fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("`{name}` is no letter"))
        .with_hint("a letter is named by its case number, such as CM16-0213037, or as `letter` has it there")
}
