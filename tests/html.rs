//! The HTML report in a real browser, where there is one: `tests/html/check.py` says what must hold.

mod support;

use rel9::audit::findings::{Finding, Findings};
use rel9::report::{self, Target};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use support::{Rel9, project, python};

#[test]
fn in_a_browser() {
    let Some(chromium) = chromium() else {
        println!(
            "skipped: no Chromium was found; set CHROMIUM to the path of one, or install it (Debian and Ubuntu: apt install chromium)"
        );
        return;
    };
    let demo = demo();
    let folder = tempfile::tempdir().expect("a folder");
    let pages =
        [("demo.html", demo.clone()), ("hostile.html", hostile(&demo)), ("large.html", large(&demo, 100_000))].map(|(name, findings)| {
            let path = folder.path().join(name);
            let start = Instant::now();
            write(&findings, &path);
            println!("{name}: {} findings written in {:?}", findings.findings.len(), start.elapsed());
            path
        });
    let python = python::with("browser", "tests/html/requirements.txt");
    let output = Command::new(python)
        .arg(project("tests/html/check.py"))
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

fn write(findings: &Findings, path: &Path) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    let target = Target { width: 100, colour: false, all: false };
    (report::find("html").expect("the format").write)(findings, &target, &mut out).and_then(|()| out.flush()).expect("written");
}

/// The first findings of the demo with everything in them that somebody else can write being an attack.
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
        entry.resource.id = attacks[(place + 1) % attacks.len()].clone();
    }
    for (place, entry) in findings.collection.iter_mut().filter(|entry| entry.error.is_some()).enumerate() {
        entry.error = Some(attacks[place % attacks.len()].clone());
    }
    findings.audit.accounts = attacks[..3].to_vec();
    findings
}

fn attack(finding: &mut Finding, text: &str) {
    let rule = finding.rule.clone();
    // The charts take their data by rule: some keep theirs, and stay in the charts.
    if !rule.starts_with("data-") {
        finding.rule = text.to_owned();
    }
    finding.title = text.to_owned();
    finding.message = text.to_owned();
    finding.resource.arn = format!("{text}{}", finding.resource.arn);
    finding.resource.id = text.to_owned();
    finding.resource.name = Some(text.to_owned());
    finding.resource.type_name = text.to_owned();
    finding.resource.account = text.to_owned();
    finding.resource.region = text.to_owned();
    finding.resource.tags.insert(text.to_owned(), text.to_owned());
    finding.evidence.insert(text.to_owned(), json!({text: [text, 1, null]}));
    finding.unknown_because = vec![text.to_owned()];
    if let Some(remediation) = &mut finding.remediation {
        remediation.summary = text.to_owned();
        remediation.steps = vec![text.to_owned()];
        remediation.cli = vec![text.to_owned()];
        remediation.terraform = Some(text.to_owned());
        remediation.docs = ["http://example.com", "data:text/html,x", text].map(str::to_owned).to_vec();
    }
    finding.references.insert(text.to_owned(), vec![text.to_owned()]);
}

/// As many findings as a large organisation has, of resources of their own.
fn large(demo: &Findings, count: usize) -> Findings {
    let mut findings = demo.clone();
    findings.findings = (0..)
        .flat_map(|copy| demo.findings.iter().map(move |finding| (copy, finding)))
        .take(count)
        .map(|(copy, finding)| {
            let mut finding = finding.clone();
            finding.id = format!("{:016x}{copy:016x}", finding.id.len());
            finding.resource.arn.push_str(&format!("-{copy}"));
            finding.resource.id.push_str(&format!("-{copy}"));
            finding.resource.account = format!("{:012}", 111_122_223_333_u64 + copy);
            finding
        })
        .collect();
    findings
}
