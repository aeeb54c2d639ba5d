//! Folders and files as they occur: broken files next to valid ones, other encodings, links, files outside, irregular files. rel9 names
//! what it cannot read, judges the rest, and opens nothing outside of the folder or repository.

use crate::support::{Document, Rel9, Run, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const VOLUME: &str = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: { AvailabilityZone: eu-west-1a, Size: 8 }\n";
const ENCRYPTED: &str =
    "Resources:\n  Safe:\n    Type: AWS::EC2::Volume\n    Properties: { AvailabilityZone: eu-west-1a, Size: 8, Encrypted: true }\n";
const BROKEN: &str = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A: [\n";
const TERRAFORM: &str = "resource \"aws_ebs_volume\" \"v\" {\n  availability_zone = \"eu-west-1a\"\n  size = 8\n}\n";
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
    {"address": "aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "name": "v", "values": {"size": 8, "encrypted": false}}]}}}"#;

/// Judges the encryption of volumes.
fn audit(rel9: &Rel9, more: &[&str]) -> (Run, Document) {
    rel9.audit(&[&["--rule", "ebs-volume-encrypted"], more].concat())
}

/// File, line and error of what cannot be read.
fn unread(document: &Document) -> Vec<(String, u64, String)> {
    let failed = document.collection().iter().filter(|entry| entry["status"] == "failed");
    let place = |entry: &Value| (text(&entry["location"]["file"]).to_owned(), entry["location"]["line"].as_u64().expect("a line"));
    failed.map(|entry| (place(entry).0, place(entry).1, text(&entry["error"]).to_owned())).collect()
}

fn files_of(document: &Document) -> Vec<String> {
    unread(document).into_iter().map(|(file, ..)| file).collect()
}

fn put(rel9: &Rel9, name: &str, bytes: impl AsRef<[u8]>) {
    let path = rel9.home().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

// Broken files

#[test]
fn broken_files_of_a_folder_are_named_and_the_rest_is_judged() {
    let rel9 = Rel9::new().with_files(&[
        ("a/good.yaml", VOLUME),
        ("a/broken.yaml", BROKEN),
        ("a/deep/broken.json", "{\n\"AWSTemplateFormatVersion\": \"2010-09-09\",\n\"Resources\": {,}}"),
        ("a/plan.json", "{\"format_version\": \"1.2\", \"planned_values\": {"),
    ]);
    let (run, document) = audit(&rel9, &["a"]);
    run.ended(1).said("a/broken.yaml:3:").said("a/deep/broken.json:3:").said("a/plan.json:1:");
    assert_eq!(document.status("ebs-volume-encrypted", "Data"), "fail");
    assert_eq!(files_of(&document), ["a/broken.yaml", "a/deep/broken.json", "a/plan.json"]);
    let entry = &document.collection()[0];
    assert_eq!((&entry["service"], &entry["operation"], &entry["items"]), (&json!("template"), &json!("Read"), &json!(1)));
    assert_eq!(unread(&document)[0].1, 3);
    assert_eq!(document.0["audit"]["complete"], false);
    // No failure, but incomplete.
    let rel9 = Rel9::new().with_files(&[("a/good.yaml", ENCRYPTED), ("a/broken.yaml", BROKEN)]);
    audit(&rel9, &["a"]).0.ended(3).said("a/broken.yaml:3:");
    audit(&rel9, &["a", "--allow-incomplete"]).0.ended(0).said("a/broken.yaml:3:");
}

#[test]
fn what_is_given_by_name_must_be_whole() {
    let rel9 = Rel9::new().with_files(&[("good.yaml", VOLUME), ("one.yaml", BROKEN), ("two.yaml", BROKEN), ("only/x.yaml", BROKEN)]);
    let run = rel9.run(&["audit", "good.yaml", "one.yaml", "two.yaml", "--format", "json=out.json"]);
    run.ended(2).said("one.yaml:3:").said("two.yaml:3:");
    assert!(!rel9.home().join("out.json").exists());
    // The same for a folder in which nothing can be judged.
    rel9.run(&["audit", "only"]).ended(2).said("only/x.yaml:3:");
    // A .tf file stands for its folder, but the error names the file.
    let rel9 = Rel9::new().with_files(&[("main.tf", TERRAFORM), ("broken.tf", "resource {\n")]);
    rel9.run(&["audit", "broken.tf"]).ended(2).said("broken.tf:");
    audit(&rel9, &["main.tf"]).0.ended(1).said("broken.tf:");
}

#[test]
fn every_report_names_what_could_not_be_read() {
    let rel9 = Rel9::new().with_files(&[("good.yaml", VOLUME), ("broken.yaml", BROKEN), ("main.tf", TERRAFORM), ("bad.tf", "x = = 1\n")]);
    for format in ["table", "json", "ocsf", "sarif", "junit", "csv", "markdown", "html"] {
        let run = rel9.run(&["audit", ".", "--format", format]);
        run.ended(1);
        assert!(run.stdout.contains("broken.yaml") && run.stdout.contains("bad.tf"), "{format}: {run}");
    }
    let run = rel9.run(&["audit", ".", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().expect("a list");
    let place = |file: &str| {
        notifications
            .iter()
            .map(|notification| &notification["locations"][0]["physicalLocation"])
            .find(|place| place["artifactLocation"]["uri"] == file)
            .cloned()
    };
    assert_eq!(place("broken.yaml").expect("a place")["region"]["startLine"], 3);
    assert_eq!(place("bad.tf").expect("a place")["region"]["startLine"], 1);
    let ocsf = rel9.run(&["audit", ".", "--format", "ocsf"]).stdout;
    let event = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let of_file = |event: &Value| event["unmapped"]["location"]["file"] == "broken.yaml";
    let event = ocsf.lines().map(event).find(of_file).expect("an event");
    assert_eq!((&event["compliance"]["status"], &event["class_uid"]), (&json!("Unknown"), &json!(2003)));
}

#[test]
fn a_broken_file_of_a_module_leaves_open_what_it_may_declare() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"data\"\n}\n";
    let rel9 = Rel9::new().with_files(&[
        ("main.tf", &format!("{TERRAFORM}{bucket}")),
        ("bad.tf", "resource \"aws_s3_bucket_versioning\" \"b\" {\n  oops\n}\n"),
    ]);
    let (run, document) = rel9.audit(&["."]);
    run.ended(1).said("bad.tf:");
    assert_eq!(document.status("ebs-volume-encrypted", "aws_ebs_volume.v"), "fail");
    // The other file may set its versioning.
    assert!(document.says("s3-bucket-versioning", "aws_s3_bucket.b").starts_with("unknown: "));
    assert!(document.says("s3-bucket-versioning", "aws_s3_bucket.b").contains("bad.tf"));
    // An override may change anything.
    put(&rel9, "bad_override.tf", "resource {\n");
    rel9.run(&["audit", "."]).ended(2).said("bad.tf:").said("bad_override.tf:");
}

#[test]
fn broken_values_leave_variables_open() {
    let main = "variable \"encrypted\" {\n  default = true\n}\nvariable \"size\" {\n  default = 8\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.encrypted\n  size = var.size\n}\n";
    let rel9 = Rel9::new().with_files(&[("main.tf", main), ("terraform.tfvars", "encrypted = = false\n")]);
    let (run, document) = audit(&rel9, &["."]);
    run.ended(3).said("terraform.tfvars:1:");
    assert!(document.says("ebs-volume-encrypted", "aws_ebs_volume.v").contains("terraform.tfvars may set it"));
    // A later file sets it.
    put(&rel9, "prod.auto.tfvars", "encrypted = true\n");
    assert_eq!(audit(&rel9, &["."]).1.status("ebs-volume-encrypted", "aws_ebs_volume.v"), "pass");
    put(&rel9, "given.tfvars", "encrypted = =\n");
    rel9.run(&["audit", ".", "--var-file", "given.tfvars"]).ended(2).said("given.tfvars:1:");
}

#[test]
fn a_broken_nested_template_leaves_its_parent_to_be_judged() {
    let parent = format!("{VOLUME}  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: child.yaml }}\n");
    let rel9 = Rel9::new().with_files(&[("parent.yaml", &parent), ("child.yaml", BROKEN)]);
    for input in [".", "parent.yaml"] {
        let (run, document) = audit(&rel9, &[input]);
        run.ended(1).said("parent.yaml#Nested: its template cannot be read: child.yaml:3:");
        assert_eq!(document.status("ebs-volume-encrypted", "Data"), "fail");
    }
}

#[test]
fn what_is_excluded_is_not_read() {
    let rel9 = Rel9::new().with_files(&[
        ("a/good.yaml", ENCRYPTED),
        ("a/old/broken.yaml", BROKEN),
        ("a/x/test.yaml", BROKEN),
        ("a/m/main.tf", "x = = 1\n"),
    ]);
    let (run, document) = audit(&rel9, &["a", "--exclude", "old/", "--exclude", "test.*", "--exclude", "/m"]);
    run.ended(0);
    assert_eq!(unread(&document), []);
}

#[test]
fn a_glob_to_exclude_is_told_when_it_is_none() {
    let rel9 = Rel9::new().with_files(&[("a/good.yaml", ENCRYPTED)]);
    for glob in ["!good.yaml", "[", ""] {
        rel9.run(&["audit", "a", "--exclude", glob]).ended(2).said("--exclude");
    }
}

// Encodings

#[test]
fn utf_16_and_marks_are_read() {
    let rel9 = Rel9::new();
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        for (name, content) in [("t.yaml", VOLUME), ("m/main.tf", TERRAFORM), ("plan.json", PLAN)] {
            put(&rel9, name, utf16(&content.replace('\n', "\r\n"), bytes));
            audit(&rel9, &[name]).0.ended(1);
        }
        audit(&rel9, &["."]).0.ended(1);
        // The same for the policy.
        put(
            &rel9,
            "policy.yaml",
            utf16(
                "version: 1\nwaivers:\n  - { rule: ebs-volume-encrypted, match: \"true\", reason: x, approved_by: y, expires: 2999-01-01 }\n",
                bytes,
            ),
        );
        audit(&rel9, &["t.yaml", "--policy", "policy.yaml", "--as-of", "2026-11-22"]).0.ended(0);
        put(&rel9, "parameters.json", utf16("[\"Encrypted=true\"]", bytes));
        put(
            &rel9,
            "p.yaml",
            format!("Parameters: {{Encrypted: {{Type: String}}}}\n{}", VOLUME.replace("Size: 8", "Encrypted: !Ref Encrypted")),
        );
        audit(&rel9, &["p.yaml", "--parameters", "parameters.json"]).0.ended(0);
    }
    put(&rel9, "t.yaml", format!("\u{feff}{VOLUME}"));
    audit(&rel9, &["t.yaml"]).0.ended(1);
    put(&rel9, "inventory.ndjson", utf16("{\"kind\":\"header\"}\n", u16::to_le_bytes));
    rel9.run(&["audit", "inventory.ndjson"]).ended(2).said("inventory.ndjson:1: is UTF-16");
}

#[test]
fn what_is_no_text_is_named_with_its_line() {
    let rel9 = Rel9::new().with_files(&[("good.yaml", ENCRYPTED), ("data.json", "")]);
    // Only files that claim to be templates are reported.
    put(&rel9, "data.json", b"{\"name\": \"M\xfcller\"}");
    audit(&rel9, &["."]).0.ended(0);
    put(&rel9, "latin1.yaml", [b"# f\xfcr alle\n", VOLUME.as_bytes()].concat());
    put(&rel9, "m/main.tf", [TERRAFORM.as_bytes(), b"# f\xfcr alle\n"].concat());
    put(&rel9, "m/other.tf", "locals {}\n");
    let (run, document) = audit(&rel9, &["."]);
    run.ended(3).said("latin1.yaml:1:4: not UTF-8: the byte 0xFC").said("m/main.tf:5:4: not UTF-8");
    assert_eq!(files_of(&document), ["latin1.yaml", "m/main.tf"]);
    rel9.run(&["audit", "latin1.yaml"]).ended(2).said("latin1.yaml:1:4: not UTF-8");
    put(&rel9, "rel9.yaml", b"version: 1\n# f\xfcr\n");
    rel9.run(&["audit", "good.yaml"]).ended(2).said("rel9.yaml:2: not UTF-8");
}

#[test]
fn a_template_given_by_name_may_have_any_name() {
    for name in ["stack.cfn", "stack.txt", "stack", "stack.yaml.tpl"] {
        let rel9 = Rel9::new().with_files(&[(name, VOLUME)]);
        audit(&rel9, &[name]).0.ended(1);
    }
    audit(&Rel9::new().with_files(&[("a/stack.cfn", VOLUME)]), &["a"]).0.ended(1);
}

#[test]
fn the_line_of_the_wrapper_of_setup_terraform_is_named() {
    let plan = format!("[command]/opt/terraform/terraform-bin show -json plan.tfplan\n{PLAN}\n\n::debug::Terraform exited with code 0.\n");
    let rel9 = Rel9::new().with_files(&[("plan.json", &plan), ("good.yaml", ENCRYPTED)]);
    for input in [&["plan.json"][..], &["plan.json", "good.yaml"]] {
        let run = rel9.run(&[&["audit"], input].concat());
        run.ended(2).said("[command]/opt/terraform/terraform-bin show -json plan.tfplan").said("terraform_wrapper: false");
    }
    audit(&rel9, &["."]).0.ended(3).said("terraform_wrapper: false");
}

// Files outside, and links

/// `repo/` with files, beside `outside/` with a template and a module.
fn beside_outside(files: &[(&str, &str)]) -> Rel9 {
    let rel9 = Rel9::new().with_files(&[
        ("outside/secret.yaml", &VOLUME.replace("Data", "OUTSIDE")),
        ("outside/main.tf", &TERRAFORM.replace("\"v\"", "\"OUTSIDE\"")),
        ("outside/values.tfvars", "encrypted = false # OUTSIDE\n"),
    ]);
    let named: Vec<(String, &str)> = files.iter().map(|(name, content)| (format!("repo/{name}"), *content)).collect();
    rel9.with_files(&named.iter().map(|(name, content)| (name.as_str(), *content)).collect::<Vec<_>>())
}

fn tells_nothing_of_outside(run: &Run) {
    assert!(!run.stdout.contains("OUTSIDE") && !run.stderr.contains("OUTSIDE"), "{run}");
}

#[test]
fn what_lies_outside_is_not_here() {
    let nested =
        |url: &str| format!("Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: '{url}' }}\n");
    let asset = r#"{"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x/y.json"},
        "Metadata": {"aws:asset:path": "../outside/secret.yaml", "aws:asset:property": "TemplateURL"}}}}"#;
    let module = "module \"m\" {\n  source = \"../outside\"\n}\n";
    let listed = r#"{"Modules": [{"Key": "m", "Source": "x/y/aws", "Dir": "../outside"}]}"#;
    for files in [
        &[("t.yaml", nested("../outside/secret.yaml").as_str())][..],
        &[("t.yaml", &nested("file://../outside/secret.yaml"))],
        &[("t.yaml", &nested("../outside/none.yaml"))],
        &[("t.yaml", &nested("/proc/self/environ"))],
        &[("t.json", asset)],
        &[("main.tf", module)],
        &[("main.tf", "module \"m\" {\n  source = \"x/y/aws\"\n}\n"), (".terraform/modules/modules.json", listed)],
    ] {
        let rel9 = beside_outside(files);
        for input in ["repo", &format!("repo/{}", files[0].0)] {
            let (run, document) = rel9.audit(&[input]);
            tells_nothing_of_outside(run.ended(3));
            assert_eq!(unread(&document).len(), 1, "{files:?}: {run}");
        }
    }
    // One repository contains both.
    let rel9 = beside_outside(&[("t.yaml", &nested("../outside/secret.yaml")), ("m/main.tf", &module.replace("../", "../../"))]);
    fs::create_dir(rel9.home().join(".git")).expect("a folder");
    let (run, document) = audit(&rel9, &["repo"]);
    run.ended(1);
    assert_eq!(document.status("ebs-volume-encrypted", "N/OUTSIDE"), "fail");
    assert_eq!(document.status("ebs-volume-encrypted", "module.m.aws_ebs_volume.OUTSIDE"), "fail");
}

#[cfg(unix)]
fn link(rel9: &Rel9, to: &str, name: &str) {
    std::os::unix::fs::symlink(to, rel9.home().join(name)).expect("a link");
}

#[cfg(unix)]
#[test]
fn links_to_templates_are_followed_inside() {
    let rel9 = beside_outside(&[("good.yaml", ENCRYPTED), (".store/d41d.yaml", VOLUME), (".modules/m/main.tf", TERRAFORM)]);
    link(&rel9, ".store/d41d.yaml", "repo/linked.yaml");
    link(&rel9, ".modules/m", "repo/m");
    let (run, document) = audit(&rel9, &["repo"]);
    run.ended(1);
    let locations: Vec<&str> = document.findings().iter().map(|finding| text(&finding["location"]["file"])).collect();
    assert_eq!(locations.len(), 3, "{locations:?}");
    assert!(locations.contains(&"repo/linked.yaml") && locations.contains(&"repo/m/main.tf"), "{locations:?}");
    // Each template is read once, and links to each other's folders end.
    link(&rel9, "linked.yaml", "repo/again.yaml");
    link(&rel9, "good.yaml", "repo/good-too.yaml");
    link(&rel9, ".", "repo/self");
    fs::create_dir_all(rel9.home().join("repo/a")).expect("a folder");
    fs::create_dir_all(rel9.home().join("repo/b")).expect("a folder");
    link(&rel9, "../b", "repo/a/b");
    link(&rel9, "../a", "repo/b/a");
    assert_eq!(audit(&rel9, &["repo"]).1.findings().len(), 3);
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside_are_named_and_not_followed() {
    let rel9 = beside_outside(&[("good.yaml", ENCRYPTED)]);
    link(&rel9, "../outside/secret.yaml", "repo/linked.yaml");
    link(&rel9, "../outside", "repo/folder");
    link(&rel9, "../outside/main.tf", "repo/linked.tf");
    link(&rel9, "/dev/zero", "repo/endless.json");
    link(&rel9, "gone.yaml", "repo/gone-too.yaml");
    let (run, document) = audit(&rel9, &["repo"]);
    tells_nothing_of_outside(run.ended(3));
    let expected = ["repo/endless.json", "repo/folder", "repo/gone-too.yaml", "repo/linked.tf", "repo/linked.yaml"];
    assert_eq!(
        {
            let mut files = files_of(&document);
            files.sort();
            files
        },
        expected
    );
    for input in ["repo/linked.yaml", "repo/linked.tf", "repo/endless.json"] {
        tells_nothing_of_outside(rel9.run(&["audit", input]).ended(2).said("is outside of the folder"));
    }
    // Values outside may be anything.
    let main = "variable \"encrypted\" {\n  default = true\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.encrypted\n}\n";
    let rel9 = beside_outside(&[("main.tf", main)]);
    link(&rel9, "../outside/values.tfvars", "repo/terraform.tfvars");
    let (run, document) = audit(&rel9, &["repo"]);
    tells_nothing_of_outside(run.ended(3));
    assert_eq!(document.status("ebs-volume-encrypted", "aws_ebs_volume.v"), "unknown");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    use std::os::unix::ffi::OsStrExt as _;
    let rel9 = Rel9::new().with_files(&[
        ("a/good.yaml", ENCRYPTED),
        ("a/x.yaml/inner.yaml", ENCRYPTED),
        ("a/x.tf/inner.yaml", ENCRYPTED),
        ("a/empty.json", ""),
    ]);
    audit(&rel9, &["a"]).0.ended(0);
    for name in ["pipe.yaml", "pipe.tf", "terraform.tfvars"] {
        let made = std::process::Command::new("mkfifo").arg(rel9.home().join("a").join(name)).status();
        assert!(made.is_ok_and(|made| made.success()));
    }
    put(&rel9, "a/main.tf", TERRAFORM.replace("size = 8", "encrypted = true"));
    put(&rel9, "a/new\nline.yaml", ENCRYPTED);
    fs::write(rel9.home().join("a").join(Path::new(std::ffi::OsStr::from_bytes(b"not\xffutf-8.yaml"))), ENCRYPTED).expect("a file");
    fs::write(rel9.home().join("a").join(Path::new(std::ffi::OsStr::from_bytes(b"not\xffutf-8.tf"))), "locals {}\n").expect("a file");
    let huge = fs::File::create(rel9.home().join("a/huge.json")).expect("a file");
    huge.set_len(300 << 20).expect("a file");
    let (run, document) = audit(&rel9, &["a"]);
    run.ended(3).said("a/pipe.yaml: is a pipe or a device").said("a/huge.json: is larger than 256 MiB");
    assert_eq!(files_of(&document), ["a/huge.json", "a/pipe.yaml", "a/pipe.tf", "a/terraform.tfvars"]);
    assert_eq!(document.findings().len(), 6);
    rel9.run(&["audit", "a/pipe.yaml"]).ended(2).said("give it to rel9 on standard input");
    rel9.run(&["audit", "a/good.yaml", "--parameters", "a/pipe.yaml"]).ended(2).said("a/pipe.yaml: is a pipe or a device");
}
