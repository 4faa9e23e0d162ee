//! A folder of shards, which is taken as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use crate::archive::Shard;
use crate::archive::container::Format;
use crate::error::{Error, ErrorKind, Result};

/// How many shards are named one by one.
const NAMED: usize = 5;

/// All shards of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    folder: PathBuf,
    manifests: Vec<Manifest>,
}

impl Shards {
    /// The shards in a folder; `None` where it holds none.
    ///
    /// # Errors
    /// [`ErrorKind::Shards`] where they are not all there, not all of one list, or not all of the length that was written;
    /// and from the file system.
    pub fn open(folder: &Path) -> Result<Option<Self>> {
        let (mut manifests, mut records) = (BTreeSet::new(), BTreeMap::new());
        for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
            let name = entry.map_err(|e| Error::io(folder, e))?.file_name();
            let Some(name) = name.to_str() else { continue };
            let Some((shard, ending)) = Shard::of_name(name) else { continue };
            if Shard::of_manifest(name).is_some() {
                manifests.insert(shard);
            } else if is_records(ending) {
                records.entry(shard).or_insert_with(Vec::new).push(name.to_owned());
            }
        }
        let Some(first) = manifests.iter().chain(records.keys()).min().copied() else { return Ok(None) };
        let wrong = |fact: String| Error::new(ErrorKind::Shards, fact).with_path(folder);
        if let Some(other) = manifests.iter().chain(records.keys()).find(|shard| shard.of() != first.of()) {
            let fact = format!("holds shards of {} and of {}", first.of(), other.of());
            return Err(wrong(fact).with_hint("a folder is for the shards of one list, cut into one number of shards"));
        }
        let lacking: Vec<_> =
            (0..first.of()).filter_map(|n| Shard::new(n, first.of())).filter(|s| !manifests.contains(s)).collect();
        if let Some(next) = lacking.first() {
            return Err(wrong(lack(&lacking, |shard| records.contains_key(shard))).with_hint(format!(
                "`imr parse --shard {next} …` writes {}; to take what is there all the same, name its files",
                if lacking.len() == 1 { "it" } else { "the first of them" }
            )));
        }
        let read = |shard: &Shard| Manifest::read(&Manifest::place(folder, *shard));
        let manifests: Vec<Manifest> = manifests.iter().map(read).collect::<Result<_>>()?;
        let this = Self { folder: folder.to_path_buf(), manifests };
        this.check(&records)?;
        Ok(Some(this))
    }

    fn check(&self, records: &BTreeMap<Shard, Vec<String>>) -> Result<()> {
        let Some(first) = self.manifests.first() else { return Ok(()) };
        for manifest in &self.manifests {
            let (a, b) = (&first.task, &manifest.task);
            let differs = [
                (a.list != b.list, "of another list of files"),
                (a.flags != b.flags, "of other choices among the files"),
                (a.imr != b.imr, "of another version of the program"),
            ];
            let shard = b.shard()?;
            if let Some((_, how)) = differs.into_iter().find(|(differs, _)| *differs) {
                let fact = format!("is {how} than `{}`", Manifest::place(Path::new(""), a.shard()?).display());
                return Err(Error::new(ErrorKind::Shards, fact)
                    .with_path(Manifest::place(&self.folder, shard))
                    .with_hint("write all shards of one list with one version, each with `imr parse --shard`"));
            }
            manifest.check_length(&self.folder)?;
            let of_shard = records.get(&shard).into_iter().flatten();
            if let Some(other) = of_shard.into_iter().find(|name| **name != manifest.data.file) {
                let fact = format!("is left over: the shard's manifest tells of `{}`", manifest.data.file);
                return Err(Error::new(ErrorKind::Shards, fact)
                    .with_path(self.folder.join(other))
                    .with_hint("delete it"));
            }
        }
        Ok(())
    }

    /// The manifests, in the order of shards.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }
}

fn is_records(ending: &str) -> bool {
    Format::of(&format!("part.{ending}")).is_some_and(Format::is_export)
}

/// Says which shards are not there.
fn lack(lacking: &[Shard], has_records: impl Fn(&Shard) -> bool) -> String {
    let numbers: Vec<_> = lacking.iter().take(NAMED).map(|shard| shard.number().to_string()).collect();
    let of = lacking.first().map_or(0, |shard| shard.of());
    let more = match lacking.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shards = if lacking.len() == 1 { "shard" } else { "shards" };
    let unfinished = match lacking.iter().find(|shard| has_records(shard)) {
        Some(shard) => format!("; {} has records and no manifest, so it is not finished", shard.number()),
        None => String::new(),
    };
    format!("lacks {shards} {}{more} of {of}{unfinished}", numbers.join(", "))
}

/// Whether a file that is the records of a shard, by its name and the manifest beside it, is as it was written. One that
/// is of no shard is as it is.
///
/// # Errors
/// [`ErrorKind::Shards`] where it is not, and from the file system.
pub fn verified(file: &Path) -> Result<()> {
    let name = file.file_name().and_then(|name| name.to_str());
    let Some((shard, _)) = name.and_then(Shard::of_name) else { return Ok(()) };
    let folder = file.parent().unwrap_or(Path::new(""));
    match Manifest::read(&Manifest::place(folder, shard)) {
        Ok(manifest) if name == Some(&manifest.data.file) => manifest.check_data(folder),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
