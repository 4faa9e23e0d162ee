//! Archives to texts: folders, PDF and text files, in a fixed order, with digests.

pub mod pdf;
