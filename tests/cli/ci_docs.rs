//! The examples of `docs/ci.md` and the pre-commit hook, as far as they run without their services: every YAML block is valid YAML, and every
//! `rel9` command runs on a repository and writes its reports.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::binary;

const DOCS: &str = include_str!("../../docs/ci.md");
const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");

/// A template with a volume that fails the gate.
const TEMPLATE: &str = "Resources:\n  Orders:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-west-1a\n      Size: 8\n      Encrypted: false\n";

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    DOCS.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// The `rel9` commands of the page and of the hook.
fn commands() -> Vec<String> {
    let starts = ["rel9 audit", "- rel9 audit", "- run: rel9 audit", "sh 'rel9 audit", "entry: rel9 audit"];
    let lines = DOCS.lines().chain(HOOKS.lines()).map(str::trim).filter(|line| starts.iter().any(|start| line.starts_with(start)));
    lines.map(|line| line[line.find("rel9").unwrap_or(0)..].trim_end_matches('\'').to_owned()).collect()
}

#[test]
fn every_yaml_example_is_yaml() {
    let all = blocks("yaml");
    assert_eq!(all.len(), 4, "GitHub, GitLab, pre-commit, CodeBuild");
    for text in all.into_iter().chain([HOOKS]) {
        let value: Result<serde_json::Value, _> = serde_saphyr::from_str(text);
        assert!(value.is_ok_and(|value| value.is_object() || value.is_array()), "{text}");
    }
}

#[test]
fn every_command_gates_and_writes_its_reports() {
    let all = commands();
    assert!(all.len() >= 7, "{all:?}");
    let repository = tempfile::tempdir().expect("a folder");
    fs::create_dir(repository.path().join("infra")).expect("a folder");
    fs::write(repository.path().join("infra/template.yaml"), TEMPLATE).expect("a file");
    for command in all {
        let expected = i32::from(!command.contains("--fail-on never") && !command.contains("--baseline"));
        // The second run replaces the reports of the first, although they quote templates as fixes.
        for _ in 0..2 {
            assert_eq!(run(&command, repository.path()), Some(expected), "{command}");
        }
        for report in command.split_whitespace().filter_map(|word| word.split_once('=')).map(|(_, path)| path) {
            let written = fs::read_to_string(repository.path().join(report)).unwrap_or_default();
            assert!(written.contains("ebs-volume-encrypted"), "{command}: {report}");
        }
    }
}

fn run(command: &str, folder: &Path) -> Option<i32> {
    let program = binary();
    let program = program.parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    Command::new("sh").args(["-c", command]).current_dir(folder).env("PATH", path).output().expect("sh runs").status.code()
}
