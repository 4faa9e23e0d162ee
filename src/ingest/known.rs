//! What an earlier run knows of files, and what that means for this one: the one place that tells new from changed,
//! unchanged, moved and gone.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::roots;
use crate::archive::container::{self, SEPARATOR};
use crate::archive::{self, Entry, Filter, Root, Stamp};
use crate::error::Result;
use crate::index::{self, FileEntry, Outcome, Snapshot, Status};

/// Of files with the same content so many are looked at to find one that is gone.
const COPIES: usize = 16;

/// Which files that are as they were are read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Redo {
    /// None.
    #[default]
    Nothing,
    /// Those that could not be read.
    Failed,
    /// All.
    Everything,
}

/// What is to be done about a file, as far as its stamp tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It is as it was.
    Unchanged(FileEntry),
    /// It has to be read; with what was known of it.
    ToRead(Option<FileEntry>),
}

/// The manifest as of the last commit, and how this run goes by it.
pub struct Known {
    snapshot: Snapshot,
    base: PathBuf,
    redo: Redo,
}

impl Known {
    /// What a manifest knows. Its relative paths are relative to `base`.
    pub fn new(snapshot: Snapshot, base: PathBuf, redo: Redo) -> Self {
        Self { snapshot, base, redo }
    }

    /// The folder that relative paths of the manifest are relative to.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// The manifest.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What earlier runs were asked to index, and which files of it, without what is gone with all its letters: the next
    /// run forgets it.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn roots(&self) -> Result<Vec<Root>> {
        let mut roots = Vec::new();
        for (key, flags) in self.snapshot.roots()? {
            let path = index::from_key(&key, &self.base);
            let mut is_meant = archive::is_there(&path);
            if !is_meant {
                for row in roots::known_below(&self.snapshot, &path, &self.base) {
                    is_meant |= row?.1.is_version();
                }
            }
            if is_meant {
                roots.push(Root::new(path, &Arc::new(Filter::of_flags(&flags)?)));
            }
        }
        Ok(roots)
    }

    /// The path as the manifest keeps it.
    pub fn key(&self, path: &Path) -> Vec<u8> {
        index::to_key(path, &self.base)
    }

    /// What is known of a file or an entry of a container, if this run goes by it.
    pub fn get(&self, key: &[u8]) -> Result<Option<FileEntry>> {
        if self.redo == Redo::Everything { Ok(None) } else { self.snapshot.get(key) }
    }

    /// Whether an earlier run followed the link at a path, and knows what it leads to.
    pub fn was_followed(&self, key: &[u8]) -> Result<bool> {
        Ok(self.snapshot.get(key)?.is_some_and(|old| old.status != Status::NotALetter))
    }

    /// The mark of a file that is as it was, and is no failure: such a file needs no further look.
    pub fn same(&self, path: &Path, stamp: &Stamp, to_read: bool) -> Result<Option<Mark>> {
        if self.redo == Redo::Everything {
            return Ok(None);
        }
        let key = index::key_of(path, &self.base);
        let outcome = self.snapshot.outcome(key)?;
        // What may be tried again is looked at as a whole.
        let is_settled = |old: &Outcome| !matches!(old.status, Status::Failed | Status::Container);
        let is_same = outcome.filter(is_settled).is_some_and(|old| old.settles(stamp, to_read));
        Ok(is_same.then(|| Mark::of(key)))
    }

    /// What is to be done about a file with this stamp, which is or is not to be read as a letter.
    pub fn look(&self, key: &[u8], stamp: &Stamp, to_read: bool) -> Result<Look> {
        Ok(match self.get(key)? {
            Some(old) if old.settles(stamp, to_read) && !self.is_retried(&old) => Look::Unchanged(old),
            old => Look::ToRead(old),
        })
    }

    /// What is known of a container that need not be opened.
    pub fn settled(&self, entry: &Entry) -> Result<Option<FileEntry>> {
        let within = entry.filter.as_ref().map_or("", |filter| filter.within());
        let is_same_part = |old: &FileEntry| old.status != Status::Container || old.reason == within;
        Ok(match self.look(&self.key(&entry.path), &entry.stamp, true)? {
            Look::Unchanged(old) if is_same_part(&old) => Some(old),
            _ => None,
        })
    }

    /// Whether something could not be read, and is now tried again.
    fn is_retried(&self, old: &FileEntry) -> bool {
        let failed = old.status == Status::Failed || (old.status == Status::Container && old.issues > 0);
        failed && self.redo == Redo::Failed
    }

    /// The files that this content lay in before and that are gone: if there is one, the content was moved.
    pub fn moved_from(&self, key: &[u8], digest: &[u8; 32]) -> Result<Vec<(Vec<u8>, FileEntry)>> {
        let mut copies = self.snapshot.with_digest(digest)?;
        // The indexed one first, since its record is at hand.
        copies.sort_by_key(|(_, entry)| !entry.status.has_documents());
        Ok(copies.into_iter().take(COPIES).filter(|(other, _)| other != key && !self.is_there(other)).collect())
    }

    /// Whether a file, or the container that it lies in, is where it was. What cannot be told is.
    pub fn is_there(&self, key: &[u8]) -> bool {
        let on_disk = container::split_address(key).map_or(key, |(container, _)| container);
        archive::is_there(&index::from_key(on_disk, &self.base))
    }
}

/// Takes a file that is gone: its key and what is known of it.
pub type OnGone<'a> = dyn FnMut(&Seen, Vec<u8>, FileEntry) -> Result<()> + 'a;

/// Stands for a path among those that a walk came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark(u64);

impl Mark {
    /// The mark of a file with this key.
    pub fn of(key: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// Where a walk came to, and where it could not.
#[derive(Default)]
pub struct Seen {
    paths: HashSet<Mark>,
    /// How many of the paths are known from an earlier run, as far as that was noted.
    known: u64,
    /// Folders and files that the walk could not look at; what lies below them is not gone.
    unread: HashSet<PathBuf>,
}

impl Seen {
    /// Notes that the walk came to a path; tells whether it did so for the first time.
    pub fn see(&mut self, key: &[u8]) -> bool {
        self.see_mark(Mark::of(key))
    }

    /// The same for a mark.
    pub fn see_mark(&mut self, mark: Mark) -> bool {
        self.paths.insert(mark)
    }

    /// Notes that the walk came to a path that is known from an earlier run.
    pub fn see_known(&mut self, mark: Mark) {
        self.known += u64::from(self.paths.insert(mark));
    }

    /// Whether the walk came to a path.
    pub fn has(&self, key: &[u8]) -> bool {
        self.paths.contains(&Mark::of(key))
    }

    /// Notes that the walk could not look at a folder, a file with what it may hold, or all that there is, where no path is
    /// known.
    pub fn see_unread(&mut self, path: Option<&Path>) {
        let path = path.unwrap_or(Path::new("/"));
        self.unread.insert(path.to_path_buf());
        self.see_unread_container(path);
    }

    /// Notes that what a container holds could not be looked at.
    pub fn see_unread_container(&mut self, container: &Path) {
        let mut path = container.as_os_str().to_owned();
        path.push("!");
        self.unread.insert(path.into());
    }

    /// Hands over what is known below the roots of a walk, is meant by the filter there, and was not come to: what is gone.
    /// Counts as seen from then on.
    pub fn each_gone(&mut self, before: &Known, walked: &[Root], each: &mut OnGone<'_>) -> Result<()> {
        // Most runs find all that is known.
        if self.known == before.snapshot.count()? {
            return Ok(());
        }
        // The nearest root decides.
        let mut walked: Vec<_> = walked.iter().collect();
        walked.sort_by_key(|root| std::cmp::Reverse(root.path.as_os_str().len()));
        for Root { path: root, filter } in walked {
            let mut links = Links::new(root, filter.follows());
            for row in roots::rows_below(&before.snapshot, root, &before.base) {
                let row = row?;
                if self.has(row.key()) {
                    continue;
                }
                let (key, entry) = (row.key().to_vec(), row.entry());
                let path = index::from_key(&key, &before.base);
                // What this run was not to look at is left as it is.
                let is_unread = path.ancestors().any(|above| self.unread.contains(above));
                if is_meant(&path, root, filter) && !is_unread && !links.hide(&key, &before.base) {
                    each(self, key.clone(), entry)?;
                }
                // A file that is a root itself lies below a folder that is one, too.
                self.see(&key);
            }
        }
        Ok(())
    }
}

/// The symbolic links below the root of a walk: what they lead to is another walk's, if this one does not follow them, and
/// they themselves are no files that are gone, if it does.
struct Links<'a> {
    root: &'a Path,
    follows: bool,
    /// Whether a folder below the root is a link, or lies below one.
    folders: HashMap<PathBuf, bool>,
}

impl<'a> Links<'a> {
    fn new(root: &'a Path, follows: bool) -> Self {
        Self { root, follows, folders: HashMap::new() }
    }

    /// Whether a path that the walk did not come to is a link, or lies where the walk does not go for one.
    fn hide(&mut self, key: &[u8], base: &Path) -> bool {
        let on_disk = container::split_address(key).map_or(key, |(container, _)| container);
        let path = index::from_key(on_disk, base);
        // The root itself is followed always.
        let Some(above) = path.parent().filter(|_| path != self.root) else { return false };
        let is_link = is_link(&path) && (!self.follows || on_disk.len() == key.len());
        is_link || (!self.follows && self.leads_away(above))
    }

    fn leads_away(&mut self, folder: &Path) -> bool {
        if folder == self.root || !folder.starts_with(self.root) {
            return false;
        }
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let leads_away = is_link(folder) || folder.parent().is_some_and(|above| self.leads_away(above));
        self.folders.insert(folder.to_path_buf(), leads_away);
        leads_away
    }
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

/// Whether a filter means what lay at a path below a root, or in it.
fn is_meant(path: &Path, root: &Path, filter: &Filter) -> bool {
    match path.strip_prefix(root) {
        Ok(below) => below.as_os_str().is_empty() || filter.keeps(&below.to_string_lossy()),
        // The root is a container, and what is named is meant whatever its own name.
        Err(_) => {
            let below = root.parent().and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
            filter.keeps(below.to_string_lossy().trim_start_matches('.'))
        }
    }
}

/// What stays in the index of a file that is gone, without `--prune`.
///
/// Its letter does, unless a file that is there has the same content or a version that was decided on the same day; of
/// what is no letter nothing would be lost. `versions` gives the paths of the letter's versions of that day.
pub fn is_kept(seen: &Seen, entry: &FileEntry, versions: impl Iterator<Item = Result<Vec<u8>>>) -> Result<bool> {
    if !entry.status.has_documents() {
        return Ok(false);
    }
    for path in versions {
        if seen.has(&path?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is known of what a container holds that need not be opened: all of it is as it was. What it no longer holds, and
/// whose letters stayed, is not among it.
pub fn held_by(before: &Snapshot, container: &[u8]) -> impl Iterator<Item = Result<(Vec<u8>, FileEntry)>> + use<> {
    let held = before.below(&[container, SEPARATOR.as_bytes()].concat());
    held.filter(|row| row.as_ref().map_or(true, |(_, entry)| !entry.is_missing()))
}
