//! Archives to texts: folders, containers, PDF and text files, in a fixed order, with digests.

pub mod container;
mod decode;
mod filter;
pub mod pdf;
mod read;
mod stamp;
mod walk;

pub use decode::CODES as ENCODING_CODES;
pub use filter::Filter;
pub use read::{Content, MAX_FILE_BYTES, Raw, read, read_raw, read_text};
pub use stamp::Stamp;
pub use walk::{Entry, Kind, Walk, check_root, count, is_there};
