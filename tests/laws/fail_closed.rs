//! Fail closed: AWS denies, fails, throttles, never ends or incompletely answers each operation, everywhere, in one Region, for one
//! resource or from some page on. The audit reports this by its exit code and by name, and a failure does not make a failed or unknown
//! finding pass or disappear. The tests take the operations from the library, so they cover a new one automatically.
//!
//! Each operation is denied alone. In the other modes, one operation of each service fails at a time, because what the audit makes of a failed
//! call does not depend on how it failed; where such an audit is not as expected, each of its operations fails alone.

use crate::support::{Document, Emulator, Rel9, Run, operation_of, text};
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

/// The policy requires everything, so that every rule has a finding.
const POLICY: &str = r#"version: 1
objectives:
  - name: all
    match: "true"
    rpo: 26h
    rto: 1h
    retention: 7d
    restore_test_every: 30d
    copies: { region: required, account: required, air_gapped: required }
    immutable: required
"#;

const ONE_REGION: &str = "us-east-1";
const BOTH_REGIONS: &str = "us-east-1,eu-west-1";

/// A way in which an operation does not answer.
struct Mode {
    name: &'static str,
    /// The fields of the emulator's fault, apart from the operation.
    fault: Value,
    /// The status in the coverage log.
    status: &'static str,
    /// The Regions that the audit covers.
    regions: &'static str,
}

fn modes() -> Vec<Mode> {
    let mode = |name, fault, status, regions| Mode { name, fault, status, regions };
    vec![
        mode(DENIED, json!({"mode": "deny"}), "denied", ONE_REGION),
        mode("failing", json!({"mode": "error"}), "failed", ONE_REGION),
        mode("throttled", json!({"mode": "throttle"}), "failed", ONE_REGION),
        mode("unknown to the Region", json!({"mode": "error", "code": "UnknownOperationException"}), "unavailable", ONE_REGION),
        mode("denied for one of many", json!({"mode": "deny", "times": 1}), "denied", ONE_REGION),
        mode(FROM_THE_THIRD, json!({"mode": "deny", "after": 2}), "denied", ONE_REGION),
        mode(WITHOUT_END, json!({"mode": "endless"}), "failed", ONE_REGION),
        mode("cut before its end", json!({"mode": "cut"}), "failed", ONE_REGION),
        mode("answered with nothing", json!({"mode": "empty"}), "failed", ONE_REGION),
        mode("answered with 204", json!({"mode": "no-content"}), "failed", ONE_REGION),
        mode("answered with a web page", json!({"mode": "html"}), "failed", ONE_REGION),
        mode("answered as another operation", json!({"mode": "other"}), "failed", ONE_REGION),
        mode(HOLLOW, json!({"mode": "hollow"}), "failed", ONE_REGION),
        mode("denied in one Region", json!({"mode": "deny", "region": "eu-west-1"}), "denied", BOTH_REGIONS),
    ]
}

/// The mode in which each operation is alone, and what was collected is judged once more.
const DENIED: &str = "denied";

/// The operation that tells the account.
const IDENTITY: &str = "sts:GetCallerIdentity";

/// The mode in which each page of a list names the first page as the next.
const WITHOUT_END: &str = "a list without end";

/// The mode in which answers have an empty root.
const HOLLOW: &str = "answered with an empty root";

/// Whether an operation returns a list in pages.
fn is_paged(operation: &str) -> bool {
    let (_, name) = operation.split_once(':').expect("service:Operation");
    // rel9 reads the newest page of executions only, the list of domains has one page, and some describe what the request names.
    let described = ["CachediSCSIVolumes", "StorediSCSIVolumes", "NFSFileShares", "SMBFileShares"];
    if ["ListExecutions", "ListDomainNames"].contains(&name) || described.iter().any(|end| name == format!("Describe{end}")) {
        return false;
    }
    if ["GetBuckets", "GetDisks", "GetInstances", "GetRelationalDatabases"].contains(&name) {
        return true;
    }
    let one_answer = ["Regions", "Settings", "Attributes", "ContinuousBackups", "Domains"].iter().any(|end| name.ends_with(end));
    name.starts_with("List") || (name.starts_with("Describe") && name.ends_with('s') && !one_answer)
}

/// The mode in which lists have pages of two.
const FROM_THE_THIRD: &str = "denied from the third page or resource on";

/// By finding id: its status, its resource and its subject.
type Statuses = BTreeMap<String, (String, String, String)>;

#[test]
fn no_operation_can_fail_unnoticed() {
    let workers = available_parallelism().map_or(2, usize::from).min(8);
    let operations: Vec<String> = rel9::aws::operations().iter().map(ToString::to_string).collect();
    let modes = modes();
    let alone: Vec<Vec<&str>> = operations.iter().map(|operation| vec![operation.as_str()]).collect();
    let together = one_of_each_service(&operations);
    let cases: Vec<(&[&str], &Mode)> = modes
        .iter()
        .flat_map(|mode| (if mode.name == DENIED { &alone } else { &together }).iter().map(move |group| (group.as_slice(), mode)))
        .collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let aws = Aws::new();
                while let Some((group, mode)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let group: Vec<&str> = group.iter().copied().filter(|operation| aws.is_worth_it(operation, mode)).collect();
                    let doubtful = if group.len() > 1 { aws.case(&group, mode).into_keys().collect() } else { group };
                    for operation in doubtful {
                        for why in aws.case(&[operation], mode).into_values() {
                            wrong.lock().expect("a list").push(format!("{operation} {}: {why}", mode.name));
                        }
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("a list");
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Groups with one operation of each service. Without the account's identity, there is no audit: that operation is alone.
fn one_of_each_service(operations: &[String]) -> Vec<Vec<&str>> {
    let mut groups: Vec<Vec<&str>> = vec![vec![IDENTITY]];
    let mut of_service: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in operations.iter().map(String::as_str).filter(|operation| *operation != IDENTITY) {
        let (service, _) = operation.split_once(':').expect("service:Operation");
        let number = of_service.entry(service).or_insert(0);
        *number += 1;
        if groups.len() <= *number {
            groups.push(Vec::new());
        }
        groups[*number].push(operation);
    }
    groups
}

/// A separate account for each thread, with what an audit finds there if all calls are answered.
struct Aws {
    emulator: Emulator,
    rel9: Rel9,
    /// All audits use one moment, so that only what was read differs.
    as_of: String,
    one_region: Statuses,
    both_regions: Statuses,
    /// How often each operation is called in each Region.
    calls: Value,
}

impl Aws {
    fn new() -> Aws {
        let (emulator, _) = Emulator::with("account");
        let rel9 = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1");
        fs::write(rel9.home().join("rel9.yaml"), POLICY).expect("a policy");
        let as_of = (Utc::now() + TimeDelta::minutes(10)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let whole = |regions: &str| {
            let document = rel9.run(&arguments(regions, &as_of)).ended(1).document();
            assert_eq!(document.0["audit"]["complete"], true, "the account is not read in full: {:?}", troubles(&document));
            statuses(&document)
        };
        let one_region = whole(ONE_REGION);
        emulator.reset_calls();
        let both_regions = whole(BOTH_REGIONS);
        for operation in rel9::aws::operations() {
            assert!(emulator.count(&operation.to_string()) > 0, "nothing in the account makes rel9 call {operation}");
        }
        let calls = emulator.calls()["calls"].take();
        Aws { emulator, rel9, as_of, one_region, both_regions, calls }
    }

    /// Whether an audit makes the calls that the fault affects, unless another mode already tests the same. Smaller pages may cause more
    /// calls.
    fn is_worth_it(&self, operation: &str, mode: &Mode) -> bool {
        let calls = |region: &str| self.calls[operation][region].as_u64().unwrap_or(0);
        match mode.fault["region"].as_str() {
            None if mode.name == WITHOUT_END => is_paged(operation),
            None if mode.name == HOLLOW => {
                let declared = rel9::aws::operations().into_iter().find(|declared| declared.to_string() == operation);
                !declared.expect("a declared operation").answer.may_be_hollow()
            }
            Some(region) => calls(region) > 0,
            None => mode.fault["times"].is_null() || calls(ONE_REGION) > 1,
        }
    }

    /// What is wrong with an audit in which these operations fail, by operation.
    fn case<'o>(&self, operations: &[&'o str], mode: &Mode) -> BTreeMap<&'o str, String> {
        for operation in operations {
            let mut fault = mode.fault.clone();
            fault["operation"] = json!(operation);
            self.emulator.fault_of(&fault);
        }
        self.emulator.page_size((mode.name == FROM_THE_THIRD).then_some(2));
        self.emulator.reset_calls();
        let run = self.rel9.run(&arguments(mode.regions, &self.as_of));
        let wrong = operations.iter().filter_map(|operation| Some((*operation, self.told(&run, operation, mode).err()?))).collect();
        let wrong = match (operations, mode.name == DENIED) {
            ([operation], true) if *operation != IDENTITY => {
                self.later(&run, operation).err().map_or(wrong, |why| BTreeMap::from([(*operation, why)]))
            }
            _ => wrong,
        };
        operations.iter().for_each(|operation| self.emulator.fault(operation, None));
        wrong
    }

    /// What the audit itself reports about the fault of an operation.
    fn told(&self, run: &Run, operation: &str, mode: &Mode) -> Result<(), String> {
        if operation == IDENTITY && run.code != 1 {
            // Without this operation, the audit has no account to judge.
            return if [2, 3].contains(&run.code) && run.stdout.is_empty() { named(run, operation) } else { Err(run.to_string()) };
        }
        if ![1, 3].contains(&run.code) {
            return Err(format!("exit code {}: {}", run.code, run.stderr));
        }
        if mode.name == FROM_THE_THIRD && self.emulator.count(operation) <= 2 {
            return Ok(()); // there was no third call
        }
        let document = run.document();
        if document.0["audit"]["complete"] != (mode.status == "unavailable") {
            return Err(format!("complete is {}", document.0["audit"]["complete"]));
        }
        if !troubles(&document).contains(&(operation.to_owned(), mode.status.to_owned())) {
            return Err(format!("the coverage log does not name it, but {:?}", troubles(&document)));
        }
        compare(&document, if mode.regions == ONE_REGION { &self.one_region } else { &self.both_regions })
    }

    /// Collecting now and judging later gives the same result.
    fn later(&self, live: &Run, operation: &str) -> Result<(), String> {
        let collected = self.rel9.run(&["collect", "--services", "all,keyspaces", "-o", "kept", "--regions", ONE_REGION]);
        if collected.code != 3 || !collected.stderr.contains("some calls were denied or failed") {
            return Err(format!("collect: {collected}"));
        }
        let run = self.rel9.run(&["audit", "kept", "--format", "json", "--as-of", &self.as_of]);
        fs::remove_dir_all(self.rel9.home().join("kept")).map_err(|error| error.to_string())?;
        let (live_document, later) = (live.document(), run.document());
        if run.code != live.code || statuses(&later) != statuses(&live_document) || troubles(&later) != troubles(&live_document) {
            return Err(format!("{operation}: judged later it is not the same: {run}"));
        }
        Ok(())
    }
}

/// With fewer facts, answers may only become unknown, or disappear with their subject.
fn compare(document: &Document, whole: &Statuses) -> Result<(), String> {
    let found = statuses(document);
    let mut wrong = Vec::new();
    for (id, (status, _, about)) in &found {
        let before = whole.get(id).map_or("nothing", |(status, ..)| status.as_str());
        if status != "unknown" && status != before {
            wrong.push(format!("{about}: {before} became {status}"));
        }
    }
    let resources: BTreeSet<&str> = found.values().map(|(_, resource, _)| resource.as_str()).collect();
    for (id, (status, resource, about)) in whole {
        if status != "pass" && !found.contains_key(id) && resources.contains(resource.as_str()) {
            wrong.push(format!("{about}: {status} became nothing, though the resource is there"));
        }
    }
    for finding in document.findings().iter().filter(|finding| finding["status"] == "unknown") {
        if finding["unknown_because"].as_array().is_none_or(Vec::is_empty) {
            wrong.push(format!("{} of {}: unknown without a reason", finding["rule"], finding["resource"]["arn"]));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("\n    {}", wrong.join("\n    "))) }
}

fn arguments<'a>(regions: &'a str, as_of: &'a str) -> [&'a str; 9] {
    ["audit", "--services", "all,keyspaces", "--regions", regions, "--format", "json", "--as-of", as_of]
}

fn named(run: &Run, operation: &str) -> Result<(), String> {
    if run.stderr.contains(operation) { Ok(()) } else { Err(format!("not named: {}", run.stderr)) }
}

/// The operations that did not answer, with their status.
fn troubles(document: &Document) -> Vec<(String, String)> {
    let entries = document.collection().iter().filter(|entry| entry["status"] != "ok");
    entries.map(|entry| (operation_of(entry), text(&entry["status"]).to_owned())).collect()
}

fn statuses(document: &Document) -> Statuses {
    let findings = document.findings().iter().map(|finding| {
        let resource = text(&finding["resource"]["arn"]);
        let about = format!("{} of {resource}", text(&finding["rule"]));
        (text(&finding["id"]).to_owned(), (text(&finding["status"]).to_owned(), resource.to_owned(), about))
    });
    findings.collect()
}
