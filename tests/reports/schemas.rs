//! The documents that rel9 reads and writes conform to their JSON Schemas (`rel9 schema`), and the samples in `reports/samples/` to the schemas of
//! their formats.

use crate::support::{Rel9, project, python};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Documents with the name of their schema.
type Documents = (&'static str, Vec<Value>);

fn read(path: impl AsRef<Path>) -> Value {
    serde_json::from_str(&text(path)).expect("JSON")
}

fn lines(path: impl AsRef<Path>) -> Vec<Value> {
    text(path).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn yaml(path: impl AsRef<Path>) -> Value {
    serde_saphyr::from_str(&text(path)).expect("YAML")
}

/// The files below a folder with this ending.
fn below(folder: PathBuf, end: &str) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).partition(|path| path.is_dir());
    let inner = folders.into_iter().flat_map(|folder| below(folder, end));
    files.into_iter().filter(|path| path.to_string_lossy().ends_with(end)).chain(inner).collect()
}

/// The schema errors of the documents, one text for each.
fn mistakes(rel9: &Rel9, documents: &[Documents]) -> Vec<String> {
    let documents: Vec<Value> = documents
        .iter()
        .map(|(name, documents)| {
            let schema: Value = serde_json::from_str(&rel9.run(&["schema", name]).ended(0).stdout).expect("a schema");
            json!({"name": name, "schema": schema, "documents": documents})
        })
        .collect();
    let path = rel9.home().join("documents.json");
    fs::write(&path, serde_json::to_vec(&documents).expect("JSON")).expect("a file");
    let python = python::with("reports", "tests/reports/formats/requirements.txt");
    let output = Command::new(python).arg(project("tests/reports/formats/schemas.py")).arg(path).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn what_rel9_reads_and_writes_meets_its_schema() {
    let rel9 = Rel9::new();
    let audit = |arguments: &[&str]| {
        rel9.run(&[&["audit", "--fail-on", "never", "--allow-incomplete"], arguments].concat()).ended(0);
    };
    let resource = "arn:aws:rds:eu-central-1:111122223333:db:shop-orders";
    let attest = ["ledger", "attest", "ledger", "--resource", resource, "--date", "2026-11-12", "--duration", "2h", "--result", "success"];
    rel9.run(&[&attest[..], &["--operator", "Ana", "--ticket", "DR-118", "--note", "all there", "--validated"]].concat()).ended(0);
    audit(&["--demo", "--format", "json=demo.json", "--ledger", "ledger"]);
    audit(&["--demo", "--rule", "ebs-volume-encrypted,data-recovery-tested", "--format", "json=part.json"]);
    audit(&["--demo", "--baseline", "part.json", "--rule", "ebs-volume-encrypted,data-protected", "--format", "json=marked.json"]);
    let template = project("fixtures/cloudformation/sam.yaml");
    audit(&[&template.to_string_lossy(), "--format", "json=template.json"]);
    let (diff, rules) = (rel9.run(&["diff", "part.json", "marked.json", "--format", "json"]), below(project("rules"), ".yaml"));
    let what_if =
        rel9.run(&["what-if", "--demo", "--plan", &project("fixtures/cloudformation/backup.yaml").to_string_lossy(), "--format", "json"]);
    let home = |name: &str| rel9.home().join(name);
    // A few lines of each kind and type, because there are thousands.
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut inventory: Vec<Value> = below(project("fixtures/demo"), ".ndjson").iter().flat_map(lines).collect();
    inventory.retain(|line| {
        let count = seen.entry(format!("{} {} {}", line["kind"], line["type"], line["status"])).or_default();
        *count += 1;
        *count <= 5
    });
    let check = rel9.run(&["policy", "check", "--demo", "--format", "json"]);
    let check = serde_json::from_str(&check.stdout).expect("JSON");
    rel9.run(&["init", "--demo"]).ended(0);
    let written = yaml(home("rel9.yaml"));
    let documents: Vec<Documents> = vec![
        ("findings", ["demo.json", "part.json", "marked.json", "template.json"].map(|name| read(home(name))).to_vec()),
        ("findings", vec![read(project("reports/samples/demo.json"))]),
        ("diff", vec![serde_json::from_str(&diff.stdout).expect("JSON")]),
        ("what-if", vec![serde_json::from_str(&what_if.stdout).expect("JSON")]),
        ("ledger", lines(home("ledger"))),
        ("inventory", inventory),
        ("rule", rules.iter().map(yaml).collect()),
        ("policy", vec![yaml(project("fixtures/demo/rel9.yaml")), written]),
        ("policy-check", vec![check]),
    ];
    assert!(documents.iter().all(|(_, documents)| !documents.is_empty()));
    assert_eq!(mistakes(&rel9, &documents), Vec::<String>::new());
}

#[test]
fn schemas_refuse_what_is_none() {
    let rel9 = Rel9::new();
    let mut status = read(project("reports/samples/demo.json"));
    status["findings"][0]["status"] = json!("fine");
    let mut version = read(project("reports/samples/demo.json"));
    version["schema"] = json!("rel9.findings/2");
    let documents: Vec<Documents> = vec![
        ("findings", vec![status, version, json!({})]),
        ("diff", vec![json!({"schema": "rel9.diff/1"})]),
        ("what-if", vec![json!({"schema": "rel9.what-if/1"})]),
        ("ledger", vec![json!({"schema": "rel9.ledger/2"}), json!({"seq": 1})]),
        ("inventory", vec![json!({"kind": "resource"})]),
        ("rule", vec![json!({"id": "x"})]),
        ("policy", vec![json!({"version": 1, "objective": []})]),
    ];
    let wrong: usize = documents.iter().map(|(_, documents)| documents.len()).sum();
    assert_eq!(mistakes(&rel9, &documents).len(), wrong);
}

#[test]
fn the_samples_are_what_their_readers_take() {
    let sample = |format: &str| project(&format!("reports/samples/demo.{format}"));
    let document = read(sample("json"));
    let findings = document["findings"].as_array().expect("findings");
    assert_eq!(&lines(sample("ndjson")), findings);
    // rel9 accepts the sample like any other document.
    Rel9::new().run(&["report", &sample("json").to_string_lossy(), "--format", "wa"]).ended(0);

    let read_by = |environment: &str, requirements: &str, script: &str, format: &str| {
        let mut command = Command::new(python::with(environment, requirements));
        command.arg(project(script)).stdin(fs::File::open(sample(format)).expect("a sample")).stderr(Stdio::inherit());
        let output = command.output().expect("Python runs");
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stdout));
    };
    read_by("siem", "tests/reports/siem/requirements.txt", "tests/reports/siem/ocsf.py", "ocsf");
    read_by("emulator", "tests/emulator/requirements.txt", "tests/reports/siem/asff.py", "asff");
    read_by("emulator", "tests/emulator/requirements.txt", "tests/reports/wa/answer.py", "wa");
    let output = Command::new(python::with("reports", "tests/reports/formats/requirements.txt"))
        .args([project("tests/reports/formats/check.py"), project("tests/reports/formats/schemas")])
        .args(["sarif", "junit", "csv", "openmetrics"].map(sample))
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
