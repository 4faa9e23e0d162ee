//! The folders of shards that a walk comes to: each is taken as a whole, or not at all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::archive::{Entry, Kind, Shard};
use crate::error::Error;
use crate::shards::Shards;

/// Folders of shards that were come to, and whether they are whole.
#[derive(Default)]
pub struct Folders(HashMap<PathBuf, bool>);

/// Whether a file is taken.
pub enum Taken {
    /// It is no shard, or one of a folder that is whole.
    Yes,
    /// Its folder is not whole, which was told, or it is a manifest that the filter does not mean.
    No,
    /// This folder is not whole, as is told for the first time.
    Refused(PathBuf, Error),
}

impl Folders {
    /// Looks at the folder of a file where that is of a shard. Whoever names the file itself wants it as it is.
    pub fn take(&mut self, entry: &Entry) -> Taken {
        if !matches!(entry.kind, Kind::Container(_) | Kind::Manifest) || entry.below.is_empty() {
            return Taken::Yes;
        }
        let name = entry.path.file_name().and_then(|name| name.to_str());
        let folder = entry.path.parent().filter(|_| name.and_then(Shard::of_name).is_some());
        match folder.map_or(Ok(true), |folder| self.is_whole(folder)) {
            Ok(true) => match &entry.filter {
                Some(filter) if entry.kind == Kind::Manifest && !filter.keeps(&entry.below) => Taken::No,
                _ => Taken::Yes,
            },
            Ok(false) => Taken::No,
            Err(error) => Taken::Refused(folder.map(Path::to_path_buf).unwrap_or_default(), error),
        }
    }

    /// What is wrong with a folder comes once.
    fn is_whole(&mut self, folder: &Path) -> Result<bool, Error> {
        if let Some(is_whole) = self.0.get(folder) {
            return Ok(*is_whole);
        }
        let shards = Shards::open(folder);
        self.0.insert(folder.to_path_buf(), shards.is_ok());
        shards.map(|_| true)
    }
}
