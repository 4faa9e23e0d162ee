//! Archives to texts: folders, containers, PDF and text files, in a fixed order, with digests.

mod again;
pub mod container;
mod decode;
mod filter;
mod look;
pub mod pdf;
mod read;
mod shard;
mod stamp;
mod walk;

pub use again::{GONE, container_below, original, reread};
pub use decode::CODES as ENCODING_CODES;
pub use filter::{Filter, Root};
pub use look::{Entry, Kind, Lot, Name, entries};
pub use read::{Content, MAX_FILE_BYTES, Raw, read, read_raw, read_text};
pub use shard::{MOST_SHARDS, Shard};
pub use stamp::Stamp;
pub use walk::{Skip, Walk, check_root, count, is_there};
