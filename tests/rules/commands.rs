//! The commands in findings: the AWS CLI itself accepts them, and pasting them does no harm.

use crate::support::{Document, Rel9, project, python, text};
use rel9::rules::{Care, RuleSet, selftest};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// The AWS CLI's errors for commands.
fn mistakes(commands: &BTreeSet<String>) -> String {
    let python = python::with("commands", "tests/rules/commands/requirements.txt");
    let mut check = Command::new(python);
    check.arg(project("tests/rules/commands/check.py")).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut check = check.spawn().expect("Python runs");
    let mut stdin = check.stdin.take().expect("a pipe");
    stdin.write_all(&serde_json::to_vec(commands).expect("JSON")).expect("it reads");
    drop(stdin);
    let output = check.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

/// A placeholder for an unread fact.
fn is_whole(command: &str) -> bool {
    !command.contains("UNKNOWN")
}

#[test]
fn the_aws_cli_takes_every_command() {
    let rules = RuleSet::built_in(Care::Checked).expect("the built-in rules");
    let mut commands = BTreeSet::new();
    for rule in rules.iter() {
        for (number, rendered) in selftest::commands(rule).into_iter().enumerate() {
            assert!(!rendered.is_empty(), "{}: no test that fails has command {}", rule.id, number + 1);
            // If no test lists every fact in a command, the known part of the command is checked.
            let any_whole = rendered.iter().any(|command| is_whole(command));
            commands.extend(rendered.into_iter().filter(|command| !any_whole || is_whole(command)));
        }
    }
    let demo = Rel9::new().run(&["audit", "--demo", "--format", "json", "--fail-on", "never", "--allow-incomplete"]);
    let demo = Document(serde_json::from_str(&demo.stdout).expect("a findings document"));
    let told = demo.findings().iter().filter_map(|finding| finding["remediation"]["cli"].as_array()).flatten();
    commands.extend(told.map(|command| text(command).to_owned()).filter(|command| is_whole(command)));
    assert!(commands.len() > 300, "{}", commands.len());
    assert_eq!(mistakes(&commands), "");
}

#[test]
fn the_check_sees_what_is_wrong() {
    for (command, said) in [
        ("aws bakcup list-backup-vaults", "Invalid choice: 'bakcup'"),
        ("aws backup list-backup-valuts", "Invalid choice: 'list-backup-valuts'"),
        ("aws backup describe-backup-vault --backup-vault-nam x", "backup-vault-name"),
        ("aws backup describe-backup-vault --region us-east-1", "backup-vault-name"),
        ("aws efs put-backup-policy --file-system-id fs-1 --backup-policy Status=ON --region us-east-1", "'ON'"),
        ("aws efs put-backup-policy --file-system-id fs-1 --backup-policy Stauts=ENABLED --region us-east-1", "Stauts"),
        ("aws ec2 delete-snapshot --snapshot-id snap-1 --region us-east-1", "does harm"),
        (
            "aws efs put-lifecycle-configuration --file-system-id fs-1 --lifecycle-policies '[]' && aws efs delete-file-system --file-system-id fs-1",
            "does harm when the example",
        ),
        ("rm -rf x", "no command that everyone has"),
    ] {
        let found = mistakes(&BTreeSet::from([command.to_owned()]));
        assert!(found.starts_with(command) && found.contains(said), "{command}: {found}");
    }
}
