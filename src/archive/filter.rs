//! Which files of an archive are meant: paths to begin at, globs, hidden files, links.

use std::path::PathBuf;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, ErrorKind, Result};

/// Where a walk begins, and what it means of what lies below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// A file or a folder.
    pub path: PathBuf,
    /// Which files below it are meant.
    pub filter: Arc<Filter>,
}

impl Root {
    /// Begins at a path.
    pub fn new(path: impl Into<PathBuf>, filter: &Arc<Filter>) -> Self {
        Self { path: path.into(), filter: Arc::clone(filter) }
    }
}

/// Chooses among the files below the roots of a walk, and among what lies in containers. What is named as a root is
/// always meant.
///
/// Globs are matched against the path below the root, with `!/` and the name behind it for what lies in a container:
/// `2016-12.zip!/CM16-0213037.pdf`. One without a slash is matched at any depth. `*` stays within a name, `**` does not.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    hidden: bool,
    follow: bool,
    within: String,
    globs: [Vec<String>; 2],
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        let choice = |filter: &Self| (filter.hidden, filter.follow, filter.globs.clone());
        choice(self) == choice(other)
    }
}

impl Eq for Filter {}

impl Filter {
    /// A filter by globs. Without `include` every file is meant. Hidden are names that begin with a dot.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for what is no glob.
    pub fn new(include: &[String], exclude: &[String], hidden: bool, follow: bool) -> Result<Self> {
        let parts = [("hidden", &[] as &[String], hidden), ("include", include, false), ("exclude", exclude, false)];
        let parts = parts.into_iter().filter(|(_, globs, on)| *on || !globs.is_empty());
        let within: Vec<_> = parts.map(|(name, globs, _)| format!("{name} {}", globs.join(" "))).collect();
        let globs = [include.to_vec(), exclude.to_vec()];
        let (include, exclude) = (set(INCLUDE, include)?, set(EXCLUDE, exclude)?);
        Ok(Self { include, exclude, hidden, follow, within: within.join("; "), globs })
    }

    /// Whether everything is meant but what is hidden, and no link is followed.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The filter as flags of the command line, each with its value behind it.
    pub fn flags(&self) -> Vec<String> {
        let named = |flag: &str, globs: &[String]| globs.iter().flat_map(|g| [flag.to_owned(), g.clone()]).collect();
        let [include, exclude] = &self.globs;
        let mut flags: Vec<String> = named(INCLUDE, include);
        flags.extend(named(EXCLUDE, exclude));
        flags.extend([(self.hidden, HIDDEN), (self.follow, FOLLOW)].iter().filter(|f| f.0).map(|f| f.1.to_owned()));
        flags
    }

    /// The filter of some flags, which [`Filter::flags`] gave.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for what are no such flags.
    pub fn of_flags(flags: &[String]) -> Result<Self> {
        let (mut globs, mut hidden, mut follow) = ([Vec::new(), Vec::new()], false, false);
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            match (flag.as_str(), flags.as_slice().first()) {
                (HIDDEN, _) => hidden = true,
                (FOLLOW, _) => follow = true,
                (INCLUDE | EXCLUDE, Some(glob)) => {
                    globs[usize::from(flag == EXCLUDE)].push(glob.clone());
                    flags.next();
                }
                _ => return Err(Error::new(ErrorKind::Usage, format!("`{flag}` does not choose files"))),
            }
        }
        let [include, exclude] = globs;
        Self::new(&include, &exclude, hidden, follow)
    }

    /// Whether symbolic links below the roots are followed.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Whether it has no globs, and looks at names alone.
    pub(super) fn is_plain(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }

    /// Whether a name is not hidden, or hidden ones are meant.
    pub(super) fn shows(&self, name: &[u8]) -> bool {
        self.hidden || !name.starts_with(b".")
    }

    /// What tells it from other filters within a container; empty for one that means all but what is hidden.
    pub fn within(&self) -> &str {
        &self.within
    }

    /// Whether a folder, or a container, below a root may hold anything that is meant; what is above it does.
    pub(super) fn enters(&self, below: &str) -> bool {
        let name = below.rsplit('/').next().unwrap_or(below);
        (self.hidden || !name.starts_with('.')) && !self.exclude.as_ref().is_some_and(|set| set.is_match(below))
    }

    /// Whether a file is meant, by its path below a root.
    pub fn keeps(&self, below: &str) -> bool {
        if !self.hidden && below.split('/').any(|name| name.starts_with('.')) {
            return false;
        }
        // What is below a folder, or in a container, that a glob matches is matched with it.
        let mut above = below.match_indices('/').map(|(at, _)| &below[..at]).chain([below]);
        let matches = |set: &GlobSet, path: &str| set.is_match(path.strip_suffix('!').unwrap_or(path));
        if self.exclude.as_ref().is_some_and(|set| above.clone().any(|path| matches(set, path))) {
            return false;
        }
        self.include.as_ref().is_none_or(|set| above.any(|path| matches(set, path)))
    }
}

const INCLUDE: &str = "--include";
const EXCLUDE: &str = "--exclude";
const HIDDEN: &str = "--hidden";
const FOLLOW: &str = "--follow";

fn set(flag: &str, globs: &[String]) -> Result<Option<GlobSet>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let wrong = |glob: &str, error: globset::Error| {
        Error::new(ErrorKind::Usage, format!("`{flag}` wants a glob, which `{glob}` is not: {}", error.kind()))
    };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let trimmed = glob.trim_start_matches("./").trim_end_matches('/');
        let anchored = match trimmed.strip_prefix('/') {
            Some(rooted) => rooted.to_owned(),
            None if trimmed.contains('/') => trimmed.to_owned(),
            None => format!("**/{trimmed}"),
        };
        set.add(GlobBuilder::new(&anchored).literal_separator(true).build().map_err(|e| wrong(glob, e))?);
    }
    set.build().map(Some).map_err(|e| wrong(&globs.join(", "), e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |globs: &[&str]| globs.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>();
        Filter::new(&owned(include), &owned(exclude), false, false).unwrap()
    }

    #[test]
    fn globs_match_below_the_root_and_in_containers() {
        let pdf = filter(&["*.pdf"], &[]);
        for (path, kept) in [("a.pdf", true), ("x/a.pdf", true), ("x.zip!/b/a.pdf", true), ("a.txt", false)] {
            assert_eq!(pdf.keeps(path), kept, "{path}");
        }
        let year = filter(&["2016/**", "2017*.zip"], &["draft*", "2016/old"]);
        for (path, kept) in [
            ("2016/a.pdf", true),
            ("2016/old/a.pdf", false),
            ("2016/b/draft-1.pdf", false),
            ("2016/b.zip!/drafts/1.pdf", false),
            ("x/2016/a.pdf", false),
            ("2017-01.zip!/a.pdf", true),
            ("x/2017-01.zip!/a.pdf", true),
            ("2018.zip!/a.pdf", false),
        ] {
            assert_eq!(year.keeps(path), kept, "{path}");
        }
        assert!(!year.enters("2016/old") && year.enters("2016"));
    }

    #[test]
    fn hidden_files_are_not_meant_unless_asked_for() {
        let plain = Filter::default();
        assert!(!plain.keeps(".a.pdf") && !plain.keeps("x/.git/a.pdf") && !plain.keeps("x.zip!/__MACOSX/._a.pdf"));
        assert!(!plain.enters("x/.git") && plain.enters("x/y"));
        let hidden = Filter::new(&[], &[], true, false).unwrap();
        assert!(hidden.keeps("x/.git/a.pdf") && hidden.enters("x/.git"));
    }

    #[test]
    fn a_filter_is_its_flags() {
        let owned = |globs: &[&str]| globs.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>();
        for (include, exclude) in [(&["*.pdf", "--hidden"][..], &["a b"][..]), (&[], &["--exclude"]), (&[], &[])] {
            for (hidden, follow) in [(false, false), (true, false), (false, true), (true, true)] {
                let filter = Filter::new(&owned(include), &owned(exclude), hidden, follow).unwrap();
                let again = Filter::of_flags(&filter.flags()).unwrap();
                assert_eq!((&again, again.within()), (&filter, filter.within()));
                assert_eq!(filter.is_default(), filter.flags().is_empty());
            }
        }
        for flags in [&["--prune"][..], &["--include"], &["*.pdf"]] {
            assert!(Filter::of_flags(&owned(flags)).is_err(), "{flags:?}");
        }
    }

    #[test]
    fn what_is_no_glob_is_named() {
        let error = Filter::new(&["a[".to_owned()], &[], false, false).unwrap_err();
        assert!(error.message().contains("--include") && error.message().contains("a["), "{error}");
    }
}
