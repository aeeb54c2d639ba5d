//! Stored findings documents: rendered again, as a baseline, compared with each other. Anything else is refused.

use crate::support::{Rel9, Run, demo, text};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::OnceLock;

/// Rules with findings of every status in the demo. All rules would take longer and show nothing more.
const RULES: &str = "--rule=data-protected,data-recovery-tested,ebs-volume-encrypted,rds-instance-automated-backups";

/// A folder with the demo's findings in `demo.json`.
fn demo_findings() -> Rel9 {
    static FINDINGS: OnceLock<String> = OnceLock::new();
    let rel9 = Rel9::new();
    let findings = FINDINGS.get_or_init(|| rel9.run(&["audit", "--demo", RULES, "--format", "json"]).ended(1).stdout.clone());
    fs::write(rel9.home().join("demo.json"), findings).expect("a file");
    rel9
}

/// Writes the findings of a variant of the demo to `NAME.json`.
fn findings(rel9: &Rel9, name: &str, edit: impl FnMut(&mut Value) -> bool, more: &[&str]) {
    let folder = rel9.home().join(name);
    demo::variant(&folder, edit);
    let (policy, format) = (demo::policy(), format!("json={name}.json"));
    let run = rel9.run(
        &[&["audit", name, RULES, "--policy", &policy, "--format", &format, "--fail-on", "never", "--allow-incomplete"], more].concat(),
    );
    run.ended(0);
}

fn read(rel9: &Rel9, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(rel9.home().join(name)).expect("a file")).expect("JSON")
}

fn of_volume(line: &Value, id: &str) -> bool {
    line["type"] == "AWS::EC2::Volume" && line["id"] == id
}

/// A volume whose encryption finding passes in the demo.
fn encrypted_volume(rel9: &Rel9) -> String {
    let document = read(rel9, "demo.json");
    let all = document["findings"].as_array().expect("findings");
    let found = all.iter().find(|finding| finding["rule"] == "ebs-volume-encrypted" && finding["status"] == "pass");
    text(&found.expect("an encrypted volume")["resource"]["id"]).to_owned()
}

fn unencrypt(id: &str) -> impl FnMut(&mut Value) -> bool {
    let id = id.to_owned();
    move |line| {
        if of_volume(line, &id) {
            for (name, value) in
                [("encrypted", json!(false)), ("kms_key_arn", Value::Null), ("key_manager", Value::Null), ("key_state", Value::Null)]
            {
                line["properties"][name] = value;
            }
        }
        true
    }
}

// rel9 report

#[test]
fn a_stored_document_renders_as_the_audit_did() {
    let rel9 = demo_findings();
    for format in [&["--format", "table"][..], &["--format", "table", "--all"], &["--format", "json"], &["--format", "ndjson"]] {
        let audit = rel9.run(&[&["audit", "--demo", RULES], format].concat());
        let report = rel9.run(&[&["report", "demo.json"], format].concat());
        report.ended(0);
        assert!(report.stdout == audit.stdout, "{format:?} differs");
    }
    rel9.run(&["report", "demo.json", "--format", "json=again.json", "--format", "table"]).ended(0);
    assert_eq!(fs::read(rel9.home().join("again.json")).unwrap(), fs::read(rel9.home().join("demo.json")).unwrap());
}

#[test]
fn a_document_comes_from_standard_input() {
    let rel9 = demo_findings();
    let bytes = fs::read(rel9.home().join("demo.json")).unwrap();
    let mut child =
        rel9.command(&["report", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("rel9 runs");
    let mut stdin = child.stdin.take().unwrap();
    let given = bytes.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&given));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success() && output.stdout == bytes);
}

#[test]
fn a_document_that_was_changed_is_refused() {
    let rel9 = demo_findings();
    let original = read(&rel9, "demo.json");
    let failing = original["findings"].as_array().unwrap().iter().position(|finding| finding["status"] == "fail").unwrap();
    let last = original["findings"].as_array().unwrap().len() - 1;
    type Edit = Box<dyn Fn(&mut Value)>;
    let edits: Vec<(&str, Edit)> = vec![
        ("summary.by_status is", Box::new(move |document| document["findings"][failing]["status"] = json!("pass"))),
        ("unknown variant `fine`", Box::new(move |document| document["findings"][failing]["status"] = json!("fine"))),
        ("summary.resources is", Box::new(|document| document["summary"]["resources"] = json!(1))),
        ("summary.by_severity is", Box::new(|document| document["summary"]["by_severity"]["high"] = json!(0))),
        ("summary.best_practices is", Box::new(|document| document["summary"]["best_practices"][0]["risk"] = json!("none"))),
        ("counts of summary.coverage", Box::new(|document| document["summary"]["coverage"]["protected"] = json!(0))),
        ("counts of summary.coverage", Box::new(|document| document["summary"]["coverage"]["restorable_only"] = json!(0))),
        ("counts of summary.coverage", Box::new(|document| document["summary"]["coverage"]["reproducible"] = json!(u64::MAX))),
        ("counts of summary.coverage", Box::new(|document| document["summary"]["coverage"]["percent"] = json!(100.0))),
        ("audit.id", Box::new(|document| document["audit"]["id"] = json!("0"))),
        ("audit.id", Box::new(|document| document["audit"]["as_of"] = json!("2026-11-23T07:00:00Z"))),
        ("audit.complete", Box::new(|document| document["audit"]["complete"] = json!(true))),
        ("the id of", Box::new(move |document| document["findings"][failing]["resource"]["arn"] = json!("arn:aws:s3:::x"))),
        ("audit.id", Box::new(move |document| document["findings"][failing]["message"] = json!("all is well"))),
        ("audit.id", Box::new(move |document| document["findings"][failing]["evidence"] = json!({}))),
        ("audit.id", Box::new(move |document| document["findings"][failing]["resource"]["account"] = json!("999999999999"))),
        ("audit.id", Box::new(move |document| drop(document["findings"][failing].as_object_mut().unwrap().remove("remediation")))),
        ("audit.id", Box::new(move |document| document["findings"][last]["title"] = json!("all is well"))),
        ("audit.id", Box::new(|document| drop(document["reproducible"].as_array_mut().unwrap().pop()))),
        ("audit.id", Box::new(|document| document["collection"][0]["operation"] = json!("ListNothing"))),
        ("summary.baseline", Box::new(move |document| document["findings"][failing]["baseline"] = json!("known"))),
        ("invalid type", Box::new(|document| document["findings"] = json!("none"))),
        ("missing field `collection`", Box::new(|document| drop(document.as_object_mut().unwrap().remove("collection")))),
        ("schema is `rel9.findings/2`", Box::new(|document| document["schema"] = json!("rel9.findings/2"))),
        ("\"schema\": \"rel9.findings/1\"", Box::new(|document| drop(document.as_object_mut().unwrap().remove("schema")))),
        ("a JSON object", Box::new(|document| *document = json!([document.clone()]))),
    ];
    for (words, edit) in edits {
        let mut changed = original.clone();
        edit(&mut changed);
        fs::write(rel9.home().join("changed.json"), serde_json::to_vec_pretty(&changed).unwrap()).unwrap();
        let run = rel9.run(&["report", "changed.json", "--format", "json=out.json"]);
        run.ended(2).said("changed.json").said(words);
        assert!(run.stdout.is_empty() && !rel9.home().join("out.json").exists(), "{run}");
    }
}

#[test]
fn what_is_no_document_is_refused_by_every_command() {
    let rel9 = demo_findings();
    let home = rel9.home();
    fs::create_dir(home.join("folder")).unwrap();
    let whole = fs::read_to_string(home.join("demo.json")).unwrap();
    rel9.run(&["audit", "--demo", "--format", "ndjson=lines.json"]).ended(1);
    let second_line = format!("{}\n!", whole.trim_end());
    for (name, content) in
        [("empty.json", ""), ("cut.json", &whole[..whole.len() / 2]), ("text.json", "{\n  nothing"), ("tail.json", &second_line)]
    {
        fs::write(home.join(name), content).unwrap();
    }
    let inside = whole.find("\"evidence\": {").unwrap() + "\"evidence\": {".len();
    fs::write(home.join("cut_evidence.json"), &whole[..inside]).unwrap();
    fs::write(home.join("bad_evidence.json"), format!("{}!", &whole[..inside])).unwrap();
    let bad = format!("bad_evidence.json:{}:", whole[..inside].lines().count());
    let last = whole.lines().count() + 1;
    let tail = format!("tail.json:{last}:1: not JSON: trailing characters");
    for (name, words) in [
        ("absent.json", "absent.json: cannot be read"),
        ("folder", "folder: is a folder"),
        ("empty.json", "empty.json: the file is empty"),
        ("cut.json", "the document is cut off"),
        ("cut_evidence.json", "the document is cut off"),
        ("bad_evidence.json", &bad),
        ("text.json", "text.json:2:3: not JSON"),
        ("tail.json", &tail),
        ("lines.json", "these are findings alone (ndjson)"),
    ] {
        for arguments in
            [&["report", name][..], &["diff", name, "demo.json"], &["diff", "demo.json", name], &["audit", "--demo", "--baseline", name]]
        {
            let run = rel9.run(arguments);
            run.ended(2).said(words);
            assert!(run.stdout.is_empty(), "{run}");
        }
    }
    rel9.run(&["diff", "-", "-"]).ended(2).said("only one of the two");
    rel9.run(&["report", "demo.json", "--format", "json=folder"]).ended(2).said("folder: is a folder");
}

// --baseline

/// Audits the demo, or other inputs with its policy, with the baseline `demo.json`.
fn against_baseline(rel9: &Rel9, inputs: &[&str]) -> (Run, Value) {
    let run = rel9.run(&[&["audit", RULES, "--baseline", "demo.json", "--allow-incomplete", "--format", "json"], inputs].concat());
    let document = run.document().0;
    (run, document)
}

fn marks<'d>(document: &'d Value, mark: &str) -> Vec<&'d Value> {
    document["findings"].as_array().expect("findings").iter().filter(|finding| finding["baseline"] == mark).collect()
}

#[test]
fn known_failures_do_not_fail_the_gate() {
    let rel9 = demo_findings();
    let (run, document) = against_baseline(&rel9, &["--demo"]);
    run.ended(0);
    let failures = &document["summary"]["by_status"]["fail"];
    let (summary, audit) = (&document["summary"], &document["audit"]);
    let earlier =
        json!({"as_of": audit["as_of"], "coverage_percent": summary["coverage"]["percent"], "by_severity": summary["by_severity"]});
    assert_eq!(summary["baseline"], json!({"known": failures, "new": 0, "fixed": 0, "earlier": earlier}));
    assert_eq!(Some(marks(&document, "known").len() as u64), failures.as_u64());
    // Unknown findings do not change.
    rel9.run(&["audit", "--demo", RULES, "--baseline", "demo.json"]).ended(3);
    let table = rel9.run(&["audit", "--demo", RULES, "--baseline", "demo.json", "--allow-incomplete"]);
    assert!(table.stdout.contains("[known]") && table.stdout.contains(" known, 0 new, 0 fixed"), "{table}");
    // rel9 reads the document with marks like any other findings document.
    fs::write(rel9.home().join("marked.json"), &run.stdout).unwrap();
    let again = rel9.run(&["report", "marked.json", "--format", "json"]);
    assert!(again.ended(0).stdout == run.stdout);
    for (format, mark) in [
        ("csv", ",\"known\",\"\",\"aws "),
        ("junit", " [known]\""),
        ("ocsf", "\"unmapped\":{\"baseline\":\"known\""),
        ("asff", "\"rel9/baseline\":\"known\""),
        ("openmetrics", "rel9_baseline_findings{baseline=\"known\"}"),
        ("html", "<dt>Known failures</dt><dd><b><a href=\"#status=fail&amp;mark=known\">"),
    ] {
        assert!(rel9.run(&["report", "marked.json", "--format", format]).ended(0).stdout.contains(mark), "{format}");
    }
}

#[test]
fn a_new_failure_fails_the_gate() {
    let rel9 = demo_findings();
    let id = encrypted_volume(&rel9);
    demo::variant(&rel9.home().join("variant"), unencrypt(&id));
    let policy = demo::policy();
    let (run, document) = against_baseline(&rel9, &["variant", "--policy", &policy, "--fail-on", "medium"]);
    run.ended(1);
    let new: Vec<&str> = marks(&document, "new").iter().map(|finding| text(&finding["resource"]["id"])).collect();
    assert!(new.contains(&id.as_str()), "{new:?}");

    fs::write(rel9.home().join("marked.json"), &run.stdout).unwrap();
    let sarif: Value = serde_json::from_str(&rel9.run(&["report", "marked.json", "--format", "sarif"]).ended(0).stdout).unwrap();
    let states = |state: &str| {
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        results.filter(|result| result["baselineState"] == state).map(|result| text(&result["ruleId"])).collect::<Vec<_>>()
    };
    assert_eq!(states("new").len(), new.len());
    assert_eq!(states("unchanged").len(), marks(&document, "known").len());
    let markdown = rel9.run(&["report", "marked.json", "--format", "markdown"]);
    let lines: Vec<&str> = markdown.ended(0).stdout.lines().collect();
    let line = |wanted: &str| lines.iter().position(|line| line.starts_with("- ") && line.contains(wanted)).expect("a line");
    assert!(!lines[line(&id)].ends_with("known"), "{markdown}");
    assert!(lines.iter().any(|line| line.starts_with("Compared with the baseline: ")), "{markdown}");
    // New failures come before known ones.
    let of_rule = lines.iter().position(|line| line.contains("<code>ebs-volume-encrypted</code>")).expect("the rule");
    assert!(lines[of_rule + 2].contains(&id), "{}", lines[of_rule + 2]);
}

#[test]
fn what_was_waived_or_less_severe_is_new() {
    let rel9 = demo_findings();
    let policy = fs::read_to_string(demo::policy()).unwrap();
    let waivers = policy.find("waivers:").unwrap();
    let rules = policy.find("rules:\n").unwrap();
    fs::write(rel9.home().join("unwaived.yaml"), format!("{}{}", &policy[..waivers], &policy[rules..])).unwrap();
    let (run, document) = against_baseline(&rel9, &["--demo", "--policy", "unwaived.yaml"]);
    run.ended(1);
    let new: Vec<(&str, &str)> =
        marks(&document, "new").iter().map(|finding| (text(&finding["rule"]), text(&finding["resource"]["id"]))).collect();
    assert_eq!(new, [("data-protected", "shop-staging"), ("rds-instance-automated-backups", "shop-staging")]);

    fs::write(rel9.home().join("severe.yaml"), format!("{policy}  data-recovery-tested: {{ severity: critical }}\n")).unwrap();
    let (run, document) = against_baseline(&rel9, &["--demo", "--policy", "severe.yaml"]);
    run.ended(1);
    let new = marks(&document, "new");
    assert!(!new.is_empty() && new.iter().all(|finding| finding["rule"] == "data-recovery-tested"));
    fs::write(rel9.home().join("mild.yaml"), format!("{policy}  data-recovery-tested: {{ severity: low }}\n")).unwrap();
    let (run, document) = against_baseline(&rel9, &["--demo", "--policy", "mild.yaml"]);
    run.ended(0);
    assert!(marks(&document, "new").is_empty(), "a lower severity is nothing new");
}

#[test]
fn what_passes_now_is_fixed_and_what_is_gone_is_not() {
    let id = encrypted_volume(&demo_findings());
    let rel9 = Rel9::new();
    findings(&rel9, "demo", unencrypt(&id), &[]);
    let (_, document) = against_baseline(&rel9, &["--demo"]);
    assert!(document["summary"]["baseline"]["fixed"].as_u64() >= Some(1), "{}", document["summary"]["baseline"]);
    demo::variant(&rel9.home().join("gone"), |line| !of_volume(line, &id));
    let policy = demo::policy();
    let (_, gone) = against_baseline(&rel9, &["gone", "--policy", &policy]);
    assert_eq!(gone["summary"]["baseline"]["fixed"], 0);
}

// rel9 diff

fn diff(rel9: &Rel9, old: &str, new: &str, code: i32) -> Value {
    let run = rel9.run(&["diff", old, new, "--format", "json"]);
    run.ended(code);
    let value: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let typed: rel9::audit::diff::Diff = serde_json::from_value(value.clone()).expect("a comparison");
    assert_eq!(serde_json::to_value(&typed).unwrap(), value);
    assert_eq!(value["worse"], code == 1);
    value
}

/// Rules and resources of a list of changes.
fn about<'d>(diff: &'d Value, list: &str) -> Vec<(&'d str, &'d str)> {
    let changes = diff[list].as_array().map(Vec::as_slice).unwrap_or_default();
    changes.iter().map(|change| (text(&change["rule"]), text(&change["resource"]["id"]))).collect()
}

#[test]
fn nothing_changed() {
    let rel9 = demo_findings();
    let same = diff(&rel9, "demo.json", "demo.json", 0);
    assert_eq!(same["summary"]["unchanged"], read(&rel9, "demo.json")["findings"].as_array().unwrap().len());
    for (name, count) in same["summary"].as_object().unwrap() {
        assert!(name == "unchanged" || count == 0, "{name} is {count}");
    }
    let table = rel9.run(&["diff", "demo.json", "demo.json"]);
    assert!(table.ended(0).stdout.contains("Nothing got worse."), "{table}");
}

#[test]
fn a_new_failure_is_worse_and_its_repair_is_fixed() {
    let rel9 = demo_findings();
    let id = encrypted_volume(&rel9);
    findings(&rel9, "variant", unencrypt(&id), &[]);
    // The sources differ, and the findings do not.
    findings(&rel9, "plain", |_| true, &[]);
    let worse = diff(&rel9, "plain.json", "variant.json", 1);
    assert!(about(&worse, "new_failures").contains(&("ebs-volume-encrypted", &id)), "{worse}");
    assert!(worse["new_failures"].as_array().unwrap().iter().all(|change| change["new_rule"] == false && change["worse"] == true));
    let better = diff(&rel9, "variant.json", "plain.json", 0);
    assert_eq!(about(&better, "fixed"), about(&worse, "new_failures"));
    let table = rel9.run(&["diff", "plain.json", "variant.json"]);
    assert!(table.ended(1).stdout.contains(&format!("ebs-volume-encrypted {id}")), "{table}");
}

#[test]
fn rules_that_old_did_not_have_are_listed_as_new() {
    let rel9 = demo_findings();
    findings(&rel9, "plain", |_| true, &[]);
    findings(&rel9, "fewer", |_| true, &["--skip-rule", "data-recovery-tested"]);
    let more = diff(&rel9, "fewer.json", "plain.json", 1);
    assert_eq!(more["rules_came"], json!(["data-recovery-tested"]));
    assert!(more["summary"]["of_new_rules"] == more["summary"]["new_failures"] && more["summary"]["of_new_rules"].as_u64() > Some(0));
    let fewer = diff(&rel9, "plain.json", "fewer.json", 0);
    assert_eq!((&fewer["rules_went"], &fewer["summary"]["fixed"]), (&json!(["data-recovery-tested"]), &json!(0)));
    assert_eq!(fewer["summary"]["gone"], more["summary"]["of_new_rules"]);
    let table = rel9.run(&["diff", "fewer.json", "plain.json"]).stdout;
    assert!(table.contains("[new rule]") && table.contains("they left different parts out"), "{table}");
}

#[test]
fn severities_and_unknowns_count() {
    let rel9 = demo_findings();
    let policy = fs::read_to_string(demo::policy()).unwrap();
    fs::write(rel9.home().join("severe.yaml"), format!("{policy}  data-recovery-tested: {{ severity: critical }}\n")).unwrap();
    rel9.run(&["audit", "--demo", RULES, "--policy", "severe.yaml", "--format", "json=severe.json"]).ended(1);
    let rose = diff(&rel9, "demo.json", "severe.json", 1);
    let worse: Vec<&Value> = rose["changed"].as_array().unwrap().iter().filter(|change| change["worse"] == true).collect();
    assert!(!worse.is_empty() && worse.iter().all(|change| change["new"]["status"] == "fail"));
    assert!(rose["new_failures"].is_null());
    let table = rel9.run(&["diff", "demo.json", "severe.json"]);
    let first: Vec<&str> = table.stdout.lines().skip_while(|line| !line.starts_with("  - ")).take(2).collect();
    assert!(first.concat().contains("(critical)"), "the worst comes first: {table}");
    diff(&rel9, "severe.json", "demo.json", 0);

    findings(&rel9, "plain", |_| true, &[]);
    findings(&rel9, "denied", deny("ListRecoveryPointsByBackupVault"), &[]);
    let unknown = diff(&rel9, "plain.json", "denied.json", 1);
    let changed = unknown["changed"].as_array().unwrap();
    assert!(changed.iter().any(|change| change["new"]["status"] == "unknown" && change["worse"] == true));
    assert_eq!(unknown["not_read"][0]["operation"], "backup:ListRecoveryPointsByBackupVault");
    diff(&rel9, "denied.json", "plain.json", 1);
}

fn deny(operation: &'static str) -> impl FnMut(&mut Value) -> bool {
    move |line| {
        let it = line["kind"] == "coverage" && line["operation"] == operation && line["status"] == "ok";
        if it && line["account"] == "111122223333" && line["region"] == "eu-central-1" {
            line["status"] = json!("denied");
        }
        true
    }
}

#[test]
fn resources_come_and_go() {
    let rel9 = demo_findings();
    let id = encrypted_volume(&rel9);
    findings(&rel9, "plain", |_| true, &[]);
    findings(&rel9, "gone", |line| !of_volume(line, &id), &[]);
    let went = rel9.run(&["diff", "plain.json", "gone.json", "--format", "json"]);
    let went: Value = serde_json::from_str(&went.stdout).unwrap();
    assert_eq!((&went["resources_went"][0]["id"], &went["summary"]["resources_went"]), (&json!(id), &json!(1)));
    let came = rel9.run(&["diff", "gone.json", "plain.json", "--format", "json"]);
    let came: Value = serde_json::from_str(&came.stdout).unwrap();
    assert_eq!(came["resources_came"], went["resources_went"]);
}

/// Data that is no longer read does not count as protected.
#[test]
fn a_region_that_is_not_audited_any_more_is_worse() {
    let rel9 = Rel9::new();
    findings(&rel9, "plain", |_| true, &[]);
    fs::remove_file(rel9.home().join("plain/444455556666.eu-west-1.ndjson")).unwrap();
    let policy = demo::policy();
    rel9.run(&["audit", "plain", "--policy", &policy, RULES, "--format", "json=less.json", "--fail-on", "never", "--allow-incomplete"])
        .ended(0);
    let less = diff(&rel9, "plain.json", "less.json", 1);
    assert_eq!(less["not_read"], json!([{"account": "444455556666", "region": "eu-west-1"}]));
}

#[test]
fn names_are_escaped_where_they_land() {
    let rel9 = demo_findings();
    let id = encrypted_volume(&rel9);
    findings(&rel9, "plain", |_| true, &[]);
    let mut unencrypt = unencrypt(&id);
    let odd = |line: &mut Value| {
        if of_volume(line, &id) {
            line["name"] = json!("<img src=x> @team [a](http://b) \u{1b}[31m");
        }
        unencrypt(line)
    };
    findings(&rel9, "odd", odd, &[]);
    let markdown = rel9.run(&["diff", "plain.json", "odd.json", "--format", "markdown", "--all"]);
    let line = markdown.ended(1).stdout.lines().find(|line| line.contains(&format!("{id} (\\<img"))).expect("the volume");
    assert!(line.contains("\\<img src=x\\> \\@&#8288;team \\[a\\](http:&#8288;//b)") && !line.contains('\u{1b}'), "{line}");
    let table = rel9.run(&["diff", "plain.json", "odd.json", "--all"]);
    assert!(table.stdout.contains("<img src=x> @team") && !table.stdout.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let rel9 = demo_findings();
    findings(&rel9, "fewer", |_| true, &["--skip-rule", "data-recovery-tested"]);
    for arguments in [&["report", "demo.json", "--format", "json"][..], &["diff", "demo.json", "fewer.json", "--format", "json"]] {
        let mut child = rel9.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("rel9 runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_ne!(output.status.code(), Some(2));
    }
}
