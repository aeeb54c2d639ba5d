//! Variants of the demo organisation's inventory, written to a folder.

use super::project;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Writes the demo's inventory files to `folder`, with each line changed by `edit`; `false` leaves the line out.
pub fn variant(folder: &Path, mut edit: impl FnMut(&mut Value) -> bool) {
    fs::create_dir_all(folder).expect("a folder");
    for entry in fs::read_dir(project("fixtures/demo")).expect("the demo") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "ndjson") {
            continue;
        }
        let mut text = String::new();
        for line in fs::read_to_string(&path).expect("a file").lines() {
            let mut value: Value = serde_json::from_str(line).expect("JSON");
            if edit(&mut value) {
                text.push_str(&format!("{value}\n"));
            }
        }
        fs::write(folder.join(path.file_name().expect("a name")), text).expect("a file");
    }
}

/// The policy of the demo.
pub fn policy() -> String {
    project("fixtures/demo/rel9.yaml").display().to_string()
}
