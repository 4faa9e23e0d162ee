//! What is to be indexed: as it is found from any folder, and what of it is not there.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::archive::container::{self, SEPARATOR};
use crate::archive::{self, Root, Skip, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, FileEntry, KnownRow, Snapshot};
use crate::shards::{self, Shards};

/// The roots of a run.
pub struct Roots {
    /// Folders and files, all absolute; no folder below another with the same filter.
    pub walked: Vec<Root>,
    /// Those of them that lie below one of the folders: they are gone to once, as what they were named.
    pub named: HashSet<PathBuf>,
    /// What cannot be walked, with the absolute path where it should be.
    pub missing: Vec<(PathBuf, Error)>,
}

impl Roots {
    /// Looks at what was named.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when nothing was.
    pub fn resolve(given: &[Root]) -> Result<Self> {
        if given.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "no path was given"));
        }
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for Root { path, filter } in given {
            let root = archive::check_root(path).and_then(|()| path.canonicalize().map_err(|e| Error::io(path, e)));
            match root {
                Ok(root) => found.push(Root::new(root, filter)),
                Err(error) => {
                    let place = place(path);
                    let error = match error.kind() {
                        // What tells of the records of a shard is beside them: they are lost, and nobody took them away.
                        ErrorKind::NotFound => shards::verified(&place).err().unwrap_or(error),
                        _ => error,
                    };
                    let error = within_container(path, &place).unwrap_or(error);
                    missing.push((place, error));
                }
            }
        }
        let (mut kept, mut named, mut walked) = (HashSet::new(), HashSet::new(), Vec::new());
        let folders = found.iter().filter(|root| root.path.is_dir());
        let folders: HashMap<_, _> = folders.map(|root| (root.path.clone(), Arc::clone(&root.filter))).collect();
        for root in found {
            // The nearest root above decides what is meant here, unless this is one.
            let above = root.path.ancestors().skip(1).find_map(|above| folders.get(above));
            let is_file = !folders.contains_key(&root.path);
            if above.is_some_and(|filter| !is_file && *filter == root.filter) {
                continue;
            }
            if above.is_some() {
                named.insert(root.path.clone());
            }
            if kept.insert(root.path.clone()) {
                walked.push(root);
            }
        }
        Ok(Self { walked, named, missing })
    }

    /// Takes folders of shards that are not whole for missing: where they are all that there is, no index is begun. Those
    /// further below are found by the walk.
    pub fn refuse_shards(&mut self) {
        let missing = &mut self.missing;
        self.walked.retain(|root| match Shards::open(&root.path) {
            Err(error) if error.kind() == ErrorKind::Shards => {
                missing.push((root.path.clone(), error));
                false
            }
            _ => true,
        });
    }

    /// The walk over them, passing over an index folder.
    pub fn walk(&self, index: Option<&Path>) -> Walk {
        Walk::new(self.walked.clone()).without(self.skip(index))
    }

    /// What a walk over them passes over, besides an index folder.
    pub fn skip(&self, index: Option<&Path>) -> Skip {
        Skip::new(index.map(Path::to_path_buf).into_iter().collect(), self.named.clone())
    }
}

/// Where a path is, or should be if it is not there: below the nearest folder that is, without symbolic links.
pub fn place(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let there = full.ancestors().find_map(|above| Some((above.canonicalize().ok()?, full.strip_prefix(above).ok()?)));
    let Some((mut place, rest)) = there else { return full };
    let mut leads_up = false;
    for part in rest.components() {
        match part {
            Component::ParentDir => {
                leads_up = true;
                place.pop();
            }
            part => place.push(part),
        }
    }
    // Out of folders that are not there, to what may be.
    if leads_up { self::place(&place) } else { place }
}

/// The error of a path that is an address in a container that is there: nothing of it is gone for having no path on disk.
fn within_container(given: &Path, place: &Path) -> Option<Error> {
    let (container, _) = container::split_address(place.as_os_str().as_encoded_bytes())?;
    if !index::from_key(container, Path::new("")).is_file() {
        return None;
    }
    // As it was typed, where that can be told.
    let typed = container::split_address(given.as_os_str().as_encoded_bytes()).map_or(container, |(typed, _)| typed);
    let typed = String::from_utf8_lossy(typed);
    Some(
        Error::new(ErrorKind::Usage, "lies in a container, which is looked at as a whole")
            .with_path(given)
            .with_hint(format!("name the container: `{typed}`")),
    )
}

/// The files that the manifest knows at or below a path.
pub fn known_below(
    before: &Snapshot,
    root: &Path,
    base: &Path,
) -> impl Iterator<Item = Result<(Vec<u8>, FileEntry)>> + use<> {
    rows_below(before, root, base).map(|row| row.map(|row| (row.key().to_vec(), row.entry())))
}

/// The same, for who looks at few of them.
pub fn rows_below(before: &Snapshot, root: &Path, base: &Path) -> impl Iterator<Item = Result<KnownRow>> + use<> {
    // Keys are relative below the base: a root that is the base, or above it, has keys of both kinds below it.
    let is_above = base.starts_with(root);
    let prefix = if is_above { Vec::new() } else { index::to_key(root, base) };
    let is_base = root == base;
    let (root, base) = (root.to_path_buf(), base.to_path_buf());
    // Behind the path of a container comes what it holds.
    let held = [index::to_key(&root, &base).as_slice(), SEPARATOR.as_bytes()].concat();
    before.rows_below(&prefix).filter(move |row| {
        let Ok(row) = row else { return true };
        let key = row.key();
        let is_below = match is_above {
            true if is_base && !key.starts_with(b"/") => return true,
            true => false,
            false => key[prefix.len()..].first().is_none_or(|next| *next == b'/'),
        };
        is_below || key.starts_with(&held) || index::from_key(key, &base).starts_with(&root)
    })
}
