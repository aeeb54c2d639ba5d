//! The table of the demo organisation in a narrow and in a wide terminal, without colour.

use crate::support::binary;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

fn table(columns: usize, arguments: &[&str]) -> String {
    let output = Command::new(binary())
        .args(["audit", "--demo"])
        .args(arguments)
        .env_clear()
        .env("COLUMNS", columns.to_string())
        .output()
        .expect("rel9 runs");
    assert_eq!(output.status.code(), Some(1), "the demo has failing findings");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(table(80, &[]));
}

#[test]
fn at_160_columns() {
    insta::assert_snapshot!(table(160, &[]));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [80, 100, 160] {
        for arguments in [&[][..], &["--all"][..]] {
            let table = table(columns, arguments);
            let widest = table.lines().max_by_key(|line| line.width()).unwrap_or_default();
            assert!(widest.width() <= columns, "{columns}: {widest}");
        }
    }
}

/// A shell runs a command that was copied from the table exactly as the finding has it, for the first finding of every rule.
#[test]
fn commands_are_whole() {
    let document = serde_json::from_str::<serde_json::Value>(&table(80, &["--format", "json"])).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    let known: Vec<&str> = findings
        .iter()
        .flat_map(|finding| finding["remediation"]["cli"].as_array().into_iter().flatten())
        .filter_map(|command| command.as_str())
        .collect();
    let counts = [80, 100, 160].map(|columns| {
        let table = table(columns, &["--all"]);
        let mut lines = table.lines();
        let mut count = 0;
        while let Some(line) = lines.next() {
            let Some(begin) = line.strip_prefix("    $ ") else { continue };
            let mut command = begin.to_owned();
            while let Some(before) = command.strip_suffix('\\') {
                let next = lines.next().expect("the rest of the command");
                command = match (before.strip_suffix('\''), next.strip_prefix('\'')) {
                    (Some(before), Some(next)) => format!("{before}{next}"),
                    _ => format!("{before}{}", next.trim_start()),
                };
            }
            assert!(known.contains(&command.as_str()), "{columns}: {command}");
            count += 1;
        }
        count
    });
    assert!(counts[0] > 100 && counts.iter().all(|count| *count == counts[0]), "none is left out where there is little room: {counts:?}");
}

#[test]
fn a_pipe_gets_no_colour() {
    assert!(!table(80, &[]).contains('\x1b'));
}
