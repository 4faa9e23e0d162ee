//! Which letters, for commands that read an archive.

use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs};

/// Which letters.
#[derive(Debug, ClapArgs)]
pub struct ArchiveArgs {
    /// Files, folders and containers: .zip, .tar, .tar.gz, .tar.zst, .pdf.gz, .txt.gz, .jsonl, .parquet
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Also the paths in this file, one a line, or separated by NUL; `-` for standard input
    #[arg(long, value_name = "LIST", help_heading = "Archive")]
    pub files_from: Option<PathBuf>,
    /// Only files that this glob matches below the paths, also within containers; repeat for others
    #[arg(long, value_name = "GLOB", help_heading = "Archive")]
    pub include: Vec<String>,
    /// No files or folders that this glob matches; repeat for others
    #[arg(long, value_name = "GLOB", help_heading = "Archive")]
    pub exclude: Vec<String>,
    /// Also files and folders whose name begins with a dot
    #[arg(long, help_heading = "Archive")]
    pub hidden: bool,
    /// Follow symbolic links below the paths
    #[arg(long, help_heading = "Archive")]
    pub follow: bool,
}

/// For commands that want some letters to be named.
pub fn named() -> ArgGroup {
    ArgGroup::new("named").args(["paths", "files_from"]).multiple(true).required(true)
}
