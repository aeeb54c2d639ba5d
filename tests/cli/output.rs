//! `--format F=PATH`: what may already exist at the path, and what is there afterwards.

use crate::support::Rel9;
use serde_json::Value;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::process::Command;

const AUDIT: [&str; 5] = ["audit", "--demo", "--rule=ebs-volume-encrypted", "--fail-on=never", "--allow-incomplete"];

fn audit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&AUDIT[..], more].concat()
}

fn is_whole(text: &[u8]) -> bool {
    serde_json::from_slice::<Value>(text).is_ok_and(|document| document["schema"] == "rel9.findings/1")
}

/// A named pipe, such as a shell creates for `>(…)`.
fn pipe(rel9: &Rel9) {
    assert!(Command::new("mkfifo").arg(rel9.home().join("pipe")).status().expect("mkfifo runs").success());
}

#[test]
fn a_pipe_is_written_into() {
    let rel9 = Rel9::new();
    pipe(&rel9);
    let path = rel9.home().join("pipe");
    let reader = std::thread::spawn(move || fs::read(path).expect("the report"));
    rel9.run(&audit(&["--format", "json=pipe"])).ended(0);
    let there = fs::symlink_metadata(rel9.home().join("pipe")).expect("the pipe");
    assert!(there.file_type().is_fifo(), "no file was put in its place");
    assert!(is_whole(&reader.join().expect("read")));
}

#[test]
fn a_pipe_that_is_closed_early_is_a_quiet_end() {
    let rel9 = Rel9::new();
    pipe(&rel9);
    let path = rel9.home().join("pipe");
    let reader = std::thread::spawn(move || {
        let mut start = [0; 10];
        File::open(path).expect("the pipe").read_exact(&mut start).expect("the start of the report");
    });
    let run = rel9.run(&["audit", "--demo", "--fail-on=never", "--allow-incomplete", "--format", "json=pipe"]);
    reader.join().expect("read");
    run.ended(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let rel9 = Rel9::new();
    fs::create_dir(rel9.home().join("site")).expect("a folder");
    fs::write(rel9.home().join("site/findings.json"), "old").expect("a file");
    symlink("site/findings.json", rel9.home().join("link.json")).expect("a link");
    rel9.run(&audit(&["--format", "json=link.json"])).ended(0);
    assert!(fs::symlink_metadata(rel9.home().join("link.json")).expect("the link").is_symlink());
    assert!(is_whole(&fs::read(rel9.home().join("site/findings.json")).expect("the report")));
}

#[test]
fn who_could_not_read_a_report_cannot_afterwards() {
    let rel9 = Rel9::new();
    let path = rel9.home().join("findings.json");
    fs::write(&path, "old").expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode");
    rel9.run(&audit(&["--format", "json=findings.json"])).ended(0);
    assert_eq!(fs::metadata(&path).expect("the report").permissions().mode() & 0o777, 0o600);
    assert!(is_whole(&fs::read(&path).expect("the report")));
}

#[test]
fn standard_output_has_two_names_more() {
    let rel9 = Rel9::new();
    for name in ["json=-", "json=/dev/stdout"] {
        let path = rel9.home().join("summary");
        fs::write(&path, "before\n").expect("a file");
        let mut file = OpenOptions::new().append(true).open(&path).expect("a file");
        let status = rel9.command(&audit(&["--format", name])).stdout(file.try_clone().expect("a file")).status().expect("rel9 runs");
        file.write_all(b"after\n").expect("written");
        assert!(status.success());
        let text = fs::read_to_string(&path).expect("text");
        let report = text.strip_prefix("before\n").and_then(|text| text.strip_suffix("after\n")).expect("what was there stays");
        assert!(is_whole(report.as_bytes()), "{name}");
    }
    rel9.run(&audit(&["--format", "json=-", "--format", "table"])).ended(2).said("only one report can go to standard output");
}

#[test]
fn what_cannot_be_written_is_told_before_anything_is_read() {
    let rel9 = Rel9::new();
    symlink("a.json", rel9.home().join("b.json")).expect("a link");
    fs::write(rel9.home().join("a.json"), "old").expect("a file");
    for other in ["csv=a.json", "csv=./a.json", "csv=b.json"] {
        rel9.run(&["audit", "absent", "--format", "json=a.json", "--format", other]).ended(2).said("two reports would be written to it");
    }
    let ledger = ["audit", "--demo", "--ledger", "a.json", "--format", "json=b.json"];
    rel9.run(&ledger).ended(2).said("a report would overwrite the ledger");
    rel9.run(&["audit", "absent", "--format", "json="]).ended(2).said("--format json= names no file");
    if cfg!(target_os = "linux") {
        rel9.run(&["audit", "absent", "--format", "json=/proc/x.json"]).ended(2).said("/proc/x.json: cannot be written");
    }
    assert_eq!(fs::read_to_string(rel9.home().join("a.json")).expect("a file"), "old");
}

const TEMPLATE: &str = "Resources:\n  V: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: eu-west-1a, Size: 1}}\n";

/// No report replaces a file that the run reads, whatever path leads to it. If one report cannot be written, none is.
#[test]
fn no_report_takes_the_place_of_an_input() {
    let rel9 = Rel9::new().with_files(&[
        ("t.yaml", TEMPLATE),
        ("rel9.yaml", "version: 1\n"),
        ("t.json", r#"{"Resources": {"V": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-west-1a", "Size": 1}}}}"#),
        ("parameters.json", "{}"),
        (
            "tf/main.tf",
            "variable \"size\" {}\nresource \"aws_ebs_volume\" \"v\" {\n  availability_zone = \"eu-west-1a\"\n  size = var.size\n}\n",
        ),
        ("tf/values.tfvars", "size = 1\n"),
        ("tf/data.json", r#"{"a": 1}"#),
        ("values.hcl.txt", "size = 1\n"),
        ("sub/notes.txt", "mine\n"),
    ]);
    rel9.run(&["audit", "t.yaml", "--format", "json=base.json", "--fail-on", "never", "--allow-incomplete"]).ended(0);
    fs::hard_link(rel9.home().join("t.yaml"), rel9.home().join("sub/same")).expect("a link");
    symlink("../rel9.yaml", rel9.home().join("sub/policy")).expect("a link");
    fs::hard_link(rel9.home().join("tf/data.json"), rel9.home().join("sub/data")).expect("a link");
    let everything = || {
        let files = [
            "t.yaml",
            "rel9.yaml",
            "t.json",
            "parameters.json",
            "tf/main.tf",
            "tf/values.tfvars",
            "tf/data.json",
            "base.json",
            "values.hcl.txt",
        ];
        files.map(|file| fs::read(rel9.home().join(file)).expect("a file"))
    };
    let before = everything();
    let absolute = format!("json={}", rel9.home().join("t.yaml").display());
    for arguments in [
        &["t.yaml", "--format", "json=t.yaml"][..],
        &["t.yaml", "--format", &absolute],
        &["t.yaml", "--format", "json=./sub/../t.yaml"],
        &["t.yaml", "--format", "csv=sub/same"],
        &["t.yaml", "--format", "csv=sub/policy"],
        &[".", "--format", "csv=sub/same"],
        &[".", "--format", "json=t.json"],
        &["t.json", "--format", "json=t.json"],
        &["t.yaml", "--format", "csv=rel9.yaml"],
        &["t.yaml", "--policy", "rel9.yaml", "--format", "csv=./sub/../rel9.yaml"],
        &["t.yaml", "--baseline", "base.json", "--format", "json=base.json"],
        &["t.yaml", "--parameters", "parameters.json", "--format", "json=parameters.json"],
        &["tf", "--var-file", "values.hcl.txt", "--format", "csv=values.hcl.txt"],
        &["tf", "--format", "html=tf/main.tf"],
        &["tf", "--format", "json=tf/values.tfvars"],
        &["tf/main.tf", "--format", "json=tf/data.json"],
        &["tf", "--format", "csv=sub/data"],
        // The first report alone could be written.
        &["t.yaml", "--format", "csv=new.csv", "--format", "json=t.yaml"],
        &["t.yaml", "--format", "csv=new.csv", "--format", "json=nowhere/x.json"],
        &["t.yaml", "--format", "csv=new.csv", "--format", "json=sub"],
        &["t.yaml", "--format", "csv=new.csv", "--format", "json=new.csv"],
    ] {
        let run = rel9.run(&[&["audit"], arguments].concat());
        run.ended(2);
        assert!(run.stdout.is_empty() && everything() == before && !rel9.home().join("new.csv").exists(), "{run}");
    }
    rel9.run(&["report", "base.json", "--format", "json=./base.json"]).ended(2).said("is the findings document of this run");
    assert!(everything() == before);
    // A report of an earlier run, and a file that the run does not read.
    for again in ["json=tf/findings.json", "json=tf/findings.json", "csv=sub/notes.txt", "markdown=README.md", "markdown=README.md"] {
        rel9.run(&["audit", "tf", "--format", again, "--fail-on", "never", "--allow-incomplete"]).ended(0);
    }
    let none = ["audit", "tf", "--rule", "rds-instance-automated-backups", "--format", "asff=tf/none.json", "--allow-incomplete"];
    rel9.run(&none).ended(0);
    rel9.run(&none).ended(0);
}

#[test]
fn an_open_file_of_the_process_is_written_into() {
    let rel9 = Rel9::new();
    let path = rel9.home().join("log");
    fs::write(&path, "before\n").expect("a file");
    let file = OpenOptions::new().append(true).open(&path).expect("a file");
    let status = rel9.command(&audit(&["--format", "json=/dev/stderr"])).stderr(file).status().expect("rel9 runs");
    assert!(status.success());
    let text = fs::read_to_string(&path).expect("text");
    assert!(is_whole(text.strip_prefix("before\n").expect("what was there stays").as_bytes()));
}

/// With files limited to 8 KiB, no truncated report is left, and the earlier report is unchanged.
#[test]
fn a_limit_on_file_sizes_leaves_no_half_report() {
    let rel9 = Rel9::new().with_files(&[("a.json", "old"), ("b.csv", "old")]);
    let command = "ulimit -f 8; exec \"$@\" 2> errors";
    let binary = crate::support::binary().display().to_string();
    let program = audit(&["--format", "csv=b.csv", "--format", "json=a.json"]);
    let mut shell = Command::new("bash");
    shell.args(["-c", command, "bash", &binary]).args(program).current_dir(rel9.home()).env("HOME", rel9.home());
    let status = shell.status().expect("bash runs");
    let said = fs::read_to_string(rel9.home().join("errors")).expect("text");
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.ends_with(": cannot be written: File too large (os error 27)\n"), "{said}");
    let files: Vec<_> = fs::read_dir(rel9.home()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(files.len(), 3, "no temporary file: {files:?}");
    for file in ["a.json", "b.csv"] {
        assert_eq!(fs::read_to_string(rel9.home().join(file)).expect("text"), "old", "{file}");
    }
}

#[test]
fn a_full_standard_error_is_no_crash() {
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("the device");
    for (arguments, code) in [
        (&["audit", "nowhere"][..], 2),
        (&["audit", "--demo", "--resource", "arn:aws:s3:::none", "--format", "csv=a.csv"], 3),
        (&["audit", "."], 1),
    ] {
        // rel9 reports a duplicate key and a broken file, and judges the rest.
        let twice = "Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties: { Size: 1, Size: 2, Encrypted: false }\n";
        let rel9 = Rel9::new().with_files(&[("t.yaml", twice), ("broken.yaml", "Resources:\n")]);
        assert_eq!(rel9.command(arguments).stderr(full()).status().expect("rel9 runs").code(), Some(code), "{arguments:?}");
    }
}
