//! Containers: letters inside zip and tar files, compressed files and exports of records, read without unpacking to disk.
//!
//! A letter in a container is addressed by the container's path, `!/`, and its name within, as in
//! `deliveries/2016-12.zip!/CM16-0213037.pdf`; a record of an export by the number of its line or row. Names within containers
//! are data that somebody wrote: they are shown cleaned, and never used as paths on a disk.
//!
//! [`Members`] goes through a container in its own order. What a random access format holds is handed out unread, for
//! any thread to read; what has to be read in sequence is handed out as bytes. Everything keeps to [`Limits`].

mod columns;
mod fields;
mod footer;
mod groups;
mod jsonl;
mod limits;
mod name;
mod pages;
mod part;
mod source;
mod tar;
mod thrift;
mod zip;
mod zip_stream;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::Shard;
use crate::error::{Error, ErrorKind, Result};

pub use limits::Limits;

use limits::damaged;
use name::Names;
use part::{Packing, Part};
use source::Source;

/// Stands between a container and the name of an entry in it.
pub const SEPARATOR: &str = "!/";

/// What a container is, told by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Format {
    shape: Form,
    packing: Packing,
}

/// How entries are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    /// By a directory at the end.
    Zip,
    /// One after the other, each behind a header.
    Tar,
    /// A record a line.
    Lines,
    /// A record a row.
    Columns,
    /// Only one.
    Single,
}

impl Format {
    /// The format of a file with this name; `None` for what is no container.
    pub fn of(name: &str) -> Option<Self> {
        let format = |shape, packing| Some(Self { shape, packing });
        let (stem, ending) = split(name)?;
        match ending.as_str() {
            "zip" => format(Form::Zip, Packing::Stored),
            "tar" => format(Form::Tar, Packing::Stored),
            "tgz" => format(Form::Tar, Packing::Gzip),
            "tzst" => format(Form::Tar, Packing::Zstd),
            "jsonl" => format(Form::Lines, Packing::Stored),
            "parquet" => format(Form::Columns, Packing::Stored),
            "gz" | "zst" => {
                let packing = if ending == "gz" { Packing::Gzip } else { Packing::Zstd };
                let shape = match split(stem).map(|(_, ending)| ending).as_deref() {
                    Some("tar") => Form::Tar,
                    Some("jsonl") => Form::Lines,
                    _ => Form::Single,
                };
                format(shape, packing)
            }
            _ => None,
        }
    }

    /// Whether a container of this name may hold letters. One of a single file, whose name is the container's without
    /// the ending, does so by that name. Tables of anything lie about in Parquet, so only shards are letters unasked.
    pub fn holds_letters(self, name: &str) -> bool {
        match self.shape {
            Form::Single => split(name).is_some_and(|(stem, _)| is_letter_name(stem)),
            Form::Columns => Shard::of_name(name).is_some(),
            Form::Zip | Form::Tar | Form::Lines => true,
        }
    }

    /// Whether it is an export of records.
    pub fn is_export(self) -> bool {
        matches!(self.shape, Form::Lines | Form::Columns)
    }
}

/// A name without its ending, and the ending in lower case.
fn split(name: &str) -> Option<(&str, String)> {
    let (stem, ending) = name.rsplit_once('.')?;
    Some((stem, ending.to_ascii_lowercase()))
}

/// Whether a file of this name is a letter: `.pdf` or `.txt`.
pub fn is_letter_name(name: &str) -> bool {
    split(name).is_some_and(|(_, ending)| matches!(ending.as_str(), "pdf" | "txt"))
}

/// What an entry of a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A letter: `.pdf`, `.txt`, or the one file of a compressed file that was named itself.
    Letter,
    /// A record of a letter, as JSON.
    Record,
    /// A container within a container that cannot be opened, or read to its end; reading it tells why.
    Container,
    /// A file of another ending.
    Other,
    /// A link.
    Link,
    /// A pipe or a device.
    Special,
}

/// An entry of a container, or of a container in it.
#[derive(Debug)]
pub struct Member {
    /// The name within the container, behind `!/`. No two members of a container have the same.
    pub address: String,
    /// What it is.
    pub kind: MemberKind,
    /// How many bytes it has, as far as is known without reading it.
    pub bytes: u64,
    data: Data,
    limits: Limits,
}

impl Member {
    /// Reads the entry. Other threads may read other members at the same time.
    ///
    /// # Errors
    /// [`ErrorKind::ContainerDamaged`], [`ErrorKind::ContainerEncrypted`], [`ErrorKind::ContainerLimit`],
    /// [`ErrorKind::TooLarge`] or [`ErrorKind::Io`], without a path.
    pub fn read(self) -> Result<Vec<u8>> {
        match self.data {
            Data::Bytes(bytes) => Ok(bytes),
            Data::Part(part) => part.read(&self.limits),
            Data::Fault(error) => Err(error),
        }
    }
}

/// The content of an entry.
#[derive(Debug)]
enum Data {
    /// Read already, since it stood in sequence.
    Bytes(Vec<u8>),
    /// To be read.
    Part(Part),
    /// Not to be read; why.
    Fault(Error),
}

/// What a header tells of an entry.
struct Head {
    /// The name as it was written.
    name: String,
    is: Is,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    File,
    /// The one file of a compressed file that is to be read whatever its name.
    Letter,
    Record,
    Folder,
    Link,
    Special,
}

/// A way to put entries together.
trait Shape: Send {
    /// The next entry. After an error nothing more comes.
    fn next(&mut self) -> Option<Result<Head>>;
    /// The content of the entry that came last.
    fn data(&mut self) -> Data;
}

/// The one entry of a compressed file.
struct Single {
    head: Option<Head>,
    part: Option<Part>,
}

impl Shape for Single {
    fn next(&mut self) -> Option<Result<Head>> {
        self.head.take().map(Ok)
    }

    fn data(&mut self) -> Data {
        self.part.take().map_or(Data::Bytes(Vec::new()), Data::Part)
    }
}

/// The entries of a container, with those of containers in it, in their own order.
///
/// An error is one of the container itself: what came before it stands, and nothing comes after it.
pub struct Members {
    levels: Vec<Level>,
    keep: Box<dyn Fn(&str) -> bool + Send>,
    entries: u64,
    limits: Limits,
}

struct Level {
    shape: Box<dyn Shape>,
    /// The address of the container within the first one, with the separator; empty for the first.
    prefix: String,
    names: Names,
    entries: u64,
    /// Whether the container is held in memory, which members must not keep.
    is_held: bool,
}

impl Members {
    /// Opens a container. Of its entries only those come whose address `keep` accepts.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::Io`], or [`ErrorKind::ContainerDamaged`] where it is none of this format.
    pub fn open(
        path: &Path,
        format: Format,
        limits: &Limits,
        keep: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Self> {
        let source = Source::open(path)?;
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let shape = caught(|| open(source, format, &name, limits)).map_err(|e| e.with_path(path))?;
        Ok(Self::new(shape, limits, keep))
    }

    /// Opens a container whose bytes are in memory.
    ///
    /// # Errors
    /// [`ErrorKind::ContainerDamaged`] where it is none of this format.
    pub fn of_bytes(bytes: Vec<u8>, format: Format, limits: &Limits) -> Result<Self> {
        let shape = caught(|| open(Source::memory(bytes), format, "letter.gz", limits))?;
        Ok(Self::new(shape, limits, |_| true))
    }

    fn new(shape: Box<dyn Shape>, limits: &Limits, keep: impl Fn(&str) -> bool + Send + 'static) -> Self {
        let level = Level { shape, prefix: String::new(), names: Names::new(), entries: 0, is_held: false };
        Self { levels: vec![level], keep: Box::new(keep), entries: 0, limits: *limits }
    }

    /// A container within the current one: a level more, or why there is none.
    fn enter(&mut self, address: &str, name: &str, format: Format) -> Result<()> {
        let limits = self.limits;
        if self.levels.len() > limits.nesting {
            let fact = "lies too deep: containers are read within one container, not within two";
            return Err(Error::new(ErrorKind::ContainerLimit, fact));
        }
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let name = name.rsplit('/').next().unwrap_or(name);
        let (shape, is_held) = nested(level.shape.data(), format, name, &limits)?;
        let prefix = format!("{address}{SEPARATOR}");
        self.levels.push(Level { shape, prefix, names: Names::new(), entries: 0, is_held });
        Ok(())
    }

    /// The member of an entry; `None` where nothing is to be said of it, or a container was entered.
    fn member(&mut self, head: Head) -> Option<Member> {
        let limits = self.limits;
        let level = self.levels.last_mut()?;
        level.entries += 1;
        if head.is == Is::Folder {
            return None;
        }
        let is_named = head.name.len() <= limits.name_bytes;
        let name = name::clean(&head.name);
        let format = Format::of(&name).filter(|_| head.is == Is::File);
        let mut kind = match head.is {
            Is::Record => MemberKind::Record,
            Is::Link => MemberKind::Link,
            Is::Special => MemberKind::Special,
            Is::Letter => MemberKind::Letter,
            Is::File | Is::Folder if is_letter_name(&name) => MemberKind::Letter,
            Is::File | Is::Folder => MemberKind::Other,
        };
        // A compressed file that is no letter by its name is no container either.
        let format = format.filter(|f| f.holds_letters(&name));
        let address = format!("{}{}", level.prefix, level.names.address(name.clone(), level.entries));
        if format.is_none() && !(self.keep)(&address) {
            return None;
        }
        let mut data = match (kind, format) {
            _ if !is_named => Data::Fault(damaged("has a name of many thousand bytes")),
            (_, Some(format)) => {
                kind = MemberKind::Container;
                Data::Fault(self.enter(&address, &name, format).err()?)
            }
            (MemberKind::Letter | MemberKind::Record, None) => level.shape.data(),
            _ => Data::Bytes(Vec::new()),
        };
        let is_held = self.levels.last().is_some_and(|level| level.is_held);
        if let (Data::Part(part), true) = (&data, is_held) {
            data = part.read(&limits).map_or_else(Data::Fault, Data::Bytes);
        }
        Some(Member { address, kind, bytes: head.bytes, data, limits })
    }
}

/// The address of a container, without the separator behind it.
fn container(prefix: &str) -> &str {
    prefix.strip_suffix(SEPARATOR).unwrap_or(prefix)
}

impl Iterator for Members {
    type Item = Result<Member>;

    fn next(&mut self) -> Option<Self::Item> {
        caught(|| self.advance().transpose()).transpose().inspect(|member| {
            if member.is_err() {
                self.levels.clear();
            }
        })
    }
}

/// Calls what reads a container. A panic is the container's error.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Panic, "made the program stumble")
            .with_hint("this is a bug; the other files are not affected"))
    })
}

impl Members {
    /// The next member, or the container's end.
    fn advance(&mut self) -> Option<Result<Member>> {
        loop {
            match self.levels.last_mut()?.shape.next() {
                None => drop(self.levels.pop()),
                Some(Err(error)) => {
                    let level = self.levels.pop()?;
                    if self.levels.is_empty() {
                        return Some(Err(error));
                    }
                    let address = container(&level.prefix).to_owned();
                    let (kind, data) = (MemberKind::Container, Data::Fault(error));
                    return Some(Ok(Member { address, kind, bytes: 0, data, limits: self.limits }));
                }
                Some(Ok(head)) => {
                    self.entries += 1;
                    if self.entries > self.limits.entries {
                        self.levels.clear();
                        let fact = format!("holds more than {} entries", self.limits.entries);
                        return Some(Err(Error::new(ErrorKind::ContainerLimit, fact)));
                    }
                    if let Some(member) = self.member(head) {
                        return Some(Ok(member));
                    }
                }
            }
        }
    }
}

/// Opens a container that lies on disk, or in a range of one, or in memory.
fn open(source: Source, format: Format, name: &str, limits: &Limits) -> Result<Box<dyn Shape>> {
    let packing = format.packing;
    let stream = |source| Part::whole(source, packing).stream(limits);
    Ok(match (format.shape, packing) {
        (Form::Zip, _) => match zip::Directory::open(&source, limits) {
            Ok(directory) => Box::new(directory),
            // One that was cut off still has the entries before.
            Err(error) if error.kind() == ErrorKind::ContainerDamaged && zip::begins(&source) => {
                Box::new(zip_stream::InOrder::new(stream(source)?, Some(error), limits))
            }
            Err(error) => return Err(error),
        },
        (Form::Tar, Packing::Stored) => Box::new(tar::Tar::of_range(&source, limits)),
        (Form::Tar, _) => Box::new(tar::Tar::of_stream(stream(source)?, limits)),
        (Form::Lines, _) => Box::new(jsonl::Lines::new(stream(source)?, limits)),
        (Form::Columns, _) => Box::new(columns::Rows::new(source, limits)?),
        (Form::Single, _) => single(Part::whole(source, packing), name),
    })
}

/// Opens a container within another one. Tells whether it is held in memory.
fn nested(data: Data, format: Format, name: &str, limits: &Limits) -> Result<(Box<dyn Shape>, bool)> {
    let part = match data {
        Data::Fault(error) => return Err(error),
        _ if format.shape == Form::Columns => {
            let fact = "is Parquet, which is read from a file of its own";
            return Err(Error::new(ErrorKind::ContainerLimit, fact).with_hint("unpack it first"));
        }
        Data::Bytes(bytes) => return Ok((open(Source::memory(bytes), format, name, limits)?, true)),
        Data::Part(part) if part.packing == Packing::Stored => {
            let source = part.range()?;
            let is_held = source.is_memory();
            return Ok((open(source, format, name, limits)?, is_held));
        }
        Data::Part(part) => part,
    };
    if format.shape == Form::Single
        || format.shape == Form::Zip && part.size.is_some_and(|size| size <= limits.held_bytes)
    {
        return Ok((open(Source::memory(part.read(limits)?), format, name, limits)?, true));
    }
    let outer = part.stream(limits)?;
    let stream = |outer: part::Stream| part::unpack(format.packing, outer, limits);
    let shape: Box<dyn Shape> = match format.shape {
        Form::Zip => Box::new(zip_stream::InOrder::new(outer, None, limits)),
        Form::Tar => Box::new(tar::Tar::of_stream(stream(outer)?, limits)),
        Form::Lines | Form::Columns | Form::Single => Box::new(jsonl::Lines::new(stream(outer)?, limits)),
    };
    Ok((shape, false))
}

/// The one file in a compressed file, named as that is without its ending.
fn single(part: Part, name: &str) -> Box<dyn Shape> {
    let stem = split(name).map_or(name, |(stem, _)| stem);
    // How much comes out is told only at the end of the file; text packs to a fourth or less.
    let bytes = part.packed.saturating_mul(8);
    let head = Head { name: stem.to_owned(), is: Is::Letter, bytes };
    Box::new(Single { head: Some(head), part: Some(part) })
}

/// How many entries a container says that it has; `None` where it does not.
pub(super) fn count(path: &Path, format: Format) -> Option<u64> {
    match format.shape {
        Form::Zip => zip::Directory::open(&Source::open(path).ok()?, &Limits::default()).ok()?.count(),
        _ => None,
    }
}

/// The path of what lies in a container, as it is shown.
pub fn address(container: &Path, member: &str) -> PathBuf {
    let mut path = container.as_os_str().to_owned();
    path.push(SEPARATOR);
    path.push(member);
    path.into()
}

/// The container on disk and the address within, of the bytes of a path; `None` for a path of a plain file.
pub fn split_address(path: &[u8]) -> Option<(&[u8], &str)> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(path.get(from..)?, SEPARATOR.as_bytes()) {
        let (container, rest) = path.split_at(from + at);
        let name = container.rsplit(|b| *b == b'/').next().unwrap_or(container);
        if Format::of(&String::from_utf8_lossy(name)).is_some() {
            return Some((container, str::from_utf8(&rest[SEPARATOR.len()..]).ok()?));
        }
        from += at + SEPARATOR.len();
    }
    None
}

/// Whether an address is that of a record in an export, which has no text of a letter.
pub fn is_record(address: &str) -> bool {
    let container = address.rsplit_once(SEPARATOR).map_or("", |(container, _)| container);
    let name = container.rsplit('/').next().unwrap_or(container);
    Format::of(name).is_some_and(Format::is_export)
}
