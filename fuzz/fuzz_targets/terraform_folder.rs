//! Any text as the one file of a Terraform module: it is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rel9::template::{Options, inventory, terraform};
use std::fs;

fuzz_target!(|text: &str| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("main.tf"), text).expect("a file in it");
    if let Ok(declarations) = terraform::read_folder(folder.path(), "fuzzed", &[]) {
        inventory::shard(&declarations, &Options::default());
    }
});
