//! One type, one file in each room: no other file of `src/` contains the name of a resource type.

use crate::support::source::sources;
use rel9::inventory::types;

/// The folders with a file for each type.
const FOLDERS: [&str; 4] = ["inventory/types/", "aws/", "template/types/", "protection/types/"];

/// Other files that name types, each with the reason.
const FILES: &[(&str, &str)] = &[
    ("audit/fix/names.rs", "`AWS::Region` is also a CloudFormation pseudo parameter"),
    ("report/asff.rs", "ASFF has a word of its own for CloudFormation's tables with replicas"),
    ("template/cloudformation/evaluation.rs", "CloudFormation itself reads the template of a nested stack"),
    ("template/cloudformation/pseudo.rs", "`AWS::Region` is also a CloudFormation pseudo parameter"),
    ("template/stack.rs", "`AWS::Region` is also a CloudFormation pseudo parameter"),
];

#[test]
fn a_type_is_named_in_its_own_files_only() {
    let names: Vec<String> = types::all().iter().map(|info| format!("\"{}\"", info.name)).collect();
    let mut wrong = Vec::new();
    let mut met = Vec::new();
    for source in sources().iter().filter(|source| !FOLDERS.iter().any(|folder| source.file.starts_with(folder))) {
        let found = source.text.lines().zip(1..).filter(|(line, _)| names.iter().any(|name| line.contains(name)));
        for (line, number) in found {
            match FILES.iter().find(|(file, _)| *file == source.file) {
                Some(file) => met.push(file),
                None => wrong.push(format!("src/{}:{number}: {}", source.file, line.trim())),
            }
        }
    }
    assert!(wrong.is_empty(), "{} lines name a type:\n{}", wrong.len(), wrong.join("\n"));
    let gone: Vec<_> = FILES.iter().filter(|file| !met.contains(file)).collect();
    assert!(gone.is_empty(), "files of the list that name no type, to be taken out: {gone:?}");
}
