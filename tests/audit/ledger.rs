//! The recovery ledger: a restore test counts after AWS no longer lists it, and every change of a ledger is detected.

use crate::support::{Document, Rel9, Run, demo, text};
use proptest::prelude::*;
use rel9::audit::ledger::Chain;
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;
use std::sync::OnceLock;

/// A gold resource with a restore job of 2026-11-10 that took 48 minutes.
const ORDERS: &str = "arn:aws:rds:eu-central-1:111122223333:db:shop-orders";

/// The rules about restore tests, and rules that restore tests must not affect.
const RULES: &str =
    "--rule=data-protected,data-recovery-tested,data-recovery-test-validated,data-recovery-test-not-failing,data-rto-meets-objective";

/// Writes the demo, with its restore jobs changed by `edit`, to the folder `name`.
fn restores(rel9: &Rel9, name: &str, mut edit: impl FnMut(&mut Value) -> bool) {
    demo::variant(&rel9.home().join(name), |line| line["type"] != "AWS::Backup::RestoreJob" || edit(line));
}

fn audit(rel9: &Rel9, input: &str, more: &[&str]) -> (Run, Document) {
    let policy = demo::policy();
    let run = rel9.run(
        &[&["audit", input, RULES, "--policy", &policy, "--format", "json", "--fail-on", "never", "--allow-incomplete"], more].concat(),
    );
    run.ended(0);
    let document = run.document();
    (run, document)
}

fn entries(rel9: &Rel9, file: &str, resource: &str) -> Vec<Value> {
    let run = rel9.run(&["ledger", "show", file, "--resource", resource, "--format", "json"]);
    run.ended(0).document().0["entries"].as_array().expect("entries").clone()
}

/// The ledger that an audit of the demo writes.
fn demo_ledger() -> &'static [u8] {
    static LEDGER: OnceLock<Vec<u8>> = OnceLock::new();
    LEDGER.get_or_init(|| {
        let rel9 = Rel9::new();
        rel9.run(&["audit", "--demo", "--ledger", "l.ndjson"]).ended(1);
        fs::read(rel9.home().join("l.ndjson")).expect("a ledger")
    })
}

#[test]
fn a_restore_test_counts_after_aws_has_forgotten_it() {
    let rel9 = Rel9::new();
    restores(&rel9, "then", |_| true);
    restores(&rel9, "later", |_| false);
    audit(&rel9, "then", &["--ledger", "l.ndjson"]);
    let line = 1 + entries(&rel9, "l.ndjson", ORDERS).iter().find(|entry| entry["kind"] == "restore_test").expect("its restore")["seq"]
        .as_u64()
        .unwrap();

    let in_time = ["--as-of", "2027-02-01T07:00:00Z"];
    let (_, without) = audit(&rel9, "later", &in_time);
    assert!(without.says("data-recovery-tested", ORDERS).starts_with("fail: no successful restore is known"));
    assert_eq!(without.status("data-rto-meets-objective", ORDERS), "none");
    let (_, with) = audit(&rel9, "later", &[&in_time[..], &["--ledger", "l.ndjson"]].concat());
    let says = with.says("data-recovery-tested", ORDERS);
    assert!(says.starts_with("pass:") && says.contains(&format!("(ledger line {line}: restore job restore-")), "{says}");
    assert_eq!(with.status("data-recovery-test-validated", ORDERS), "pass");
    assert_eq!(with.says("data-rto-meets-objective", ORDERS), "pass: the last successful restore took 48 min, the objective's RTO is 1 h");
    // The ledger also keeps a failed test.
    assert_eq!(with.status("data-recovery-test-not-failing", "shop-stock"), "fail");

    let too_late = ["--as-of", "2027-02-10T07:00:00Z", "--ledger", "l.ndjson"];
    let (_, late) = audit(&rel9, "later", &too_late);
    assert_eq!(late.status("data-recovery-tested", ORDERS), "fail");
    // Entries from after the as-of time do not count.
    let (_, early) = audit(&rel9, "later", &["--as-of", "2026-11-09T07:00:00Z", "--ledger", "l.ndjson"]);
    assert!(early.says("data-recovery-tested", ORDERS).contains("no successful restore is known"));
}

#[test]
fn what_aws_still_shows_counts_once() {
    let rel9 = Rel9::new();
    restores(&rel9, "then", |_| true);
    let (_, first) = audit(&rel9, "then", &["--ledger", "l.ndjson"]);
    let bytes = fs::read(rel9.home().join("l.ndjson")).unwrap();
    let (_, second) = audit(&rel9, "then", &["--ledger", "l.ndjson"]);
    assert_eq!(fs::read(rel9.home().join("l.ndjson")).unwrap(), bytes, "nothing new, nothing appended");
    assert_eq!(first.0, second.0);
    let (_, without) = audit(&rel9, "then", &[]);
    assert_eq!(first.0["findings"], without.0["findings"]);
}

/// Backups and copies may have been deleted since, so the ledger's entries for them never count.
#[test]
fn backups_of_the_ledger_never_count() {
    let rel9 = Rel9::new();
    restores(&rel9, "then", |_| false);
    audit(&rel9, "then", &["--ledger", "l.ndjson"]);
    let kinds: Vec<Value> = entries(&rel9, "l.ndjson", ORDERS).iter().map(|entry| entry["kind"].clone()).collect();
    assert!(kinds.contains(&json!("backup")) && kinds.contains(&json!("copy")), "{kinds:?}");
    demo::variant(&rel9.home().join("later"), |line| {
        !["AWS::Backup::RecoveryPoint", "AWS::Backup::CopyJob", "AWS::Backup::RestoreJob", "AWS::RDS::DBSnapshot", "AWS::EC2::Snapshot"]
            .iter()
            .any(|gone| line["type"] == *gone)
    });
    let (_, with) = audit(&rel9, "later", &["--ledger", "l.ndjson"]);
    let (_, without) = audit(&rel9, "later", &[]);
    assert_eq!(with.0["findings"], without.0["findings"]);
}

#[test]
fn a_validation_that_ends_badly_replaces_the_success_before() {
    let validation = |status: Value| {
        move |line: &mut Value| {
            if line["properties"]["source_arn"] == ORDERS {
                line["properties"]["validation_status"] = status.clone();
            }
            true
        }
    };
    let rel9 = Rel9::new();
    let tests = || entries(&rel9, "l.ndjson", ORDERS).into_iter().filter(|entry| entry["kind"] == "restore_test").count();
    restores(&rel9, "going-on", validation(json!("VALIDATING")));
    audit(&rel9, "going-on", &["--ledger", "l.ndjson"]);
    assert_eq!(tests(), 0, "it may yet fail");
    restores(&rel9, "none", validation(Value::Null));
    audit(&rel9, "none", &["--ledger", "l.ndjson"]);
    assert_eq!(tests(), 1);
    restores(&rel9, "failed", validation(json!("FAILED")));
    audit(&rel9, "failed", &["--ledger", "l.ndjson"]);
    assert_eq!(tests(), 2);
    restores(&rel9, "later", |_| false);
    let (_, later) = audit(&rel9, "later", &["--ledger", "l.ndjson"]);
    assert_eq!(later.status("data-recovery-test-not-failing", ORDERS), "fail");
    assert!(later.says("data-recovery-tested", ORDERS).contains("no successful restore is known"));
}

fn attest<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let base = ["ledger", "attest", "l.ndjson", "--resource", ORDERS, "--date", "2025-03-01", "--duration", "2h30m"];
    let rest = ["--result", "success", "--operator", "Ana", "--ticket", "DR-7"];
    // An option in `more` replaces the default one.
    let given = |option: &str| more.contains(&option);
    let pairs = base[3..].chunks(2).chain(rest.chunks(2)).filter(|pair| !given(pair[0])).flatten().copied();
    base[..3].iter().copied().chain(pairs).chain(more.iter().copied()).collect()
}

#[test]
fn people_can_attest_a_restore() {
    let rel9 = Rel9::new();
    rel9.run(&attest(&["--validated", "--note", "restored into the drill account"])).ended(0);
    restores(&rel9, "later", |_| false);
    let policy = fs::read_to_string(demo::policy()).unwrap().replace("restore_test_every: 90d", "restore_test_every: 3000d");
    fs::write(rel9.home().join("patient.yaml"), policy).unwrap();
    let audit = |more: &[&str]| {
        rel9.run(&[&["audit", "later", RULES, "--policy", "patient.yaml", "--format", "json"], more].concat()).ended(1).document()
    };
    assert_eq!(audit(&[]).status("data-recovery-tested", ORDERS), "fail");
    let with = audit(&["--ledger", "l.ndjson"]);
    let says = with.says("data-recovery-tested", ORDERS);
    assert!(says.starts_with("pass:") && says.contains("(ledger line 2: restore attested by Ana, ticket DR-7)"), "{says}");
    assert_eq!(with.status("data-recovery-test-validated", ORDERS), "pass");
    assert!(with.says("data-rto-meets-objective", ORDERS).starts_with("fail: the last successful restore took 2 h 30 min"));

    rel9.run(&attest(&["--date", "2025-03-02T10:00:00+02:00", "--result", "failure", "--note", "the key was gone"])).ended(0);
    let failed = audit(&["--ledger", "l.ndjson"]).says("data-recovery-test-not-failing", ORDERS);
    assert!(failed.starts_with("fail:") && failed.contains("the key was gone"), "{failed}");
    let shown = rel9.run(&["ledger", "show", "l.ndjson"]);
    assert!(shown.stdout.contains("line 2    2025-03-01 00:00 attestation") && shown.stdout.contains("2025-03-02 08:00"), "{shown}");
}

#[test]
fn what_cannot_be_attested() {
    let rel9 = Rel9::new();
    for (arguments, words) in [
        (&["--date", "9999-01-01"][..], "in the future"),
        (&["--date", "yesterday"], "2026-11-22"),
        (&["--duration", "2 hours"], "2h30m"),
        (&["--duration", "0m"], "must be longer than zero"),
        (&["--resource", "shop-orders"], "not an ARN"),
        (&["--operator", " "], "must not be empty"),
        (&["--result", "maybe"], "possible values"),
        (&["--result", "failure", "--validated"], "--validated"),
    ] {
        rel9.run(&attest(arguments)).ended(2).said(words);
        assert!(!rel9.home().join("l.ndjson").exists(), "{arguments:?}");
    }
    rel9.run(&attest(&[])).ended(0);
    let bytes = fs::read(rel9.home().join("l.ndjson")).unwrap();
    rel9.run(&attest(&["--result", "failure"])).ended(2).said("l.ndjson:2: already has an attestation of this restore");
    assert_eq!(fs::read(rel9.home().join("l.ndjson")).unwrap(), bytes);
}

// The chain

#[test]
fn a_ledger_that_was_changed_is_named_by_line_and_judges_nothing() {
    let rel9 = Rel9::new();
    let path = rel9.home().join("l.ndjson");
    let whole = String::from_utf8(demo_ledger().to_vec()).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let without = |at: usize| lines.iter().enumerate().filter(|(number, _)| *number != at).map(|(_, line)| *line).collect::<String>();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(3, 4);
        lines.concat()
    };
    for (text, words) in [
        (String::new(), "l.ndjson: the file is empty"),
        (whole.replacen("rel9.ledger/1", "rel9.ledger/2", 1), "l.ndjson:1: schema is `rel9.ledger/2`"),
        (whole.replacen("{\"schema\"", "{ \"schema\"", 1), "l.ndjson:1: the header was changed"),
        (without(0), "l.ndjson:1: not a rel9 ledger"),
        (without(5), "l.ndjson:6: the chain is broken: this is entry 6, entry 5 is expected here"),
        (swapped, "l.ndjson:4: the chain is broken"),
        (whole.replacen("2026-06-05", "2026-06-06", 1), "l.ndjson:2: the chain is broken: the entry was changed"),
        (whole.replacen("\"seq\":2", "\"seq\": 2", 1), "l.ndjson:3: the chain is broken: the entry is not written as rel9 writes it"),
        (format!("{whole}\n"), "not a ledger entry"),
        (whole[..whole.len() - 1].to_owned(), "the line is cut off"),
    ] {
        fs::write(&path, &text).unwrap();
        rel9.run(&["ledger", "verify", "l.ndjson"]).ended(2).said(words).said("entries of a broken ledger are ignored");
        rel9.run(&["ledger", "show", "l.ndjson"]).ended(2).said(words);
        rel9.run(&attest(&[])).ended(2).said(words);
        let run = rel9.run(&["audit", "--demo", "--ledger", "l.ndjson", "--format", "json=out.json", "--format", "table"]);
        run.ended(2).said(words);
        assert!(run.stdout.is_empty() && !rel9.home().join("out.json").exists(), "{run}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "a broken ledger is left as it is");
    }
}

#[test]
fn every_bit_of_a_ledger_is_in_the_chain() {
    let whole = demo_ledger();
    // Further entries have the same form as the first ones.
    let some = whole.split_inclusive(|byte| *byte == b'\n').take(4).flatten().copied().collect::<Vec<u8>>();
    Chain::parse(&some).expect("a ledger");
    for at in 0..some.len() {
        for bit in 0..8 {
            let mut changed = some.clone();
            changed[at] ^= 1 << bit;
            assert!(Chain::parse(&changed).is_err(), "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn any_changed_byte_is_found(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut changed = demo_ledger().to_vec();
        let at = at.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        prop_assert!(Chain::parse(&changed).is_err());
    }

    #[test]
    fn any_byte_too_many_or_too_few_is_found(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (mut more, mut fewer) = (demo_ledger().to_vec(), demo_ledger().to_vec());
        let at = at.index(more.len());
        more.insert(at, byte);
        fewer.remove(at);
        prop_assert!(Chain::parse(&more).is_err());
        prop_assert!(Chain::parse(&fewer).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut text = Chain::empty_text().into_bytes();
        text.extend(bytes);
        let _ = Chain::parse(&text);
    }
}

#[test]
fn a_head_shows_that_entries_were_taken_away() {
    let rel9 = Rel9::new();
    let run = rel9.run(&["audit", "--demo", "--ledger", "l.ndjson", "--format", "json"]);
    let head = text(&run.ended(1).document().0["audit"]["ledger_head"]).to_owned();
    let verified = rel9.run(&["ledger", "verify", "l.ndjson", "--head", &head]);
    assert!(verified.ended(0).stdout.contains("it ends at the given head"), "{verified}");
    rel9.run(&attest(&[])).ended(0);
    let verified = rel9.run(&["ledger", "verify", "l.ndjson", "--head", head.trim_start_matches("sha256:")]);
    assert!(verified.ended(0).stdout.contains("1 entries follow it"), "{verified}");

    let whole = String::from_utf8(demo_ledger().to_vec()).unwrap();
    let last = whole.trim_end().rfind('\n').unwrap();
    fs::write(rel9.home().join("l.ndjson"), &whole[..=last]).unwrap();
    rel9.run(&["ledger", "verify", "l.ndjson"]).ended(0);
    rel9.run(&["ledger", "verify", "l.ndjson", "--head", &head]).ended(2).said("does not contain");
    // rel9 can read the document with the head again.
    fs::write(rel9.home().join("findings.json"), &run.stdout).unwrap();
    rel9.run(&["report", "findings.json"]).ended(0);
}

#[test]
fn many_at_once_do_not_spoil_it() {
    let rel9 = Rel9::new();
    let tickets: Vec<String> = (0..12).map(|number| format!("DR-{number}")).collect();
    let mut children: Vec<_> = tickets
        .iter()
        .map(|ticket| rel9.command(&attest(&["--ticket", ticket])).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("rel9 runs"))
        .collect();
    children.push(
        rel9.command(&["audit", "--demo", "--ledger", "l.ndjson"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("rel9 runs"),
    );
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let chain = Chain::parse(&fs::read(rel9.home().join("l.ndjson")).unwrap()).expect("a chain");
    let alone = Chain::parse(demo_ledger()).unwrap().entries().len();
    assert_eq!(chain.entries().len(), alone + tickets.len());
}

#[test]
fn places_that_are_no_ledger() {
    let rel9 = Rel9::new();
    fs::create_dir(rel9.home().join("folder")).unwrap();
    rel9.run(&["audit", "--demo", "--ledger", "folder"]).ended(2).said("folder: is a folder, not a ledger");
    rel9.run(&["audit", "--demo", "--ledger", "nowhere/l.ndjson"]).ended(2).said("the folder nowhere does not exist");
    for command in ["verify", "show"] {
        rel9.run(&["ledger", command, "absent"]).ended(2).said("absent: cannot be opened");
        rel9.run(&["ledger", command, "folder"]).ended(2).said("folder: is a folder, not a ledger");
    }
    // An audit that does not run creates no ledger.
    rel9.run(&["audit", "absent.ndjson", "--ledger", "l.ndjson"]).ended(2);
    assert!(!rel9.home().join("l.ndjson").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_and_a_closed_pipe() {
    let rel9 = Rel9::new();
    if std::path::Path::new("/dev/full").exists() {
        rel9.run(&["audit", "--demo", "--ledger", "/dev/full"]).ended(2).said("/dev/full: is not a regular file");
    }
    fs::write(rel9.home().join("l.ndjson"), demo_ledger()).unwrap();
    let mut child = rel9.command(&["ledger", "show", "l.ndjson"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("rel9 runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty() && output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// By default, the limit's signal ends the process, possibly in the middle of a line.
#[cfg(unix)]
#[test]
fn a_limit_on_file_sizes_leaves_the_ledger_whole() {
    let rel9 = Rel9::new();
    let path = rel9.home().join("l.ndjson");
    let whole = demo_ledger();
    let lines = whole.split_inclusive(|byte| *byte == b'\n');
    // The limit is in KiB, so the ledger needs enough entries for the next ones to exceed it.
    let kept: Vec<u8> = lines
        .scan(0, |size, line| {
            *size += line.len();
            (*size < 4_000).then_some(line)
        })
        .flatten()
        .copied()
        .collect();
    fs::write(&path, &kept).unwrap();
    let binary = crate::support::binary().display().to_string();
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", "ulimit -f 4; exec \"$@\" 2> errors > /dev/null", "bash", &binary]);
    shell.args(["audit", "--demo", "--ledger", "l.ndjson"]).current_dir(rel9.home()).env("HOME", rel9.home());
    assert_eq!(shell.status().unwrap().code(), Some(2));
    let said = fs::read_to_string(rel9.home().join("errors")).unwrap();
    assert!(said.contains("l.ndjson: cannot be written: File too large"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), kept, "half a line is taken back");
    rel9.run(&["ledger", "verify", "l.ndjson"]).ended(0);
    rel9.run(&["audit", "--demo", "--ledger", "l.ndjson"]).ended(1);
    rel9.run(&["ledger", "verify", "l.ndjson"]).ended(0);
}
