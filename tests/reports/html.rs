//! The HTML report in a real browser, if one is installed; `tests/reports/html/check.py` has the checks.

use crate::support::{Rel9, project, python};
use rel9::audit::findings::{Finding, Findings};
use rel9::report::{self, Target};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

#[test]
fn in_a_browser() {
    let Some(chromium) = chromium() else {
        println!(
            "skipped: no Chromium was found; set CHROMIUM to the path of one, or install it (Debian and Ubuntu: apt install chromium)"
        );
        return;
    };
    let demo = demo();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("html");
    fs::create_dir_all(&folder).expect("a folder");
    let pages = [
        ("demo.html", demo.clone()),
        ("templates.html", templates()),
        ("hostile.html", hostile(&demo)),
        ("large.html", large(&demo, 100_000)),
    ]
    .map(|(name, findings)| {
        let path = folder.join(name);
        write(&findings, &path);
        path
    });
    let python = python::with("browser", "tests/reports/html/requirements.txt");
    let output = Command::new(python)
        .arg(project("tests/reports/html/check.py"))
        .arg("--chromium")
        .arg(chromium)
        .args(&pages)
        .output()
        .expect("Python runs");
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A Chromium that is installed.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/usr/bin/google-chrome-stable",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    named.into_iter().chain(usual.map(PathBuf::from)).find(|path| path.is_file())
}

fn demo() -> Findings {
    let run = Rel9::new().run(&["audit", "--demo", "--format", "json", "--fail-on", "never", "--allow-incomplete"]);
    serde_json::from_str(&run.stdout).expect("a findings document")
}

fn templates() -> Findings {
    let run = Rel9::new().run(&[
        "audit",
        &project("fixtures/cloudformation").to_string_lossy(),
        "--format",
        "json",
        "--fail-on",
        "never",
        "--allow-incomplete",
    ]);
    serde_json::from_str(&run.stdout).expect("a findings document")
}

fn write(findings: &Findings, path: &Path) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    let target = Target::PLAIN;
    (report::find("html").expect("the format").write)(findings, &target, &mut out).and_then(|()| out.flush()).expect("written");
}

/// The first findings of the demo, with an attack in every text that rel9 does not control.
fn hostile(demo: &Findings) -> Findings {
    let attacks = [
        "</script><script>window.ran=1;alert(1)</script>".to_owned(),
        "\"><img src=x onerror=\"window.ran=1\"><iframe src=\"https://example.com\">".to_owned(),
        "'-window.ran=1-'{{script}}{{index}}<!--<script>".to_owned(),
        "\u{202e}gnp.exe\u{2066}\u{200b}\u{7}\u{2028}<script>".to_owned(),
        "javascript:window.ran=1//<script>".to_owned(),
        "W".repeat(1 << 20),
    ];
    let mut findings = demo.clone();
    findings.findings = demo.findings.iter().filter(|finding| finding.remediation.is_some()).take(24).cloned().collect();
    for (place, finding) in findings.findings.iter_mut().enumerate() {
        attack(finding, &attacks[place % attacks.len()]);
    }
    for (place, entry) in findings.reproducible.iter_mut().enumerate() {
        entry.why.reason = Some(attacks[place % attacks.len()].clone());
        Arc::make_mut(&mut entry.resource).id = attacks[(place + 1) % attacks.len()].clone();
    }
    for (place, entry) in findings.collection.iter_mut().filter(|entry| entry.error.is_some()).enumerate() {
        entry.error = Some(attacks[place % attacks.len()].clone());
    }
    findings.audit.accounts = attacks[..3].to_vec();
    for (place, worst) in findings.summary.worst.iter_mut().enumerate() {
        let text = &attacks[place % attacks.len()];
        worst.headline = text.as_str().into();
        worst.message = text.as_str().into();
        worst.resource.name = Some(text.clone());
        worst.resource.arn.push_str(text);
        worst.resource.account = text.clone();
    }
    let policy = findings.audit.policy.as_mut().expect("the demo has a policy file");
    policy.path = attacks[0].clone();
    for (place, objective) in policy.objectives.iter_mut().enumerate() {
        objective.name = attacks[place % attacks.len()].clone();
    }
    for (place, waiver) in policy.waivers.iter_mut().enumerate() {
        waiver.rules = vec![attacks[place % attacks.len()].clone()];
        waiver.why = Some(attacks[(place + 1) % attacks.len()].clone());
    }
    findings.gate.as_mut().expect("the demo has a gate").text = attacks[0].clone();
    findings
}

fn attack(finding: &mut Finding, text: &str) {
    let rule = finding.rule.clone();
    // The charts select their data by rule, so some findings keep their rule and stay in the charts.
    if !rule.starts_with("data-") {
        finding.rule = text.into();
    }
    finding.title = text.into();
    finding.fail_title = Some(text.into());
    finding.message = text.into();
    let resource = Arc::make_mut(&mut finding.resource);
    resource.arn = format!("{text}{}", resource.arn);
    resource.id = text.to_owned();
    resource.name = Some(text.to_owned());
    resource.type_name = text.to_owned();
    resource.account = text.to_owned();
    resource.region = text.to_owned();
    resource.tags.insert(text.to_owned(), text.to_owned());
    let mut facts = finding.evidence.facts();
    facts.insert(text.to_owned(), json!({text: [text, 1, null]}));
    facts.insert(
        "protection.considered".to_owned(),
        json!([{"kind": text, "name": text, "arn": text, "selection": text, "reaches": false, "why": text}, text, null]),
    );
    facts.insert(
        "protection.backups".to_owned(),
        json!([{"kind": text, "arn": text, "created_at": text, "vault_arn": text}, {"created_at": "2026-11-20T00:00:00Z"}, 1, null]),
    );
    facts
        .insert("protection.restores".to_owned(), json!([{"at": "2026-11-20T00:00:00Z", "status": text, "source": text, "message": text}]));
    facts.insert("protection.mechanisms".to_owned(), json!([{"source": text, "kind": text, "interval_seconds": text}]));
    finding.evidence = facts.into();
    finding.unknown_because = [text.to_owned()].into();
    if let Some(remediation) = finding.remediation.as_mut().map(Arc::make_mut) {
        remediation.summary = text.into();
        remediation.steps = [text.to_owned()].into();
        remediation.cli = vec![text.to_owned()];
        remediation.terraform = Some(text.into());
        remediation.docs = ["http://example.com", "data:text/html,x", text].map(str::to_owned).into();
    }
    Arc::make_mut(&mut finding.references).insert(text.to_owned(), vec![text.to_owned()]);
}

/// As many findings as a large organisation has, each of a separate resource.
fn large(demo: &Findings, count: usize) -> Findings {
    let mut findings = demo.clone();
    findings.findings = (0..count)
        .zip(demo.findings.iter().cycle())
        .map(|(place, finding)| {
            let mut finding = finding.clone();
            let copy = place / demo.findings.len();
            // As incompressible as a fingerprint.
            finding.id = (place as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).into();
            let resource = Arc::make_mut(&mut finding.resource);
            resource.arn.push_str(&format!("-{copy}"));
            resource.id.push_str(&format!("-{copy}"));
            resource.account = format!("{:012}", 111_122_223_333 + copy);
            finding
        })
        .collect();
    findings
}
