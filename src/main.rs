//! The `rel9` program; everything is in the library.

use std::process::ExitCode;

/// Findings are many small texts, made by several threads: the system's allocator takes a quarter of an audit's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rel9::cli::run()
}
