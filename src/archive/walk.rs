//! The walk: every file under the given paths, in a fixed order.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::container::{self, Format, is_letter_name};
use super::look::{Entry, Lot, Name, below, format, is_manifest, look, name_of, no_file, walk_error};
use super::{Filter, Root};
use crate::error::{Error, ErrorKind, Result};

/// A folder of this name that holds a file of the other is an index, and no part of an archive.
const INDEX_FOLDER: (&str, &str) = (".imr", "format.json");

/// The walk over some roots: each in the order given, the entries of each folder in the order of their names' bytes.
///
/// A folder that cannot be read, or a loop of symbolic links, is one error; the walk goes on behind it. Index folders are
/// passed over.
pub struct Walk {
    roots: std::vec::IntoIter<Root>,
    current: Option<(Root, walkdir::IntoIter)>,
    /// What came next and belongs to another lot than what came before it.
    ahead: Option<(Result<Name>, Arc<Filter>)>,
    /// What was chosen of another walk, with the filter of all its roots.
    chosen: Option<(std::vec::IntoIter<Name>, Arc<Filter>)>,
    skip: Skip,
}

/// Paths to pass over, and their names: a name is cheaper to look up than a path, and hardly ever found.
#[derive(Debug, Clone, Default)]
pub struct Skip {
    /// Passed over also as roots.
    paths: HashSet<PathBuf>,
    /// Passed over below other roots.
    roots: HashSet<PathBuf>,
    names: HashSet<Vec<u8>>,
}

impl Skip {
    /// Passes over some paths wherever they are, such as the index beside its archive, and over roots of the walk below
    /// other roots.
    pub fn new(paths: HashSet<PathBuf>, roots: HashSet<PathBuf>) -> Self {
        let names = paths.iter().chain(&roots);
        let names = names.filter_map(|path| Some(path.file_name()?.as_encoded_bytes().to_vec())).collect();
        Self { paths, roots, names }
    }

    fn has(&self, entry: &DirEntry) -> bool {
        // A root may be written in any way: `letters/.` has no name, and the name of its folder.
        if entry.depth() == 0 {
            return entry.file_type().is_dir() && self.paths.contains(entry.path());
        }
        let path = entry.path();
        self.names.contains(name_of(entry)) && (self.paths.contains(path) || self.roots.contains(path))
    }
}

impl Walk {
    /// Begins a walk over what the filters of the roots mean. Symbolic links below a root are followed if its filter says
    /// so; roots always are.
    pub fn new(roots: Vec<Root>) -> Self {
        Self { roots: roots.into_iter(), current: None, ahead: None, chosen: None, skip: Skip::default() }
    }

    /// Begins a walk that comes to nothing but these files of another one, whose roots all had this filter.
    pub fn of(names: Vec<Name>, filter: &Arc<Filter>) -> Self {
        Self { chosen: Some((names.into_iter(), Arc::clone(filter))), ..Self::new(Vec::new()) }
    }

    /// All that may be a letter or hold some, by the names, of which no more is looked at.
    ///
    /// # Errors
    /// Where the walk cannot go: what is cut into parts has to be known as a whole.
    pub fn letters(mut self) -> Result<Vec<Name>> {
        let mut found = Vec::new();
        while let Some(name) = self.find_name() {
            let name = name?;
            let file = &name.entry;
            let is_letter = match file.depth() {
                0 => !file.path().is_dir(),
                _ => {
                    file.file_type().is_file()
                        && (is_letter_name(&file.file_name().to_string_lossy()) || format(file).is_some())
                }
            };
            if is_letter {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// The same walk, passing over some paths.
    #[must_use]
    pub fn without(self, skip: Skip) -> Self {
        Self { skip, ..self }
    }

    /// The next file, of which no more than the name is looked at, and the filter that it was chosen by.
    fn next_name(&mut self) -> Option<(Result<Name>, Arc<Filter>)> {
        if self.ahead.is_some() {
            return self.ahead.take();
        }
        let name = self.find_name()?;
        Some((name, self.chosen_by().cloned().unwrap_or_default()))
    }

    /// Which what came last was chosen by.
    fn chosen_by(&self) -> Option<&Arc<Filter>> {
        let of_root = self.current.as_ref().map(|(root, _)| &root.filter);
        of_root.or(self.chosen.as_ref().map(|(_, filter)| filter))
    }

    fn find_name(&mut self) -> Option<Result<Name>> {
        if let Some(name) = self.chosen.as_mut().and_then(|(names, _)| names.next()) {
            return Some(Ok(name));
        }
        loop {
            if let Some((Root { path: root, filter }, walk)) = &mut self.current {
                match walk.next() {
                    Some(Ok(entry)) if entry.file_type().is_dir() => {
                        if self.skip.has(&entry) || is_index(&entry) || !is_entered(filter, &entry, root) {
                            walk.skip_current_dir();
                        } else if let Some(name) = container_name(&entry) {
                            walk.skip_current_dir();
                            return Some(Err(ambiguous(entry.path(), &name)));
                        }
                        continue;
                    }
                    Some(Ok(entry)) if self.skip.has(&entry) || !is_meant(filter, &entry, root) => continue,
                    Some(Ok(entry)) => return Some(Ok(Name { entry, root: root.as_os_str().len() })),
                    Some(Err(error)) => return Some(Err(walk_error(error))),
                    None => self.current = None,
                }
            }
            let root = self.roots.next()?;
            // The entries of a folder have all but their names in common, so the order of paths is that of names.
            let walk = WalkDir::new(&root.path)
                .follow_links(root.filter.follows())
                .sort_by(|a, b| {
                    let (a, b) = (a.path().as_os_str(), b.path().as_os_str());
                    a.as_encoded_bytes().cmp(b.as_encoded_bytes())
                })
                .into_iter();
            self.current = Some((root, walk));
        }
    }

    /// The next files, some of them, of which no more than the names is looked at; nothing behind the last.
    pub fn names(&mut self, most: usize) -> Option<Lot> {
        let (first, filter) = self.next_name()?;
        let mut names = vec![first];
        while names.len() < most {
            let Some(name) = self.find_name() else { break };
            let of_name = self.chosen_by().unwrap_or(&filter);
            if !Arc::ptr_eq(of_name, &filter) {
                self.ahead = Some((name, Arc::clone(of_name)));
                break;
            }
            names.push(name);
        }
        Some(Lot { names, filter })
    }
}

/// Whether a folder is gone into.
fn is_entered(filter: &Filter, folder: &DirEntry, root: &Path) -> bool {
    match filter.is_plain() {
        true => folder.depth() == 0 || filter.shows(name_of(folder)),
        false => {
            let below = below(folder.path(), root.as_os_str().len());
            below.is_empty() || filter.enters(&below)
        }
    }
}

/// Whether a file is meant.
fn is_meant(filter: &Filter, entry: &DirEntry, root: &Path) -> bool {
    if entry.depth() == 0 || is_manifest(entry) {
        return true;
    }
    // The folders above are gone into, so it is a matter of the name.
    if filter.is_plain() {
        return filter.shows(name_of(entry));
    }
    let below = below(entry.path(), root.as_os_str().len());
    // What lies in a container is looked at one by one.
    if format(entry).is_some() { filter.enters(&below) } else { filter.keeps(&below) }
}

/// The container whose entries' addresses would look like the paths below a folder.
fn container_name(entry: &DirEntry) -> Option<String> {
    let name = String::from_utf8_lossy(name_of(entry).strip_suffix(b"!")?);
    Format::of(&name).is_some().then(|| name.into_owned())
}

fn ambiguous(path: &Path, container: &str) -> Error {
    let fact = format!("is a folder whose name is kept for what lies in a container `{container}`");
    Error::new(ErrorKind::Usage, fact).with_path(path).with_hint("give the folder another name")
}

impl Iterator for Walk {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (name, filter) = self.next_name()?;
            match name.and_then(|name| look(name, &filter)) {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Whether a path can be a root of a walk: a file or a folder, or a link to one.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::Usage`] for a pipe, a socket or a device, and [`ErrorKind::Io`].
pub fn check_root(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => Ok(()),
        Ok(_) => Err(no_file(path)),
        Err(error) if path == Path::new("-") => {
            Err(Error::io(path, error).with_hint("letters are not read from standard input; name files or folders"))
        }
        Err(error) => Err(Error::io(path, error)),
    }
}

/// Whether there is something at a path, as far as can be told: what may not be looked at is there.
pub fn is_there(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    !fs::symlink_metadata(path).is_err_and(|error| matches!(error.kind(), NotFound | NotADirectory))
}

fn is_index(entry: &DirEntry) -> bool {
    name_of(entry) == INDEX_FOLDER.0.as_bytes() && entry.path().join(INDEX_FOLDER.1).exists()
}

/// How many entries a walk over these roots, passing over some paths, will give, with those of the containers that tell: for
/// progress, and cheap, since it looks at names only. `stop` ends the count early.
pub fn count(roots: &[Root], skip: &Skip, stop: &dyn Fn() -> bool) -> u64 {
    let mut files = 0;
    for Root { path: root, filter } in roots {
        let entries = WalkDir::new(root).follow_links(filter.follows()).into_iter();
        let is_part = |entry: &DirEntry| {
            let is_folder = entry.file_type().is_dir();
            let is_meant = if is_folder { is_entered(filter, entry, root) } else { is_meant(filter, entry, root) };
            is_meant && !skip.has(entry) && !(is_folder && is_index(entry))
        };
        for entry in entries.filter_entry(is_part) {
            if stop() {
                return files;
            }
            files += match entry {
                Ok(entry) if entry.file_type().is_dir() => 0,
                Ok(entry) => format(&entry).map_or(1, |format| container::count(entry.path(), format).unwrap_or(1)),
                Err(_) => 1,
            };
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, entries};
    use super::*;

    /// What a walk comes to, looked at in lots of this size, and one by one.
    fn both(root: &Path, follow: bool, lot: usize) -> [Vec<Result<Entry>>; 2] {
        let filter = Arc::new(Filter::new(&[], &[], false, follow).unwrap());
        let walk = || Walk::new(vec![Root::new(root, &filter)]);
        let mut names = walk();
        let lots = std::iter::from_fn(|| names.names(lot));
        [lots.flat_map(entries).collect(), walk().collect()]
    }

    #[test]
    fn files_are_the_same_looked_at_together_or_alone() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for folder in ["a", "a/b", "c", "d!"] {
            fs::create_dir(at(folder)).unwrap();
            for name in ["1.txt", "2.PDF", "3.zip", "4.txt.gz", "5.csv", "é.txt"] {
                fs::write(at(folder).join(name), name.repeat(folder.len())).unwrap();
            }
        }
        // Before 1970, and with parts of a second.
        let file = fs::File::options().append(true).open(at("a/1.txt")).unwrap();
        file.set_modified(std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500)).unwrap();
        let file = fs::File::options().append(true).open(at("a/2.PDF")).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_nanos(1_234_567_891)).unwrap();
        #[cfg(unix)]
        for (to, link) in [("1.txt", "a/link.txt"), ("../c", "a/folder"), ("nothing", "a/dangling.txt"), ("..", "c/up")]
        {
            std::os::unix::fs::symlink(to, at(link)).unwrap();
        }
        for follow in [false, true] {
            for lot in [1, 2, 3, 100] {
                let [together, alone] = both(dir.path(), follow, lot).map(|entries| format!("{entries:#?}"));
                assert_eq!(together, alone, "in lots of {lot}, following {follow}");
                assert!(together.matches("Ok(").count() >= 24, "{together}");
            }
        }
        assert!(both(&at("a/1.txt"), false, 9)[0][0].as_ref().is_ok_and(|entry| entry.kind == Kind::Letter));
        assert!(both(&at("nothing"), false, 9)[0][0].is_err());
    }

    #[test]
    fn a_file_that_goes_after_the_walk_came_to_it_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["1.txt", "2.txt", "3.txt", "4.txt"];
        names.iter().for_each(|name| fs::write(dir.path().join(name), name).unwrap());
        let found = Walk::new(vec![Root::new(dir.path(), &Arc::default())]).names(9).unwrap();
        fs::remove_file(dir.path().join("3.txt")).unwrap();
        let entries = entries(found);
        let errors: Vec<_> = entries.iter().filter_map(|entry| entry.as_ref().err()).collect();
        let [error] = &errors[..] else { panic!("{entries:?}") };
        assert_eq!((entries.len(), error.kind()), (4, ErrorKind::NotFound));
        assert!(error.path().is_some_and(|path| path.ends_with("3.txt")));
    }
}
