//! What there is to work on: the files of a walk, and what lies in its containers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folders::{Folders, Taken};
use super::known::Known;
use crate::archive::container::{self, Limits, Member, Members};
use crate::archive::{Entry, Kind, Root, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, FileEntry};
use crate::shards;

/// One thing to work on, or to note.
pub enum Task {
    /// A file of the walk.
    File(Entry),
    /// An entry of the container at this path.
    Member(Arc<PathBuf>, Box<Member>),
    /// A container, behind the last of its members: how it ended.
    End(Entry, Result<()>),
    /// A container that is as it was, and so is what it holds.
    Settled(Entry, Box<FileEntry>),
    /// A file, by its key, that is no longer where it was.
    Gone(Vec<u8>),
    /// The walk could not go there.
    Walk(Error),
    /// A folder of shards, or one of their files, is not taken, since something is wrong with it.
    Refused(PathBuf, Error),
    /// The index cannot be read.
    Broken(Error),
}

/// Opens the containers among the entries of a walk, and puts what they hold in their place.
pub struct Tasks<'a, I> {
    entries: I,
    known: Option<&'a Known>,
    open: Option<Open>,
    folders: Folders,
}

struct Open {
    entry: Entry,
    path: Arc<PathBuf>,
    members: Members,
}

impl<'a, I: Iterator<Item = Result<Entry>>> Tasks<'a, I> {
    /// The tasks of a walk. Containers that `known` settles stay closed.
    pub fn new(entries: I, known: Option<&'a Known>) -> Self {
        Self { entries, known, open: None, folders: Folders::default() }
    }

    fn begin(&mut self, entry: Entry, format: container::Format) -> Option<Task> {
        match self.known.map_or(Ok(None), |known| known.settled(&entry)) {
            Err(error) => return Some(Task::Broken(error)),
            Ok(Some(old)) => return Some(Task::Settled(entry, Box::new(old))),
            Ok(None) => {}
        }
        if let Err(error) = shards::verified(&entry.path) {
            return Some(Task::Refused(entry.path, error));
        }
        let (filter, mut below) = (entry.filter.clone().unwrap_or_default(), entry.below.clone());
        if below.is_empty() {
            below = entry.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        }
        below.push_str(container::SEPARATOR);
        let is_root = entry.below.is_empty();
        let keep = move |address: &str| match is_root {
            // What is named is meant, whatever its own name.
            true => filter.keeps(&format!("{}{address}", below.trim_start_matches('.'))),
            false => filter.keeps(&format!("{below}{address}")),
        };
        match Members::open(&entry.path, format, &Limits::default(), keep) {
            Ok(members) => {
                let path = Arc::new(entry.path.clone());
                self.open = Some(Open { entry, path, members });
                None
            }
            Err(error) => {
                let error = error.with_path(&entry.path);
                Some(Task::End(entry, Err(error)))
            }
        }
    }
}

impl<I: Iterator<Item = Result<Entry>>> Iterator for Tasks<'_, I> {
    type Item = Task;

    fn next(&mut self) -> Option<Task> {
        loop {
            if let Some(open) = &mut self.open {
                match open.members.next().transpose() {
                    Ok(Some(member)) => return Some(Task::Member(Arc::clone(&open.path), Box::new(member))),
                    Ok(None) => return self.open.take().map(|open| Task::End(open.entry, Ok(()))),
                    Err(error) => {
                        let open = self.open.take()?;
                        let error = error.with_path(&open.entry.path);
                        return Some(Task::End(open.entry, Err(error)));
                    }
                }
            }
            match self.entries.next()? {
                Err(error) => return Some(Task::Walk(error)),
                Ok(entry) => match (self.folders.take(&entry), entry.kind) {
                    (Taken::No, _) => {}
                    (Taken::Refused(folder, error), _) => return Some(Task::Refused(folder, error)),
                    (Taken::Yes, Kind::Container(format)) => {
                        if let Some(task) = self.begin(entry, format) {
                            return Some(task);
                        }
                    }
                    (Taken::Yes, _) => return Some(Task::File(entry)),
                },
            }
        }
    }
}

/// A file of its own, outside of a walk.
fn file(path: &Path) -> Result<Entry> {
    Walk::new(vec![Root::new(path, &Arc::default())])
        .next()
        .unwrap_or_else(|| Err(Error::new(ErrorKind::Io, "is no file").with_path(path)))
}

/// The tasks of files that are known by their keys, in whatever containers they lie.
pub struct Again<'a> {
    keys: std::iter::Peekable<std::slice::Iter<'a, Vec<u8>>>,
    base: &'a Path,
    open: Option<Group>,
    gone: Vec<Vec<u8>>,
}

/// The keys below one container.
struct Group {
    path: Arc<PathBuf>,
    prefix: Vec<u8>,
    members: Members,
    wanted: BTreeSet<String>,
}

impl<'a> Again<'a> {
    /// The tasks of these keys, which are in order.
    pub fn new(keys: &'a [Vec<u8>], base: &'a Path) -> Self {
        Self { keys: keys.iter().peekable(), base, open: None, gone: Vec::new() }
    }

    /// Opens a container for all keys below it.
    fn begin(&mut self, container: &[u8], first: &str) {
        let prefix = [container, container::SEPARATOR.as_bytes()].concat();
        let mut wanted = BTreeSet::from([first.to_owned()]);
        while let Some(key) = self.keys.next_if(|key| key.starts_with(&prefix)) {
            wanted.insert(String::from_utf8_lossy(&key[prefix.len()..]).into_owned());
        }
        let path = index::from_key(container, self.base);
        let format = path.file_name().and_then(|name| container::Format::of(&name.to_string_lossy()));
        let keep = wanted.clone();
        let members = format.map(|format| {
            Members::open(&path, format, &Limits::default(), move |address: &str| keep.contains(address))
        });
        match members {
            Some(Ok(members)) => self.open = Some(Group { path: Arc::new(path), prefix, members, wanted }),
            _ => self.gone = wanted.iter().map(|address| [&prefix, address.as_bytes()].concat()).collect(),
        }
    }
}

impl Iterator for Again<'_> {
    type Item = Task;

    fn next(&mut self) -> Option<Task> {
        loop {
            if let Some(key) = self.gone.pop() {
                return Some(Task::Gone(key));
            }
            if let Some(group) = &mut self.open {
                match group.members.next().transpose() {
                    Ok(Some(member)) if group.wanted.remove(&member.address) => {
                        return Some(Task::Member(Arc::clone(&group.path), Box::new(member)));
                    }
                    // The error of a container within this one: nothing was asked of it.
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => {
                        let group = self.open.take()?;
                        self.gone = group.wanted.iter().map(|a| [&group.prefix, a.as_bytes()].concat()).collect();
                    }
                }
                continue;
            }
            let key = self.keys.next()?;
            match container::split_address(key) {
                Some((container, address)) => self.begin(container, address),
                None => {
                    let path = index::from_key(key, self.base);
                    return Some(match file(&path) {
                        Ok(entry) if !matches!(entry.kind, Kind::Container(_)) => Task::File(entry),
                        _ => Task::Gone(key.clone()),
                    });
                }
            }
        }
    }
}
