//! The law of commands: on the emulator, the commands that a finding tells make its rule pass. `commands/prove.py` runs every scenario of
//! `commands/scenarios/`: a resource that fails the rule, an audit, the finding's commands in a shell with the AWS CLI, and an audit again.
//! `commands/unproven.md` lists the rules for which that cannot be shown, with the reason.
//!
//! `REL9_PROVE=rule,rule` runs only these scenarios, and `--nocapture` shows their commands and the figures.

use crate::support::{Emulator, binary, project, python, text};
use rel9::rules::{Care, RuleSet};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// At least this part of the rules that an emulator can show must be proven.
const PERCENT: usize = 60;

/// A rule without proof: whether an emulator could show it, and the reason.
struct Unproven {
    provable: bool,
    reason: String,
}

fn unproven() -> BTreeMap<String, Unproven> {
    let table = fs::read_to_string(project("tests/rules/commands/unproven.md")).expect("the table");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [rule, provable, reason] = cells[..] else { panic!("not three columns: {row}") };
        assert!(["yes", "no"].contains(&provable) && !reason.is_empty(), "{row}");
        (rule.to_owned(), Unproven { provable: provable == "yes", reason: reason.to_owned() })
    })
    .collect()
}

/// The reports of the scenarios, by rule.
fn proofs(only: &[String]) -> BTreeMap<String, Value> {
    let emulator = Emulator::start();
    let mut prove = Command::new(python::with("emulator", "tests/emulator/requirements.txt"));
    prove.arg(project("tests/rules/commands/prove.py")).args(["--endpoint", &emulator.endpoint]).arg("--rel9").arg(binary());
    prove.arg("--cli").arg(python::with("commands", "tests/rules/commands/requirements.txt"));
    prove.args(only.iter().flat_map(|rule| ["--rule", rule]));
    let output = prove.output().expect("Python runs");
    assert!(output.status.success(), "prove.py:\n{}", String::from_utf8_lossy(&output.stderr));
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    reports.into_iter().map(|report| (text(&report["rule"]).to_owned(), report)).collect()
}

fn is_proven(report: &Value) -> bool {
    report["before"] == "fail" && report["after"] == "pass" && report["error"].is_null()
}

#[test]
fn the_commands_of_findings_make_them_pass() {
    let only: Vec<String> = std::env::var("REL9_PROVE").iter().flat_map(|rules| rules.split(',')).map(str::to_owned).collect();
    let rules = RuleSet::built_in(Care::Checked).expect("the built-in rules");
    let with_commands: BTreeSet<String> =
        rules.iter().filter(|rule| !rule.remediation.cli.is_empty()).map(|rule| rule.id.to_string()).collect();
    let (proofs, unproven) = (proofs(&only), unproven());
    let mut wrong = Vec::new();
    for rule in with_commands.iter().filter(|rule| only.is_empty() || only.contains(rule)) {
        let shown = |report: &Value| serde_json::to_string_pretty(report).expect("JSON");
        match (proofs.get(rule), unproven.get(rule)) {
            // An operation that the emulator lacks.
            (None, Some(listed)) if listed.provable => {}
            (None, _) => wrong.push(format!("{rule} has commands, but no scenario in tests/rules/commands/scenarios/")),
            (Some(report), None) if !is_proven(report) => {
                wrong.push(format!("the commands of {rule} do not make it pass: {}", shown(report)))
            }
            (Some(report), Some(listed)) if is_proven(report) => {
                wrong.push(format!("{rule} is proven, but unproven.md says: {}\n{}", listed.reason, shown(report)));
            }
            (Some(report), _) if !only.is_empty() => println!("{}", shown(report)),
            _ => {}
        }
    }
    wrong.extend(
        proofs.keys().chain(unproven.keys()).filter(|rule| !with_commands.contains(*rule)).map(|rule| format!("{rule} has no commands")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let proven = proofs.values().filter(|report| is_proven(report)).count();
    let replaced = proofs.values().filter(|report| is_proven(report) && !report["replaced_by"].is_null()).count();
    let provable = with_commands.len() - unproven.values().filter(|listed| !listed.provable).count();
    println!(
        "{} rules have commands, an emulator can show {provable} of them, {proven} are proven ({replaced} by a resource that takes the failing one's place)",
        with_commands.len()
    );
    assert!(!only.is_empty() || proven * 100 >= provable * PERCENT, "{proven} of {provable}");
}
