//! The table of the demo organisation in a narrow and in a wide terminal, and its last block, which is the last screen, of any document.

use super::document::{HOSTILE, document, finding, hostile, poisoned, small};
use crate::support::{Rel9, binary, project};
use proptest::prelude::*;
use rel9::audit::covered::{self, Covered};
use rel9::audit::findings::{AuditInfo, BaselineSummary, Findings, Status};
use rel9::audit::gate::{Absent, Terms};
use rel9::audit::policy::FailOn;
use rel9::audit::policy_use::{ObjectiveUse, PolicyUse, UseState};
use rel9::audit::stored;
use rel9::inventory::{CoverageEntry, CoverageStatus};
use rel9::report::{self, GroupBy, Target};
use rel9::rules::Severity;
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// Lines and columns of the smallest terminal in use.
const SCREEN: (usize, usize) = (24, 80);

fn run(columns: usize, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = Command::new(binary())
        .args(["audit", "--demo"])
        .args(arguments)
        .env_clear()
        .env("COLUMNS", columns.to_string())
        .envs(environment.iter().copied())
        .output()
        .expect("rel9 runs");
    assert_eq!(output.status.code(), Some(1), "the demo has failing findings");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn table(columns: usize, arguments: &[&str]) -> String {
    run(columns, arguments, &[])
}

/// The last block of a table.
fn last_block(table: &str) -> Vec<&str> {
    let lines: Vec<&str> = table.lines().collect();
    let begin = lines.iter().rposition(|line| line.starts_with("━━ REL 9")).expect("a block");
    lines[begin..].to_vec()
}

fn render(findings: &Findings, target: &Target) -> String {
    let mut out = Vec::new();
    (report::find("table").expect("a format").write)(findings, target, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn demo() -> Findings {
    let json = run(80, &["--format", "json"], &[]);
    stored::read("demo", || Ok(json.as_bytes())).expect("a document")
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
fn by_owner_at_80_columns() {
    insta::assert_snapshot!(table(80, &["--group-by", "tag:team", "--min-severity", "critical"]));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [80, 100, 160] {
        for arguments in ["", "--all", "--fix --min-severity low", "--group-by resource", "--group-by region", "--group-by tag:team"] {
            let arguments: Vec<&str> = arguments.split_whitespace().collect();
            let table = table(columns, &arguments);
            let widest = table.lines().max_by_key(|line| line.width()).unwrap_or_default();
            assert!(widest.width() <= columns, "{columns} {arguments:?}: {widest}");
        }
    }
}

/// A shell runs a command that was copied from the table exactly as the finding has it, for every failing finding.
#[test]
fn commands_are_whole() {
    let document = serde_json::from_str::<Value>(&table(80, &["--format", "json"])).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    let failing = findings.iter().filter(|finding| finding["status"] == "fail");
    let known: Vec<&str> = failing
        .flat_map(|finding| finding["remediation"]["cli"].as_array().into_iter().flatten())
        .filter_map(|command| command.as_str())
        .collect();
    for (columns, group_by) in [(80, "rule"), (100, "rule"), (160, "rule"), (80, "resource"), (80, "account")] {
        let table = table(columns, &["--fix", "--all", "--group-by", group_by]);
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
            assert!(known.contains(&command.as_str()), "{columns} {group_by}: {command}");
            count += 1;
        }
        assert_eq!(count, known.len(), "{columns} {group_by}: no command is left out");
    }
}

#[test]
fn commands_stand_there_when_they_are_asked_for() {
    let default = table(80, &[]);
    assert!(!default.contains("$ aws") && default.contains("    Fix: "), "{default}");
    let fix = table(80, &["--fix"]);
    assert!(fix.contains("    $ aws ") && fix.contains("      1. ") && fix.len() > default.len());
}

/// What to write into a template is in its own language, and copied whole.
#[test]
fn a_template_is_fixed_in_its_own_language() {
    let rel9 = Rel9::new().with_files(&[
        ("t/main.tf", "resource \"aws_dynamodb_table\" \"orders\" {\n  name = \"orders\"\n}\n"),
        ("c/t.yaml", "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: orders }\n"),
    ]);
    let fix = |folder: &str| rel9.run(&["audit", folder, "--rule", "dynamodb-table-pitr", "--fix"]).ended(1).stdout.clone();
    let (terraform, cloudformation) = (fix("t"), fix("c"));
    assert!(terraform.contains("point_in_time_recovery {") && !terraform.contains("PointInTimeRecoverySpecification"), "{terraform}");
    assert!(cloudformation.contains("PointInTimeRecoverySpecification") && !cloudformation.contains("point_in_time_recovery {"));
    assert!(!terraform.contains("$ aws") && !cloudformation.contains("$ aws"), "nothing is deployed that a command could change");
    assert!(![&terraform, &cloudformation].iter().any(|text| text.contains(" in /")), "a template leaves account and Region open");
}

// The last screen

#[test]
fn the_last_screen_has_the_answer() {
    let table = table(80, &[]);
    let block = last_block(&table);
    assert!(block.len() < SCREEN.0, "with the prompt after it: {block:#?}");
    let begin_with = |start: &str| block.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(begin_with("REL09-BP0"), 4, "{block:#?}");
    for label in [
        "Findings   402 fail: 16 critical",
        "Coverage   ██",
        "Policy     rel9.yaml",
        "Not read   dynamodb:ListBackups denied",
        "Worst resources",
    ] {
        assert_eq!(begin_with(label), 1, "{label}: {block:#?}");
    }
    assert_eq!(begin_with("  critical  "), 5, "{block:#?}");
    let document = demo();
    for worst in &document.summary.worst[..5] {
        let line = block.iter().find(|line| line.contains(&worst.known_as)).expect("its line");
        assert!(line.contains(&worst.headline[..20]), "{line}");
    }
    let gate = document.gate.expect("a gate");
    assert_eq!(block.last(), Some(&&*format!("{} · exit 1", gate.text)));
    assert_eq!(gate.text, "gate failed: 66 findings at or above high (--fail-on high)");
}

/// In a wide terminal, each of the worst resources has the command that explains it.
#[test]
fn a_wide_terminal_has_the_commands_of_the_worst() {
    let table = table(160, &[]);
    let commands: Vec<&str> = last_block(&table).iter().filter_map(|line| Some(&line[line.find("rel9 explain ")?..])).collect();
    let document = demo();
    let expected: Vec<String> = document.summary.worst[..5].iter().map(|worst| format!("rel9 explain {} --demo", worst.known_as)).collect();
    assert_eq!(commands, expected);
}

/// A document that makes every part of the block as long as it gets.
fn huge(name: &str, accounts: usize, texts: &[String]) -> Findings {
    let mut findings = Vec::new();
    for number in 0..accounts {
        let mut one = finding(number, Status::Fail, Severity::ALL[number % 5]);
        let resource = Arc::make_mut(&mut one.resource);
        resource.account = format!("{number:012}");
        (resource.name, resource.id) = (Some(format!("{name}{number}")), format!("{name}-{number}"));
        resource.arn = format!("arn:{name}:{number}");
        one.fail_title = Some(name.into());
        findings.push(one);
        findings.push(finding(accounts + number, Status::Unknown, Severity::High));
    }
    let mut document = document(findings);
    document.audit.accounts = (0..accounts).map(|number| format!("{number:012}")).collect();
    document.audit.partial = ["--rule", "--skip-rule", "--best-practice", "--services", "--tag", "--resource"].map(str::to_owned).to_vec();
    document.audit.complete = false;
    document.audit.policy_digest = Some("sha256:00".to_owned());
    document.audit.policy = Some(Box::new(policy(name)));
    document.summary.baseline = Some(BaselineSummary { known: u64::MAX, new: u64::MAX, fixed: u64::MAX, earlier: None });
    for practice in &mut document.summary.best_practices {
        (practice.fail, practice.pass) = (1_234_567, 98_765_432);
    }
    let coverage = &mut document.summary.coverage;
    (coverage.data_resources, coverage.protected, coverage.stale, coverage.opt_in_blocked) = (9_000_000, 1_234_567, 1_000_000, 765_432);
    (coverage.selected_not_protected, coverage.unprotected, coverage.unknown, coverage.reproducible) = (999_999, 2_000_000, 2_999_999, 1);
    document.collection = texts
        .iter()
        .map(|text| CoverageEntry {
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            service: "ec2".to_owned(),
            operation: format!("{name}{text}"),
            status: CoverageStatus::Denied,
            items: 1,
            error: None,
            location: None,
        })
        .collect();
    let absent = Absent { resources: vec![format!("arn:aws:s3:::{name}"), "arn:aws:s3:::b".to_owned()], tags: true };
    document.decide_gate(&Terms { fail_on: FailOn::Critical, allow_incomplete: false, absent: &absent });
    document
}

fn policy(name: &str) -> PolicyUse {
    let objective = |number: u64| ObjectiveUse {
        name: format!("{name}{number}"),
        line: number,
        matches: String::new(),
        state: UseState::Used,
        resources: 1_000_000,
        reproducible: 0,
        not_counted: 0,
        why: None,
    };
    PolicyUse {
        path: format!("{name}/{name}.yaml"),
        objectives: (0..9).map(objective).collect(),
        no_objective: 99_999,
        unknown_objective: 99_999,
        waivers: Vec::new(),
        restore_automation: Vec::new(),
        reproducible: Vec::new(),
        rules: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever the names, accounts and errors: the block fits the screen, in its lines and in its columns, and ends with the verdict.
    #[test]
    fn the_last_screen_fits(
        name in prop_oneof![
            "[a-z-]{1,300}".boxed(),
            Just("売上データベース本番用のバックアップ🗄️".repeat(8)).boxed(),
            Just("e\u{301}\u{202e}\u{200b}größe".repeat(20)).boxed(),
            any::<String>().boxed(),
        ],
        accounts in prop_oneof![Just(0usize), Just(1), Just(60)],
        unread in prop::collection::vec(".{0,400}", 0..4),
        colour in any::<bool>(),
    ) {
        let mut document = huge(&name, accounts, &unread);
        for gate in [FailOn::Critical, FailOn::Info, FailOn::Never] {
            let absent = Absent { resources: vec![name.clone(), "b".to_owned()], tags: true };
            document.decide_gate(&Terms { fail_on: gate, allow_incomplete: accounts == 1, absent: &absent });
            let mut out = Vec::new();
            let target = Target { width: SCREEN.1, colour, ..Target::PLAIN };
            report::last_block(&document, &target, &mut out).expect("written");
            let text = without_colours(&String::from_utf8(out).expect("UTF-8"));
            let lines: Vec<&str> = text.lines().collect();
            prop_assert!(lines.len() <= SCREEN.0, "{} lines:\n{text}", lines.len());
            for line in &lines {
                prop_assert!(line.width() <= SCREEN.1, "{} columns: {line}", line.width());
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
            let exit = document.gate.as_ref().map(|gate| format!("exit {}", gate.exit_code)).unwrap_or_default();
            prop_assert!(text.ends_with(&format!("{exit}\n")), "{text}");
            prop_assert_eq!(lines.iter().filter(|line| line.starts_with("REL09-BP0")).count(), 4);
        }
    }
}

/// A document as rel9 wrote it before it recorded `fail_title`, the use of the policy, the gate and the worst resources.
#[test]
fn a_document_of_an_earlier_version_is_read() {
    let rel9 = Rel9::new();
    let old = project("tests/reports/before_the_gate.json").display().to_string();
    let table = rel9.run(&["report", &old]);
    let block = last_block(&table.ended(0).stdout);
    assert!(block.iter().any(|line| line.starts_with("  critical  ")), "the worst resource: {block:#?}");
    assert!(block.contains(&"Policy     a policy file; the document does not record its use"), "{block:#?}");
    assert_eq!(block.last(), Some(&"no gate: the document does not record its verdict"));
    let again = rel9.run(&["report", &old, "--format", "json"]);
    assert_eq!(again.ended(0).stdout, std::fs::read_to_string(&old).expect("a file"), "nothing is added to it");
}

#[test]
fn a_document_without_a_gate_still_has_its_last_screen() {
    let old = small();
    assert!(old.gate.is_none() && old.summary.worst.is_empty(), "such a document");
    let text = render(&old, &Target::PLAIN);
    assert!(text.trim_end().ends_with("no gate: the document does not record its verdict"), "{text}");
    assert!(text.contains("  critical  "), "the worst resource: {text}");
}

/// A name is one word of the shell that the command is copied to, whoever chose it.
#[test]
fn a_copied_command_obeys_no_name() {
    let names = ["$(reboot)", "a; reboot", "it's", "`reboot`", "-v", "two words", "\u{1b}[31m", "größe", "plain-name_1.2"];
    for name in names {
        let mut one = finding(0, Status::Fail, Severity::High);
        Arc::make_mut(&mut one.resource).name = Some(name.to_owned());
        let text = render(&document(vec![one.clone()]), &Target { width: 160, ..Target::PLAIN });
        let line = text.lines().find(|line| line.contains("rel9 explain ")).expect("a command");
        let word = line.split_once("rel9 explain ").expect("a command").1;
        let output = Command::new("sh").args(["-c", &format!("printf %s {word}")]).output().expect("a shell");
        let copied = String::from_utf8_lossy(&output.stdout).into_owned();
        // A flag, and what a terminal does not show, cannot be copied: the ARN would be, which is too long for a line.
        let expected = if ["-v", "\u{1b}[31m"].contains(&name) { "NAME" } else { name };
        assert_eq!(copied, expected, "{line}");
    }
}

// Severities

#[test]
fn severities_that_are_not_shown_are_counted() {
    let document = demo();
    let count = |severity: Severity| document.summary.by_severity[&severity];
    let hidden = |severities: &[Severity]| {
        severities.iter().map(|severity| format!("{} {}", count(*severity), severity.as_str())).collect::<Vec<_>>()
    };
    let default = table(160, &[]);
    let [medium, low, info] = <[String; 3]>::try_from(hidden(&[Severity::Medium, Severity::Low, Severity::Info])).expect("three");
    assert!(default.contains(&format!("{medium}, {low} and {info} findings are not shown")), "{default}");
    assert!(default.contains("\nHIGH (50)") && !default.contains("\nMEDIUM ("));
    let medium_too = table(160, &["--min-severity", "medium"]);
    assert!(medium_too.contains(&format!("{low} and {info} findings are not shown (--min-severity info or --all shows them)")));
    assert!(medium_too.contains(&format!("\nMEDIUM ({})", count(Severity::Medium))) && !medium_too.contains("\nLOW ("));
    let all = table(160, &["--min-severity", "info"]);
    assert!(all.contains("\nINFO (") && !all.contains("not shown"));
    assert!(!all.contains("\nPASS (") && table(160, &["--all"]).contains("\nPASS ("));
    for other in [&medium_too, &all, &table(160, &["--min-severity", "critical"])] {
        assert_eq!(last_block(other), last_block(&default), "the severities that are shown change no count and no verdict");
    }
}

// Groups

/// What remains of each part of a table of parts: name, share of protected data, counts by severity, unknown.
fn summary_of(table: &str) -> Vec<(String, Vec<String>)> {
    let rows = table.lines().skip(3).take_while(|line| !line.is_empty());
    rows.map(|line| {
        let cells: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        (cells[0].to_owned(), cells[cells.len() - 6..].iter().map(|cell| cell.replace('·', "0")).collect())
    })
    .collect()
}

#[test]
fn every_part_has_its_coverage_and_its_findings() {
    let document = demo();
    for (by, column) in [("account", "Account"), ("region", "Region"), ("tag:team", "Tag team"), ("tag:tier", "Tag tier")] {
        let table = table(160, &["--group-by", by, "--min-severity", "info"]);
        assert!(table.lines().nth(2).expect("a head").starts_with(column), "{table}");
        let rows = summary_of(&table);
        let key = |resource: &rel9::audit::findings::ResourceRef| match by {
            "account" => resource.account.clone(),
            "region" => resource.region.clone(),
            tag => resource.tags.get(&tag[4..]).cloned().unwrap_or_else(|| "(without)".to_owned()),
        };
        let mut expected: std::collections::BTreeMap<String, [u64; 6]> = std::collections::BTreeMap::new();
        for finding in &document.findings {
            let counts = expected.entry(key(&finding.resource)).or_default();
            match finding.status {
                Status::Fail => counts[Severity::ALL.iter().position(|severity| *severity == finding.severity).expect("known")] += 1,
                Status::Unknown => counts[5] += 1,
                _ => {}
            }
        }
        assert_eq!(rows.len(), expected.len(), "{by}: {rows:?}");
        for (name, counts) in &rows {
            assert_eq!(*counts, expected[name].map(|count| count.to_string()), "{by}: {name}");
        }
        // Every failing finding is listed or counted in its part.
        let listed = table.matches("\n    - ").count();
        let left: usize = table
            .lines()
            .filter_map(|line| line.trim().strip_prefix("… and ")?.split_once(" more (--all shows")?.0.parse::<usize>().ok())
            .sum::<usize>();
        assert_eq!((listed + left) as u64, document.summary.by_status[&Status::Fail], "{by}");
    }
    let rows = summary_of(&table(160, &["--group-by", "tag:team"]));
    assert_eq!(rows.last().map(|(name, _)| name.as_str()), Some("(without)"));
}

/// The parts add up to the whole.
#[test]
fn the_coverage_of_parts_adds_up() {
    let document = demo();
    let coverage = &document.summary.coverage;
    let whole = Covered {
        protected: coverage.protected,
        not: coverage.stale + coverage.selected_not_protected + coverage.opt_in_blocked + coverage.unprotected,
        unknown: coverage.unknown,
    };
    let sum = |parts: Vec<Covered>| {
        parts.into_iter().fold(Covered::default(), |sum, part| Covered {
            protected: sum.protected + part.protected,
            not: sum.not + part.not,
            unknown: sum.unknown + part.unknown,
        })
    };
    assert_eq!(sum(covered::by(&document, |resource| resource.account.clone()).into_values().collect()), whole);
    assert_eq!(sum(covered::by(&document, |resource| resource.tags.get("team").cloned()).into_values().collect()), whole);
    let by_team = table(80, &["--group-by", "tag:team"]);
    for (team, covered) in covered::by(&document, |resource| resource.tags.get("team").cloned()) {
        let Some(team) = team else { continue };
        let row = by_team.lines().find(|line| line.starts_with(&team)).expect("its row");
        assert!(row.contains(&format!("{} of {}", covered.protected, covered.owing())), "{row}");
    }
}

#[test]
fn resources_come_with_all_that_fails_for_them() {
    let by_resource = table(160, &["--group-by", "resource", "--min-severity", "info", "--all"]);
    let document = demo();
    let worst = &document.summary.worst[0];
    let line = by_resource.lines().nth(2).expect("the first resource");
    assert!(line.contains(&worst.resource.id), "the worst comes first: {line}");
    let failing = document.summary.by_status[&Status::Fail] as usize;
    let lines = Severity::ALL.iter().flat_map(|severity| {
        let start = format!("  {:8}  ", severity.as_str());
        by_resource.lines().take_while(|line| !line.starts_with("UNKNOWN")).filter(move |line| line.starts_with(&start))
    });
    assert_eq!(lines.count(), failing);
}

#[test]
fn a_tag_that_nothing_has_says_which_are_there() {
    let text = table(160, &["--group-by", "tag:owner"]);
    assert!(text.contains("No resource has the tag owner. Tags that resources have: ") && text.contains("team ("), "{text}");
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    let rel9 = Rel9::new();
    for flag in [&["--fix"][..], &["--min-severity", "low"], &["--group-by", "account"]] {
        let run = rel9.run(&[&["audit", "--demo", "--format", "json=a.json"], flag].concat());
        run.ended(2).said(&format!("{} changes only the table", flag[0])).said("--format table");
        assert!(!rel9.home().join("a.json").exists());
    }
    for (wrong, why) in [("owner", "tag:KEY"), ("tag:", "tag:owner"), ("tag", "tag:KEY")] {
        rel9.run(&["audit", "--demo", "--group-by", wrong]).ended(2).said(why);
    }
    rel9.run(&["audit", "--demo", "--min-severity", "urgent"]).ended(2).said("critical");
}

/// A resource whose tags were not read may have the tag: it is not counted among those without it.
#[test]
fn tags_that_were_not_read_are_no_missing_tags() {
    let mut findings: Vec<_> = (0..4).map(|number| finding(number, Status::Fail, Severity::High)).collect();
    for (finding, unread) in findings.iter_mut().zip([&["*"][..], &["owner"], &["env"], &[]]) {
        Arc::make_mut(&mut finding.resource).unread_tags = unread.iter().map(|key| (*key).to_owned()).collect();
    }
    let by_owner = |findings| render(&document(findings), &Target { group_by: GroupBy::Tag("owner"), ..Target::PLAIN });
    let text = by_owner(findings.clone());
    let high = |name: &str| text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_whitespace().nth(3));
    assert_eq!((high("(unknown)"), high("(without)")), (Some("2"), Some("2")), "{text}");
    assert!(
        text.contains("No resource is known to have the tag owner.") && text.contains("not known whether with the tag owner"),
        "{text}"
    );
    assert!(by_owner(findings.split_off(3)).contains("No resource has the tag owner."));
}

/// From an inventory and from a template: what nobody read is unknown.
#[test]
fn unread_tags_are_in_the_document() {
    let rel9 = Rel9::new().with_files(&[(
        "t.yaml",
        "Parameters: { Team: { Type: String } }\nResources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { Tags: [ { Key: team, Value: !Ref Team }, { Key: env, Value: prod } ] }\n",
    )]);
    let template = rel9.judge(&["t.yaml"]);
    assert_eq!(template.findings()[0]["resource"]["unread_tags"], serde_json::json!(["team"]));
    crate::support::demo::variant(&rel9.home().join("unread"), |line| {
        line.as_object_mut().expect("a line").remove("tags");
        true
    });
    let unread = rel9.judge(&["unread"]);
    assert!(unread.findings().iter().all(|finding| finding["resource"]["unread_tags"] == serde_json::json!(["*"])));
    let table = rel9.run(&["audit", "unread", "--group-by", "tag:team"]);
    assert!(table.stdout.contains("(unknown)") && !table.stdout.contains("(without)"), "{table}");
    assert!(demo().findings.iter().all(|finding| finding.resource.unread_tags.is_empty()), "the demo's tags were read");
}

/// Names that look like nothing, or like what the table itself writes, are in quotes.
#[test]
fn a_part_without_a_visible_name_is_seen() {
    let mut findings: Vec<_> = (0..4).map(|number| finding(number, Status::Fail, Severity::High)).collect();
    for (finding, owner) in findings.iter_mut().zip(["  ", "(without)", "", "core"]) {
        Arc::make_mut(&mut finding.resource).tags.insert("owner".to_owned(), owner.to_owned());
    }
    let text = render(&document(findings), &Target { group_by: GroupBy::Tag("owner"), ..Target::PLAIN });
    let mut names: Vec<String> = text.lines().skip(3).take(4).map(|line| line[..12].trim().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["\"  \"", "\"(without)\"", "(empty)", "core"], "{text}");
}

/// Nothing is said to pass, or not to exist, where nothing was read.
#[test]
fn where_nothing_was_judged_nothing_is_claimed() {
    let rel9 = Rel9::new();
    crate::support::demo::variant(&rel9.home().join("denied"), |line| {
        if line["kind"] == "coverage" {
            line["status"] = "denied".into();
        }
        line["kind"] != "resource"
    });
    let run = rel9.run(&["audit", "denied"]);
    let text = &run.ended(3).stdout;
    for words in [
        "Nothing was judged.",
        "Findings   no resource was judged",
        "Coverage   no data that owes a backup was found, but not everything was read",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.to_lowercase().contains("nothing fails") && !text.contains("\n\n\n"), "{text}");
    let unknown = render(&document(vec![finding(0, Status::Unknown, Severity::High)]), &Target::PLAIN);
    assert!(
        unknown.contains("Nothing is known to fail.") && unknown.contains("nothing is known to fail, 1 unknown · 1 resource"),
        "{unknown}"
    );
}

// Colours

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let plain = table(80, &[]);
    assert!(!plain.contains('\x1b'), "a pipe gets no colour");
    let forced: [&[(&str, &str)]; 2] = [&[("FORCE_COLOR", "1")], &[("CLICOLOR_FORCE", "1")]];
    for environment in forced {
        let coloured = run(80, &[], environment);
        assert!(coloured.contains("\x1b[1;31m"), "{environment:?}");
        assert_eq!(without_colours(&coloured), plain, "colours change nothing else");
        assert_eq!(run(80, &["--color", "never"], environment), plain);
        assert_eq!(run(80, &[], &[environment, &[("NO_COLOR", "1")]].concat()), plain);
    }
    assert_eq!(without_colours(&run(80, &["--color", "always"], &[("NO_COLOR", "1")])), plain);
    assert!(run(80, &["--color", "always"], &[("NO_COLOR", "1")]).contains('\x1b'), "a flag wins over the environment");
    for arguments in [&["--group-by", "tag:team"][..], &["--group-by", "resource", "--fix"]] {
        let coloured = run(80, &[arguments, &["--color", "always"]].concat(), &[]);
        assert_eq!(without_colours(&coloured), table(80, arguments));
    }
}

#[test]
fn a_file_gets_colours_only_by_the_flag() {
    let rel9 = Rel9::new().env("FORCE_COLOR", "1");
    let written = |arguments: &[&str]| {
        rel9.run(&[&["audit", "--demo", "--format", "table=t.txt"], arguments].concat()).ended(1);
        std::fs::read_to_string(rel9.home().join("t.txt")).expect("the report")
    };
    assert!(!written(&[]).contains('\x1b'));
    assert!(written(&["--color", "always"]).contains('\x1b'));
}

/// Untrusted text in every grouping and in the block: no control character, no direction mark.
#[test]
fn hostile_names_stay_text() {
    let all = [GroupBy::Rule, GroupBy::Resource, GroupBy::Account, GroupBy::Region]
        .into_iter()
        .chain(HOSTILE.iter().map(|text| GroupBy::Tag(text)));
    let mut findings = hostile();
    let absent = Absent { resources: vec![HOSTILE[0].to_owned()], tags: false };
    findings.decide_gate(&Terms { fail_on: FailOn::High, allow_incomplete: false, absent: &absent });
    for group_by in all {
        for (all, fix) in [(true, true), (false, false)] {
            let target = Target { group_by, all, fix, min_severity: Some(Severity::Info), ..Target::PLAIN };
            let text = render(&findings, &target);
            let is_bad = |character: &char| {
                character.is_control() && *character != '\n'
                    || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
            };
            assert_eq!(text.chars().find(is_bad), None, "{group_by:?}");
        }
    }
    let one = poisoned(0, Status::Fail, Severity::Critical, "evil\u{1b}[2J\u{202e}");
    assert!(!render(&document(vec![one]), &Target { width: 160, ..Target::PLAIN }).contains('\u{1b}'));
}

/// An old document, whose policy the document does not tell.
#[test]
fn a_policy_without_its_use_is_said_to_be_one() {
    let mut old = small();
    old.audit = AuditInfo { policy_digest: Some("sha256:00".to_owned()), ..old.audit };
    assert!(render(&old, &Target::PLAIN).contains("Policy     a policy file; the document does not record its use"));
}
