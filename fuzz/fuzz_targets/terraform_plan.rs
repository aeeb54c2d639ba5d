//! Any text as a Terraform plan or state: it is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rel9::template::{Options, inventory, terraform};

fuzz_target!(|text: &str| {
    let _ = terraform::claims_to_be_plan(text);
    if let Ok(declarations) = terraform::read_plan("plan.json", text) {
        inventory::shard(&declarations, &Options::default());
    }
});
