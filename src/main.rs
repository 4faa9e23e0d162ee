//! The program: decides how it ends, and leaves the rest to the command line.

mod asked;
mod cli;
mod serve;

use std::process::ExitCode;

// Indexing makes many short strings; this allocator was measured faster at it than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
