//! An engine that others run: publishing the issues of letters to it, and asking it for them.
//!
//! What is spoken is the part of the Elasticsearch protocol that OpenSearch, Elasticsearch, Quickwit and rSearch have in
//! common. A document there is one issue, as it is here, and its words are made here ([`document`]), so that they mean the
//! same on every engine.

pub mod account;
mod adding;
pub mod answer;
pub mod backoff;
pub mod bulk;
pub mod client;
pub mod count;
pub mod deliver;
pub mod doctor;
pub mod document;
pub mod dsl;
pub mod exchange;
pub mod exports;
pub mod fields;
pub mod init;
pub mod known;
mod listing;
pub mod mapping;
pub mod plan;
pub mod publish;
mod quickwit;
pub mod state;
pub mod takedown;
pub mod target;
pub mod verify;
mod withheld;

pub use account::{Account, Reject};
pub use answer::{Ask, Asked};
pub use client::{Client, Options};
pub use deliver::Sending;
pub use document::stored;
pub use exchange::{Answer, Failure};
pub use fields::{RemoteField, RemoteKind, fields, fields_of};
pub use publish::{Observer, Published, Settings, publish, refresh, rehearse};
pub use target::{Credentials, Flavor, Target};
pub use verify::{Verified, verify};
pub use withheld::{Withheld, unknown as unknown_letter};
