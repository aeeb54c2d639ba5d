//! `--format F=PATH`: what may be at the path already, and what it is afterwards.

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

/// A pipe with a name, such as a shell makes for `>(…)`.
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
        rel9.run(&["audit", "absent", "--format", "json=a.json", "--format", other]).ended(2).said("two reports would be written into it");
    }
    let ledger = ["audit", "--demo", "--ledger", "a.json", "--format", "json=b.json"];
    rel9.run(&ledger).ended(2).said("a report would be written into the ledger");
    rel9.run(&["audit", "absent", "--format", "json="]).ended(2).said("--format json= names no file");
    if cfg!(target_os = "linux") {
        rel9.run(&["audit", "absent", "--format", "json=/proc/x.json"]).ended(2).said("/proc/x.json: cannot be written");
    }
    assert_eq!(fs::read_to_string(rel9.home().join("a.json")).expect("a file"), "old");
}
