//! Fail closed: whatever operation AWS denies, fails or throttles, the audit says so by its exit code and by name, and nothing that
//! failed, or was unknown, passes for it. The operations are those that the library declares, so that a new one is tried by itself.

#![cfg(feature = "live")]

mod support;

use chrono::{SecondsFormat, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};
use support::{Document, Emulator, Rel9, Run, operation_of, text};

const MODES: [&str; 3] = ["deny", "error", "throttle"];

/// Finding id to its status and what it is about.
type Statuses = BTreeMap<String, (String, String)>;

#[test]
fn no_operation_can_fail_unnoticed() {
    let workers = available_parallelism().map_or(2, usize::from).min(8);
    let operations: Vec<String> = rel9::aws::operations().iter().map(ToString::to_string).collect();
    let cases: Vec<(&str, &str)> = operations.iter().flat_map(|operation| MODES.map(|mode| (operation.as_str(), mode))).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let aws = Aws::new();
                while let Some((operation, mode)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = aws.case(operation, mode) {
                        wrong.lock().expect("a list").push(format!("{operation} {mode}: {why}"));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("a list");
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// An account of its own for each thread, with what an audit finds there when all calls are answered.
struct Aws {
    emulator: Emulator,
    rel9: Rel9,
    /// Everything is judged as of one moment, so that nothing changes but what was read.
    as_of: String,
    whole: Statuses,
}

impl Aws {
    fn new() -> Aws {
        let (emulator, _) = Emulator::with("account");
        let rel9 = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1");
        let as_of = (Utc::now() + TimeDelta::minutes(10)).to_rfc3339_opts(SecondsFormat::Secs, true);
        emulator.reset_calls();
        let run = rel9.run(&arguments(&as_of));
        let document = run.ended(1).document();
        assert_eq!(document.0["audit"]["complete"], true, "the account is not read in full: {:?}", troubles(&document));
        for operation in rel9::aws::operations() {
            assert!(emulator.count(&operation.to_string()) > 0, "nothing in the account makes rel9 call {operation}");
        }
        Aws { whole: statuses(&document), emulator, rel9, as_of }
    }

    fn case(&self, operation: &str, mode: &str) -> Result<(), String> {
        self.emulator.fault(operation, Some(mode));
        let run = self.rel9.run(&arguments(&self.as_of));
        self.emulator.fault(operation, None);
        if operation == "sts:GetCallerIdentity" {
            // Without it nobody is known whose data could be judged.
            return if [2, 3].contains(&run.code) && run.stdout.is_empty() { named(&run, operation) } else { Err(run.to_string()) };
        }
        if ![1, 3].contains(&run.code) {
            return Err(format!("exit code {}: {}", run.code, run.stderr));
        }
        let document = run.document();
        if document.0["audit"]["complete"] != false {
            return Err("the audit calls itself complete".to_owned());
        }
        if !troubles(&document).iter().any(|name| name == operation) {
            return Err(format!("the coverage log does not name it, but {:?}", troubles(&document)));
        }
        self.compare(&statuses(&document))
    }

    /// What was read less may only make answers unknown (or take away what they would have been about).
    fn compare(&self, found: &Statuses) -> Result<(), String> {
        let mut wrong = Vec::new();
        for (id, (status, about)) in found {
            let before = self.whole.get(id).map_or("nothing", |(status, _)| status.as_str());
            if status != "unknown" && status != before {
                wrong.push(format!("{about}: {before} became {status}"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(format!("\n    {}", wrong.join("\n    "))) }
    }
}

fn arguments(as_of: &str) -> [&str; 7] {
    ["audit", "--regions", "us-east-1", "--format", "json", "--as-of", as_of]
}

fn named(run: &Run, operation: &str) -> Result<(), String> {
    if run.stderr.contains(operation) { Ok(()) } else { Err(format!("not named: {}", run.stderr)) }
}

/// The operations that did not answer.
fn troubles(document: &Document) -> Vec<String> {
    document.collection().iter().filter(|entry| entry["status"] != "ok").map(operation_of).collect()
}

fn statuses(document: &Document) -> Statuses {
    let findings = document.findings().iter().map(|finding| {
        let about = format!("{} of {}", text(&finding["rule"]), text(&finding["resource"]["arn"]));
        (text(&finding["id"]).to_owned(), (text(&finding["status"]).to_owned(), about))
    });
    findings.collect()
}
