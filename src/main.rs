//! The `rel9` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    rel9::cli::run()
}
