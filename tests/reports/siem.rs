//! `ocsf` and `asff`: the reports for a SIEM and AWS Security Hub, checked with the published schemas of OCSF and models of AWS.

use crate::support::{Rel9, project, python};
use rel9::audit::findings::{Finding, Findings, Status, WaiverRef};
use rel9::report::{self, Target};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const OCSF: &str = "tests/reports/siem/requirements.txt";
const AWS: &str = "tests/emulator/requirements.txt";

/// Texts that break careless code.
const HOSTILE: &str = "\u{1b}[31m\"red\"\u{7}\r\n\\u0000\0</script>'; DROP\u{202e}txt\u{2028}\u{9b}größe 😀 {{ x }} %s";

/// The demo's findings, without the parts that change with every rule.
fn demo() -> Findings {
    let sample = std::fs::read(project("reports/samples/demo.json")).expect("the sample");
    let mut findings: Findings = serde_json::from_slice(&sample).expect("a findings document");
    findings.audit.id = "0123456789abcdef0123456789abcdef".to_owned();
    findings.audit.rel9_version = "0.1.0".to_owned();
    findings
}

/// The demo's findings with hostile texts, and with more of everything than ASFF allows.
fn hostile() -> Findings {
    let mut findings = demo();
    let mut number = 0;
    findings.findings.retain(|finding| {
        number += 1;
        number % 10 == 1 || matches!(finding.status, Status::Unknown | Status::Waived)
    });
    let huge = "😀\"\\\u{1}ü".repeat(200_000);
    for (number, finding) in findings.findings.iter_mut().enumerate() {
        finding.message = format!("{HOSTILE} {}", if number % 10 == 0 { &huge } else { "" }).into();
        let resource = Arc::make_mut(&mut finding.resource);
        resource.name = Some(HOSTILE.to_owned());
        let tags = &mut resource.tags;
        for tag in 0..60 {
            let value = if number % 20 == 0 && tag < 2 { huge.clone() } else { "\u{1f600}\"".repeat(tag * 3) };
            tags.insert(format!("{tag} {HOSTILE}{}", "k".repeat(tag * 5)), value);
        }
        let mut facts = finding.evidence.facts();
        for path in 0..70 {
            facts.insert(format!("resource.{path}"), json!({"text": HOSTILE.repeat(50)}));
        }
        finding.evidence = facts.into();
        finding.unknown_because = vec![HOSTILE.to_owned(); 40].into();
        Arc::make_mut(&mut finding.references)
            .insert("nist_800_53_r5".to_owned(), (0..60).map(|control| format!("CP-{control}")).collect());
        if finding.status == Status::Unknown {
            finding.status = Status::Waived;
            finding.waiver = Some(Box::new(WaiverRef { reason: huge.clone(), approved_by: HOSTILE.to_owned(), expires: None }));
        }
        if let Some(remediation) = finding.remediation.as_mut().map(Arc::make_mut) {
            remediation.summary = format!(" \n{HOSTILE}{}", "ß".repeat(600)).into();
            remediation.cli.push(huge.clone());
        }
    }
    let first = &mut findings.findings[0];
    Arc::make_mut(&mut first.resource).arn = format!("arn:aws:s3:::{}", "b".repeat(1_000_000));
    (first.title, first.message) = (format!(" \u{1} {huge}").into(), "\n".into());
    findings
}

fn rendered(format: &str, findings: &Findings) -> String {
    let mut out = Vec::new();
    let target = Target::PLAIN;
    let report = report::find(format).expect("a format");
    (report.write)(findings, &target, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn events(text: &str) -> Vec<Value> {
    text.split_terminator('\n').map(|line| serde_json::from_str(line).expect("one JSON document a line")).collect()
}

/// The output of a check in `tests/reports/siem` for a report.
fn checked(requirements: &str, script: &str, report: &str) -> Value {
    let mut check = Command::new(python::with(if requirements == AWS { "emulator" } else { "siem" }, requirements))
        .arg(project("tests/reports/siem").join(Path::new(script)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    check.stdin.take().expect("a pipe").write_all(report.as_bytes()).expect("it reads");
    let output = check.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{script} found mistakes");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn of_status<'a>(events: &'a [Value], findings: &'a Findings, status: Status) -> &'a Value {
    let number = findings.findings.iter().position(|finding| finding.status == status).expect("a finding of each status");
    &events[number]
}

#[test]
fn the_demo_in_ocsf() {
    let findings = demo();
    let text = rendered("ocsf", &findings);
    assert_eq!(checked(OCSF, "ocsf.py", &text), json!({"events": findings.findings.len()}));
    let events = events(&text);
    insta::assert_snapshot!("ocsf_waived", serde_json::to_string_pretty(of_status(&events, &findings, Status::Waived)).unwrap());
    let says = |status| {
        let event = of_status(&events, &findings, status);
        format!("{} {} {}", event["status"], event["compliance"]["status"], event["severity_id"] == 1)
    };
    assert_eq!(says(Status::Pass), r#""New" "Pass" true"#, "what passes raises no alarm");
    assert_eq!(says(Status::Fail), r#""New" "Fail" false"#);
    assert_eq!(says(Status::Unknown), r#""New" "Unknown" false"#);
    assert_eq!(says(Status::Waived), r#""Suppressed" "Fail" false"#);
}

#[test]
fn ocsf_keeps_every_text_whole_and_on_one_line() {
    let findings = hostile();
    let text = rendered("ocsf", &findings);
    assert_eq!(checked(OCSF, "ocsf.py", &text), json!({"events": findings.findings.len()}));
    for (event, finding) in events(&text).iter().zip(&findings.findings) {
        assert_eq!(event["message"], *finding.message);
        assert_eq!(event["resources"][0]["uid"], finding.resource.arn);
        assert_eq!(event["resources"][0]["name"], HOSTILE);
    }
}

#[test]
fn a_template_has_no_cloud_account_in_ocsf() {
    let findings = template();
    let text = rendered("ocsf", &findings);
    checked(OCSF, "ocsf.py", &text);
    let event = &events(&text)[0];
    assert_eq!(event["cloud"], json!({"provider": "AWS"}));
    assert_eq!(event["unmapped"]["location"], json!({"file": "template.yaml", "line": 12}));
}

#[test]
fn security_hub_takes_the_demo_and_updates_it() {
    let findings = demo();
    let text = rendered("asff", &findings);
    let count = findings.findings.len();
    let told = checked(AWS, "asff.py", &text);
    assert_eq!((&told["findings"], &told["stored"]), (&json!(count), &json!(count)), "{told}");
    let all: Vec<Value> = events(&text).iter().flat_map(|batch| batch["Findings"].as_array().unwrap().clone()).collect();
    insta::assert_snapshot!("asff_waived", serde_json::to_string_pretty(of_status(&all, &findings, Status::Waived)).unwrap());
    let says = |status| {
        let finding = of_status(&all, &findings, status);
        format!("{} {} {}", finding["Compliance"]["Status"], finding["RecordState"], finding["Severity"]["Label"] == "INFORMATIONAL")
    };
    assert_eq!(says(Status::Pass), r#""PASSED" "ACTIVE" true"#);
    assert_eq!(says(Status::Fail), r#""FAILED" "ACTIVE" false"#);
    assert_eq!(says(Status::Unknown), r#""NOT_AVAILABLE" "ACTIVE" false"#);
    assert_eq!(says(Status::Waived), r#""FAILED" "ARCHIVED" false"#);
    assert!(all.iter().all(|finding| finding.get("Workflow").is_none() && finding.get("Note").is_none()), "those are the customer's");
}

#[test]
fn security_hub_takes_any_text() {
    let findings = hostile();
    let told = checked(AWS, "asff.py", &rendered("asff", &findings));
    assert_eq!(told["findings"], findings.findings.len());
}

#[test]
fn a_batch_is_of_one_place_and_at_most_100_findings() {
    let mut findings = demo();
    let one = findings.findings.iter().find(|finding| finding.resource.region == "us-east-1").expect("one").clone();
    let numbered = |number: u128| Box::new(Finding { id: number.into(), ..Finding::clone(&one) });
    findings.findings = (0..250).map(numbered).collect();
    let mut elsewhere = numbered(250);
    let resource = Arc::make_mut(&mut elsewhere.resource);
    resource.arn = "arn:aws-cn:account::111122223333:account".to_owned();
    resource.region = "global".to_owned();
    findings.findings.push(elsewhere);
    let batches = events(&rendered("asff", &findings));
    let sizes: Vec<usize> = batches.iter().map(|batch| batch["Findings"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 50, 1]);
    let last = &batches[3]["Findings"][0];
    assert_eq!(last["ProductArn"], "arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default");
}

fn template() -> Findings {
    let mut findings = demo();
    findings.findings.truncate(1);
    let finding = &mut findings.findings[0];
    let resource = Arc::make_mut(&mut finding.resource);
    (resource.account, resource.region) = (String::new(), String::new());
    finding.location = serde_json::from_value(json!({"file": "template.yaml", "line": 12})).expect("a location");
    findings
}

#[test]
fn security_hub_has_no_place_for_templates() {
    let mut findings = template();
    findings.findings.splice(0..0, demo().findings);
    let mut out = Vec::new();
    let target = Target::PLAIN;
    let error = (report::find("asff").expect("a format").write)(&findings, &target, &mut out).expect_err("refused");
    assert!(error.to_string().starts_with("asff needs findings of AWS accounts"), "{error}");
    assert!(out.is_empty(), "half a report would be taken for a whole one");
}

#[test]
fn nothing_found_is_no_line() {
    let mut findings = demo();
    findings.findings.clear();
    assert_eq!((rendered("ocsf", &findings), rendered("asff", &findings)), (String::new(), String::new()));
}

#[test]
fn the_program_writes_them() {
    let rel9 = Rel9::new();
    let audit = || {
        let run =
            rel9.run(&["audit", "--demo", "--format", "ocsf", "--format", "asff=asff.ndjson", "--fail-on", "never", "--allow-incomplete"]);
        run.ended(0);
        (run.stdout, std::fs::read_to_string(rel9.home().join("asff.ndjson")).expect("a report"))
    };
    let (ocsf, asff) = audit();
    assert!(events(&ocsf).len() > 100 && events(&asff).len() > 3);
    assert_eq!(audit(), (ocsf, asff), "the same input gives the same bytes");
}
