//! Any text as a CloudFormation template, in YAML or JSON: it is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rel9::template::{Options, cloudformation, inventory};
use std::path::Path;

fuzz_target!(|text: &str| {
    // No file of this name: what it nests is not there.
    let path = Path::new("fuzzed/template.yaml");
    let options = Options::default();
    let _ = cloudformation::claims_to_be(text);
    if let Ok(declarations) = cloudformation::read(path, "template.yaml", text, &options) {
        inventory::shard(&declarations, &options);
    }
});
