//! What was asked, in a command line or in a request, becomes what the library is to do. The parts of the program that are
//! no command line's and no server's.

pub mod complete;
mod counting;
pub mod file;
mod letter;
mod query;
mod report;
mod saved;

pub use counting::Counting;
pub use letter::{Named, chosen, own};
pub use query::{Asked, Filter, Suggested, Typed, Words, in_folder, parted};
pub use report::reported;
pub use saved::{Name, Saved, Store};
