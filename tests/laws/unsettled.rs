//! What a template leaves open is unknown, for every property of every type that templates can declare: a finding passes or fails only if
//! every value would make it pass or fail.

use crate::support::Rel9;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Every type, with everything in its favour.
const EVERY_TYPE: &str = include_str!("../../fixtures/cloudformation/every-type.json");

fn every_type() -> Value {
    serde_json::from_str(EVERY_TYPE).expect("JSON")
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    status: String,
    resource: Of,
}

#[derive(Deserialize)]
struct Of {
    arn: String,
    id: String,
}

/// Statuses by rule and resource.
type Statuses = BTreeMap<(String, String), String>;

/// Templates of one audit.
const AT_ONCE: usize = 250;

/// The statuses for each of these templates, by its name.
fn judged(templates: &BTreeMap<String, Value>) -> BTreeMap<String, Statuses> {
    let names: Vec<&String> = templates.keys().collect();
    names.chunks(AT_ONCE).flat_map(|names| audited(names.iter().map(|name| (*name, &templates[*name])))).collect()
}

fn audited<'t>(templates: impl Iterator<Item = (&'t String, &'t Value)>) -> BTreeMap<String, Statuses> {
    let rel9 = Rel9::new();
    let folder = rel9.home().join("t");
    fs::create_dir_all(&folder).expect("a folder");
    for (name, template) in templates {
        fs::write(folder.join(format!("{name}.json")), template.to_string()).expect("a file");
    }
    let run = rel9.run(&["audit", "t", "--format", "ndjson", "--fail-on", "never", "--allow-incomplete"]);
    let mut found: BTreeMap<String, Statuses> = BTreeMap::new();
    for line in run.ended(0).stdout.lines() {
        let finding: Finding = serde_json::from_str(line).expect("a finding");
        let name = finding.resource.arn.trim_start_matches("template:t/").split(".json").next().unwrap_or_default();
        found.entry(name.to_owned()).or_default().insert((finding.rule, finding.resource.id), finding.status);
    }
    found
}

/// The template with each value of its resources' properties changed, at any depth.
fn with_properties(change: impl Fn(&str, &Value) -> Value) -> Value {
    let mut template = every_type();
    for resource in template["Resources"].as_object_mut().expect("resources").values_mut() {
        for (name, value) in resource["Properties"].as_object_mut().expect("properties") {
            *value = change(name, value);
        }
    }
    template
}

fn is_function(object: &serde_json::Map<String, Value>) -> bool {
    object.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}

/// The value with its leaves replaced.
fn leaves(value: &Value, by: &Value) -> Value {
    match value {
        Value::Object(object) if !is_function(object) => object.iter().map(|(key, value)| (key.clone(), leaves(value, by))).collect(),
        Value::Array(items) => items.iter().map(|item| leaves(item, by)).collect(),
        _ => by.clone(),
    }
}

/// The pointers of all values below a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |key: &str, value: &Value| {
        let below = format!("{at}/{key}");
        found.push(below.clone());
        pointers(value, &below, found);
    };
    match value {
        Value::Object(object) if !is_function(object) => object.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| add(&index.to_string(), value)),
        _ => {}
    }
}

#[test]
fn every_type_is_tried() {
    let template = every_type();
    let tried: BTreeSet<&str> =
        template["Resources"].as_object().expect("resources").values().filter_map(|resource| resource["Type"].as_str()).collect();
    for name in rel9::template::types::all().flat_map(|table| table.cloudformation) {
        assert!(tried.contains(name), "{name}: declare one in fixtures/cloudformation/every-type.json");
    }
}

/// One property at a time depends on an unknown condition, so that it is as written or missing, or it has an unknown value. The test
/// compares the result with both.
#[test]
fn a_value_that_is_not_known_decides_nothing_that_it_would_change() {
    // These rules judge what the template contains, whatever its value.
    let as_written = [
        ("backup-vault-locked", "/Resources/Vault/Properties/LockConfiguration"),
        ("s3-bucket-encrypted", "/Resources/Bucket/Properties/BucketEncryption"),
    ];
    let base = every_type();
    let mut all = Vec::new();
    for (id, resource) in base["Resources"].as_object().expect("resources") {
        pointers(&resource["Properties"], &format!("/Resources/{id}/Properties"), &mut all);
    }
    let no_value = || json!({ "Ref": "AWS::NoValue" });
    let mut templates = BTreeMap::from([("written".to_owned(), base.clone())]);
    for (number, pointer) in all.iter().enumerate() {
        let value = base.pointer(pointer).expect("a value");
        let undecided = json!({ "Fn::If": ["Undecided", value, no_value()] });
        for (name, value) in [("undecided", undecided), ("unknown", json!({ "Ref": "Unknown" })), ("missing", no_value())] {
            let mut template = base.clone();
            *template.pointer_mut(pointer).expect("a value") = value;
            templates.insert(format!("{number}-{name}"), template);
        }
    }
    let found = judged(&templates);
    let status = |name: &str, of: &(String, String)| found.get(name).and_then(|statuses| statuses.get(of)).map(String::as_str);
    let mut wrong = Vec::new();
    for (number, pointer) in all.iter().enumerate() {
        let missing = format!("{number}-missing");
        for open in ["undecided", "unknown"].map(|name| format!("{number}-{name}")) {
            for (of, decided) in found.get(&open).into_iter().flatten().filter(|(_, decided)| *decided != "unknown") {
                let others = [status("written", of), status(&missing, of)];
                let opposite = if decided == "pass" { "fail" } else { "pass" };
                let excused = open.ends_with("unknown") && as_written.iter().any(|(rule, at)| of.0 == *rule && pointer.starts_with(at));
                if others.contains(&Some(opposite)) && !excused {
                    wrong.push(format!("{} of {} is {decided} where {pointer} is {open}, and {others:?} where it is decided", of.0, of.1));
                }
            }
            // The audit does not skip a finding that either template has. An instance or an ONTAP file system that no plan surely selects may be
            // protected through its volumes, which only the deployed resources show.
            let elsewhere = |of: &(String, String)| {
                let rules: &[&str] = match of.1.as_str() {
                    "Instance" => &["data-in-backup-plan"],
                    "Ontap" => &["fsx-automatic-backups", "fsx-retention"],
                    _ => &[],
                };
                rules.contains(&of.0.as_str())
            };
            let given = ["written", missing.as_str()].into_iter().filter_map(|name| found.get(name)).flatten();
            let given = given.filter(|(of, decided)| *decided != "unknown" && status(&open, of).is_none() && !elsewhere(of));
            let given: BTreeSet<_> = given.map(|(of, _)| of).collect();
            wrong.extend(given.into_iter().map(|of| format!("{} of {} has no finding where {pointer} is {open}", of.0, of.1)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every value of every property is unknown.
#[test]
fn nothing_passes_on_values_that_nobody_gave() {
    // Such a vault is always locked, a resource policy may come from another resource, AWS takes snapshots of every Managed Microsoft AD, and S3
    // encrypts every bucket.
    let always = [
        ("backup-vault-denies-deletion", "AirGapped"),
        ("backup-vault-lock-compliance-mode", "AirGapped"),
        ("backup-vault-locked", "AirGapped"),
        ("backup-vault-not-open", "AirGapped"),
        ("data-in-backup-plan", "Corp"),
        ("s3-bucket-encrypted", "Bucket"),
    ];
    // These exist, whatever their content: a lock, a policy without share rules, the VPC of a domain.
    let as_written = [
        ("backup-vault-locked", "Vault"),
        ("data-policy-not-open", "LegacyDomain"),
        ("data-policy-not-open", "SearchDomain"),
        ("snapshot-sharing-allowed", "SharedSnapshots"),
    ];
    // The vault's name and the plan's target are the same value.
    let same_vault = ["backup-plan-copies-to-locked-vault", "backup-plan-target-vault-exists", "backup-plan-targets-locked-vault"];
    let as_written = [as_written.as_slice(), &same_vault.map(|rule| (rule, "Plan"))].concat();
    for unknown in [json!({ "Ref": "Unknown" }), json!({ "Fn::ImportValue": "x" })] {
        let whole = with_properties(|_, _| unknown.clone());
        let ends = with_properties(|_, value| leaves(value, &unknown));
        let found = judged(&BTreeMap::from([("whole".to_owned(), whole), ("ends".to_owned(), ends)]));
        for (name, allowed) in [("whole", always.to_vec()), ("ends", [always.as_slice(), as_written.as_slice()].concat())] {
            let statuses = &found[name];
            assert!(statuses.len() > 100, "{name}: {}", statuses.len());
            // The fixture sets what happens to the data outside the properties.
            let passed = statuses.iter().filter(|((rule, _), status)| *status == "pass" && rule != "template-data-deletion-policy");
            let passed: BTreeSet<(&str, &str)> = passed.map(|((rule, id), _)| (rule.as_str(), id.as_str())).collect();
            assert_eq!(passed, allowed.into_iter().collect(), "{name} {unknown}");
        }
    }
}

/// Services whose data AWS Backup does not support.
const OWN_SNAPSHOTS_ONLY: [&str; 7] = [
    "AWS::Cassandra::",
    "AWS::DirectoryService::",
    "AWS::DocDBElastic::",
    "AWS::ElastiCache::",
    "AWS::Elasticsearch::",
    "AWS::MemoryDB::",
    "AWS::OpenSearchService::",
];

/// A resource that may not be created backs up nothing, but its own properties count.
#[test]
fn resources_that_may_not_exist_protect_nothing() {
    let mut template = every_type();
    for resource in template["Resources"].as_object_mut().expect("resources").values_mut() {
        resource["Condition"] = json!("Undecided");
    }
    let base = every_type();
    let type_of = |id: &str| base["Resources"][id]["Type"].as_str().unwrap_or_default();
    let found = judged(&BTreeMap::from([("t".to_owned(), template)]));
    for ((rule, id), status) in &found["t"] {
        // A resource policy is an own property, and so are the own backups of data that no plan can select.
        let own = rule == "data-policy-not-open"
            || rule == "data-in-backup-plan" && OWN_SNAPSHOTS_ONLY.iter().any(|service| type_of(id).starts_with(service));
        let rests_on_backups = !own && ["backup-", "data-", "dlm-", "restore-testing-"].iter().any(|prefix| rule.starts_with(prefix));
        assert!(!rests_on_backups || status == "unknown", "{rule} of {id}: {status}");
    }
}
