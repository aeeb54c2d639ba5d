//! From inventory to findings: the effects of a policy, the gate, and that unread facts never pass.

use rel9::audit::findings::{Findings, Status, Verdict};
use rel9::audit::gate::{self, Absent, Terms};
use rel9::audit::policy::{FailOn, Policy};
use rel9::audit::{self, Input, Options};
use rel9::inventory::{CoverageStatus, Shard, document, types};
use rel9::rules::{Care, Mistake, RuleSet};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::OnceLock;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";
const AS_OF: &str = "2026-11-22T07:00:00Z";

fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| RuleSet::built_in(Care::Checked).unwrap_or_else(|mistakes| panic!("{}", text(&mistakes))))
}

fn text(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// One shard in which every call answered, with an encrypted volume without backups for each of `tags`.
fn volumes(tags: &[Value]) -> Vec<Shard> {
    let volumes = tags.iter().enumerate().map(|(number, tags)| {
        let id = format!("vol-{number}");
        json!({"kind": "resource", "type": "AWS::EC2::Volume", "arn": format!("arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{id}"), "account": ACCOUNT,
               "region": REGION, "id": id, "created_at": "2026-01-01T00:00:00Z", "tags": tags,
               "properties": {"status": "available", "encrypted": true, "kms_key_arn": null, "key_manager": null, "key_state": null,
                              "volume_type": "gp3", "attachments": [], "source_snapshot_id": null, "size_bytes": 1}})
    });
    shards(volumes.collect())
}

fn shards(resources: Vec<Value>) -> Vec<Shard> {
    let mut lines = vec![json!({"kind": "header", "schema": "rel9.inventory/1", "captured_at": AS_OF, "source": "test"})];
    lines.extend(rel9::aws::operations().into_iter().map(|operation| {
        json!({"kind": "coverage", "account": ACCOUNT, "region": REGION, "service": operation.service, "operation": operation.name,
               "status": "ok", "items": 0, "error": null})
    }));
    lines.push(
        json!({"kind": "resource", "type": "AWS::Region", "arn": "arn:aws:account:us-east-1:111122223333:region", "account": ACCOUNT,
                      "region": REGION, "id": REGION, "tags": {}, "properties": {"opt_in": {}}}),
    );
    lines.extend(resources);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    document::read(text.as_bytes(), Path::new("test.ndjson")).expect("a valid inventory")
}

fn audit(shards: Vec<Shard>, policy: &str) -> Findings {
    audit_with(shards, policy, Options::default())
}

fn audit_with(shards: Vec<Shard>, policy: &str, options: Options) -> Findings {
    let policy = match policy {
        "" => Policy::default(),
        policy => Policy::parse("rel9.yaml", policy, rules()).unwrap_or_else(|mistakes| panic!("{}", text(&mistakes))),
    };
    audit::run(&Input::Memory(shards), rules(), &policy, &options).expect("an audit")
}

fn status(findings: &Findings, rule: &str, id: &str) -> Option<Status> {
    findings.findings.iter().find(|finding| *finding.rule == *rule && finding.resource.id == id).map(|finding| finding.status)
}

#[test]
fn a_waiver_accepts_until_it_ends() {
    let policy = |expires: &str| {
        format!(
            "version: 1\nwaivers:\n  - {{ rule: data-protected, match: 'resource.tags[\"app\"] == \"old\"', reason: retired soon, approved_by: Ana, expires: {expires} }}\n"
        )
    };
    let shards = || volumes(&[json!({"app": "old"}), json!({})]);
    let waived = audit(shards(), &policy("2026-11-22"));
    assert_eq!(status(&waived, "data-protected", "vol-0"), Some(Status::Waived), "its last day is a day of grace");
    assert_eq!(status(&waived, "data-protected", "vol-1"), Some(Status::Fail), "a missing tag does not match and is no error");
    let ended = audit(shards(), &policy("2026-11-21"));
    let finding = ended.findings.iter().find(|finding| *finding.rule == *"data-protected" && finding.resource.id == "vol-0").unwrap();
    assert_eq!(finding.status, Status::Fail);
    assert!(finding.message.ends_with("(its waiver ended on 2026-11-21)"), "{}", finding.message);
}

#[test]
fn reproducible_data_owes_nothing_while_its_declaration_lasts() {
    let policy = |expires: &str| {
        format!("version: 1\nreproducible:\n  - {{ match: 'resource.tags[\"data\"] == \"cache\"', reason: rebuilt, expires: {expires} }}\n")
    };
    let findings = audit(volumes(&[json!({"data": "cache"})]), &policy("2027-06-30"));
    let rules: Vec<&str> =
        findings.findings.iter().filter(|finding| finding.resource.id == "vol-0").map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["data-reproducible-reviewed"]);
    assert_eq!((findings.summary.coverage.data_resources, findings.summary.coverage.reproducible), (1, 1));
    assert_eq!(findings.reproducible.len(), 1);
    let ended = audit(volumes(&[json!({"data": "cache"})]), &policy("2026-06-30"));
    assert_eq!(status(&ended, "data-protected", "vol-0"), Some(Status::Fail));
    assert_eq!(status(&ended, "data-reproducible-reviewed", "vol-0"), Some(Status::Fail));
}

#[test]
fn the_first_objective_that_matches_counts() {
    let policy = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1h }\n  - { name: standard, match: \"true\", rpo: 24h }\n";
    let findings = audit(volumes(&[json!({"tier": "gold"}), json!({})]), policy);
    let message = |id: &str| {
        let finding = findings.findings.iter().find(|finding| *finding.rule == *"data-objective-assigned" && finding.resource.id == id);
        finding.unwrap().message.to_string()
    };
    assert_eq!(message("vol-0"), "the objective gold covers it");
    assert_eq!(message("vol-1"), "only the objective standard covers it, which matches everything");
}

#[test]
fn an_objective_that_hangs_on_unread_tags_is_unknown() {
    let mut shards = volumes(&[json!({"tier": "gold"})]);
    for resource in &mut shards[0].resources {
        resource.tags = rel9::inventory::Fact::Unread;
    }
    let policy = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1h }\n";
    let findings = audit(shards, policy);
    assert_eq!(status(&findings, "data-rpo-meets-objective", "vol-0"), Some(Status::Unknown));
    assert_eq!(status(&findings, "data-objective-assigned", "vol-0"), Some(Status::Unknown));
}

/// A policy expression may depend on the value of a tag. If it fails on that value, the match is unknown, not false.
#[test]
fn a_match_that_breaks_on_a_resource_is_unknown() {
    let policy = |entry: &str| format!("version: 1\nobjectives: [{{ name: all, match: \"true\", mechanisms: [dlm] }}]\n{entry}\n");
    let judged = |entry: &str, tags: Value| {
        let findings = audit(volumes(&[tags]), &policy(entry));
        let finding = findings.findings.iter().find(|finding| *finding.rule == *"data-protected" && finding.resource.id == "vol-0");
        finding.map(|finding| (finding.status, finding.message.to_string()))
    };
    let told = "rel9.yaml:3: whether it matches is unknown: `int(resource.tags[\"keep\"]) > 1`: ";
    let reproducible = "reproducible: [{ match: 'int(resource.tags[\"keep\"]) > 1', reason: rebuilt, expires: 2027-06-30 }]";
    let (found, message) = judged(reproducible, json!({"keep": "long"})).expect("a finding");
    assert_eq!(found, Status::Unknown);
    assert!(message.contains(told), "{message}");
    assert_eq!(judged(reproducible, json!({"keep": "2"})), None);
    assert!(matches!(judged(reproducible, json!({"keep": "1"})), Some((Status::Fail, _))));
    assert!(matches!(judged(reproducible, json!({})), Some((Status::Fail, _))), "a missing tag does not match");

    let waiver =
        "waivers: [{ rule: data-protected, match: 'int(resource.tags[\"keep\"]) > 1', reason: r, approved_by: a, expires: 2027-06-30 }]";
    let (found, message) = judged(waiver, json!({"keep": "long"})).expect("a finding");
    assert_eq!(found, Status::Fail, "what may be waived is not waived");
    assert!(message.contains(&format!("(whether its waiver applies is unknown: {told}")), "{message}");

    let objectives = "version: 1\nobjectives:\n  - { name: kept, match: 'int(resource.tags[\"keep\"]) > 1', rpo: 1h }\n  - { name: all, match: \"true\" }\n";
    let findings = audit(volumes(&[json!({"keep": "long"}), json!({"keep": "1"}), json!({})]), objectives);
    assert_eq!(status(&findings, "data-objective-assigned", "vol-0"), Some(Status::Unknown));
    assert_eq!(status(&findings, "data-rpo-meets-objective", "vol-0"), Some(Status::Unknown));
    for other in ["vol-1", "vol-2"] {
        assert_eq!(status(&findings, "data-objective-assigned", other), Some(Status::Fail), "only the last one covers {other}");
    }
}

fn without_tags(mut shards: Vec<Shard>) -> Vec<Shard> {
    for resource in &mut shards[0].resources {
        resource.tags = rel9::inventory::Fact::Unread;
    }
    shards
}

/// A volume with a manual snapshot.
fn with_snapshot(tags: Value) -> Vec<Shard> {
    let mut shards = volumes(&[tags]);
    let source = shards[0].resources.last().expect("a volume").arn.clone();
    let snapshot = json!({"kind": "resource", "type": "AWS::EC2::Snapshot", "arn": "arn:aws:ec2:us-east-1::snapshot/snap-1", "account": ACCOUNT,
        "region": REGION, "id": "snap-1", "created_at": "2026-11-21T00:00:00Z", "tags": {},
        "properties": {"source_arn": source, "status": "completed", "encrypted": true, "kms_key_arn": null, "storage_tier": "standard",
            "public": false, "shared_with": [], "lock": null, "made_by": null, "copied_from": null}});
    shards[0].resources.extend(self::shards(vec![snapshot]).remove(0).resources.pop());
    shards
}

#[test]
fn which_mechanisms_count_is_unknown_with_the_objective() {
    let policy = |mechanisms: &str| {
        format!(
            "version: 1\nobjectives:\n  - {{ name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', mechanisms: [{mechanisms}] }}\n  - {{ name: rest, match: \"true\" }}\n"
        )
    };
    let state = |shards: Vec<Shard>, policy: &str| status(&audit(shards, policy), "data-protected", "vol-0");
    assert_eq!(state(with_snapshot(json!({"tier": "gold"})), &policy("aws_backup")), Some(Status::Fail), "a snapshot does not count");
    assert_eq!(state(with_snapshot(json!({})), &policy("aws_backup")), Some(Status::Pass));
    let unread = || without_tags(with_snapshot(json!({"tier": "gold"})));
    assert_eq!(state(unread(), &policy("aws_backup")), Some(Status::Unknown));
    assert_eq!(audit(unread(), &policy("aws_backup")).summary.coverage.unknown, 1);
    let all = "aws_backup, dlm, automated, pitr, snapshot, versioning, replication, export";
    assert_eq!(state(unread(), &policy(all)), Some(Status::Pass), "whichever objective it is, a snapshot counts");
}

#[test]
fn data_that_may_be_reproducible_does_not_fail() {
    let policy = |expires: &str| {
        format!(
            "version: 1\nobjectives: [{{ name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1h }}]\nreproducible:\n  - {{ match: 'resource.tags[\"data\"] == \"cache\"', reason: rebuilt, expires: {expires} }}\n"
        )
    };
    let unread = audit(without_tags(volumes(&[json!({"data": "cache"})])), &policy("2027-06-30"));
    assert_eq!(status(&unread, "data-protected", "vol-0"), Some(Status::Unknown));
    assert_eq!(status(&unread, "ebs-volume-encrypted", "vol-0"), Some(Status::Pass), "what passes would not be asked at all");
    let ended = audit(without_tags(volumes(&[json!({"data": "cache"})])), &policy("2026-06-30"));
    assert_eq!(status(&ended, "data-protected", "vol-0"), Some(Status::Fail), "a declaration that has ended frees nothing");
    // Data that is certainly reproducible needs no backup, whatever its objective is.
    let certain = "version: 1\nobjectives: [{ name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1h }]\nreproducible: [{ match: \"true\", reason: rebuilt, expires: 2027-06-30 }]\n";
    assert_eq!(status(&audit(without_tags(volumes(&[json!({})])), certain), "data-protected", "vol-0"), None);
}

/// One shard with a replication group that keeps daily snapshots for some days.
fn cache(days: i64, durability: Value) -> Vec<Shard> {
    shards(vec![
        json!({"kind": "resource", "type": "AWS::ElastiCache::ReplicationGroup", "account": ACCOUNT, "region": REGION, "id": "sessions",
        "arn": format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:sessions"), "created_at": "2026-01-01T00:00:00Z",
        "tags": {"tier": "gold"}, "properties": {"status": "available", "engine": "valkey", "encrypted": true, "kms_key_arn": null,
            "key_manager": "aws_owned", "key_state": null, "backup_retention_days": days, "snapshot_window": null, "durability": durability,
            "global_role": null, "members": []}}),
    ])
}

/// Statuses of the rules about data for the cache.
fn of_data(findings: &Findings) -> Vec<(&str, Status)> {
    let of_cache = findings.findings.iter().filter(|finding| finding.resource.id == "sessions" && finding.rule.starts_with("data-"));
    of_cache.map(|finding| (&*finding.rule, finding.status)).collect()
}

/// A cache without backups that nobody asks for is no data: judging it critical would be the loudest false alarm of all.
#[test]
fn a_cache_without_snapshots_is_not_judged_as_data() {
    let policy = |matches: &str| format!("version: 1\nobjectives:\n  - {{ name: named, match: '{matches}', rpo: 1d }}\n");
    let plain = audit(cache(0, json!("disabled")), "");
    assert!(of_data(&plain).is_empty());
    assert_eq!(plain.summary.coverage.data_resources, 0);
    assert_eq!(status(&plain, "elasticache-automatic-snapshots", "sessions"), Some(Status::Fail), "its own rules judge it");
    assert!(of_data(&audit(cache(0, json!("disabled")), &policy("true"))).is_empty(), "an objective that matches everything names nothing");
    assert!(of_data(&audit(cache(0, json!("disabled")), &policy("resource.tags[\"tier\"] == \"silver\""))).is_empty());

    let protected = |findings: &Findings| status(findings, "data-protected", "sessions");
    let named = audit(cache(0, json!("disabled")), &policy("resource.tags[\"tier\"] == \"gold\""));
    assert_eq!((protected(&named), named.summary.coverage.unprotected), (Some(Status::Fail), 1));
    assert_eq!(protected(&audit(cache(3, json!("disabled")), "")), Some(Status::Fail), "its own setting asks for snapshots");
    assert_eq!(protected(&audit(cache(0, json!("sync")), "")), Some(Status::Fail), "a durable group is a data store");
}

#[test]
fn a_cache_that_is_perhaps_data_does_not_fail() {
    let mut unread = cache(0, json!("disabled"));
    for entry in &mut unread[0].coverage.entries {
        if entry.service == "elasticache" && entry.operation == "DescribeSnapshots" {
            entry.status = CoverageStatus::Denied;
        }
    }
    let findings = audit(unread, "");
    let all = of_data(&findings);
    assert!(!all.is_empty() && all.iter().all(|(_, status)| *status != Status::Fail), "{all:?}");
    assert_eq!(status(&findings, "data-protected", "sessions"), Some(Status::Unknown));
    assert_eq!(findings.summary.coverage.unknown, 1);
    let without_tags = without_tags(cache(0, json!("disabled")));
    let policy = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1d }\n";
    assert_eq!(status(&audit(without_tags, policy), "data-protected", "sessions"), Some(Status::Unknown), "perhaps the objective names it");
}

#[test]
fn an_inventory_of_which_nothing_was_read_is_none() {
    let error = audit::run(&Input::Memory(Vec::new()), rules(), &Policy::default(), &Options::default()).expect_err("nothing to judge");
    assert!(error.to_string().contains("nothing was read"), "{error}");
}

#[test]
fn the_policy_sets_parameters_and_severities() {
    let policy = "version: 1\nrules:\n  data-protected: { severity: low }\n  data-in-backup-plan: { enabled: false }\n";
    let options = Options { rules: vec!["data-protected".to_owned(), "data-in-backup-plan".to_owned()], ..Options::default() };
    let findings = audit_with(volumes(&[json!({})]), policy, options);
    assert_eq!(status(&findings, "data-in-backup-plan", "vol-0"), None);
    assert_eq!(verdict(&findings, FailOn::High), Verdict::Passed, "{:?}", failing(&findings));
    assert_eq!(verdict(&findings, FailOn::Low), Verdict::Failed);
    assert_eq!(verdict(&findings, FailOn::Never), Verdict::Passed);
}

fn verdict(findings: &Findings, fail_on: FailOn) -> Verdict {
    gate::decide(findings, &Terms { fail_on, allow_incomplete: false, absent: &Absent::default() }).verdict
}

fn failing(findings: &Findings) -> Vec<String> {
    findings
        .findings
        .iter()
        .filter(|finding| finding.status != Status::Pass)
        .map(|finding| format!("{} {:?}: {}", finding.rule, finding.severity, finding.message))
        .collect()
}

#[test]
fn the_gate_does_not_pass_on_what_was_not_read() {
    let mut shards = volumes(&[json!({})]);
    for entry in &mut shards[0].coverage.entries {
        if entry.operation == "ListRecoveryPointsByBackupVault" {
            entry.status = rel9::inventory::CoverageStatus::Denied;
        }
    }
    let findings = audit(shards, "");
    assert_eq!(status(&findings, "data-protected", "vol-0"), Some(Status::Unknown));
    assert!(!findings.audit.complete);
    assert_eq!(verdict(&findings, FailOn::Critical), Verdict::Incomplete);
}

/// A resource of every type, with all properties unread: no rule may pass on it, and no rule may fail to evaluate.
#[test]
fn a_resource_without_properties_never_passes() {
    let bare = types::all().iter().map(|info| {
        json!({"kind": "resource", "type": info.name, "arn": format!("arn:aws:test:{REGION}:{ACCOUNT}:{}", info.name), "account": ACCOUNT,
               "region": REGION, "id": "bare", "properties": {}})
    });
    let mut shards = shards(bare.collect());
    shards[0].coverage.entries.clear();
    let policy = "version: 1\nobjectives:\n  - { name: all, match: \"true\", rpo: 1h, rto: 1h, retention: 35d, restore_test_every: 90d, immutable: required, copies: { region: required, account: required, air_gapped: required } }\n";
    let findings = audit(shards, policy);
    let of_bare = findings.findings.iter().filter(|finding| finding.resource.id == "bare");
    let passing: Vec<String> = of_bare
        .filter(|finding| finding.status == Status::Pass)
        .map(|finding| format!("{} {}: {}", finding.rule, finding.resource.type_name, finding.message))
        .collect();
    assert!(passing.is_empty(), "{}", passing.join("\n"));
    let broken: Vec<&String> =
        findings.findings.iter().flat_map(|finding| finding.unknown_because.iter()).filter(|why| why.contains("cannot judge")).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn filters_leave_evidence_alone() {
    let options = Options { tags: vec![("app".to_owned(), "shop".to_owned())], ..Options::default() };
    let findings = audit_with(volumes(&[json!({"app": "shop"}), json!({})]), "", options);
    assert!(status(&findings, "data-protected", "vol-0").is_some());
    assert!(status(&findings, "data-protected", "vol-1").is_none());
    let options = Options { rules: vec!["data-protected".to_owned()], ..Options::default() };
    let findings = audit_with(volumes(&[json!({})]), "", options);
    assert!(findings.findings.iter().all(|finding| *finding.rule == *"data-protected"));
}

/// The remediation of a failure would be wrong advice for an unknown finding.
#[test]
fn an_unknown_finding_says_how_to_make_it_known() {
    let of = |properties: Value| {
        let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders");
        let table = json!({"kind": "resource", "type": "AWS::DynamoDB::Table", "arn": arn, "account": ACCOUNT, "region": REGION, "id": "orders",
                           "tags": {}, "properties": properties});
        let findings = audit(shards(vec![table]), "").findings;
        let found = findings.into_iter().find(|finding| *finding.rule == *"dynamodb-table-pitr").expect("a finding");
        (found.status, found.remediation.expect("a remediation"))
    };
    let (status, remediation) = of(json!({"pitr": false}));
    assert_eq!((status, remediation.cli.len()), (Status::Fail, 1));
    let (status, remediation) = of(json!({}));
    assert_eq!((status, remediation.cli.len()), (Status::Unknown, 0));
    assert!(remediation.summary.starts_with("Let rel9 read") && remediation.steps.iter().any(|step| step.contains("`rel9 permissions`")));
}

#[test]
fn the_same_inventory_gives_the_same_bytes() {
    let bytes = || serde_json::to_vec(&audit(volumes(&[json!({"b": "1", "a": "2"}), json!({})]), "")).unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn every_rule_passes_its_own_tests() {
    let failures: Vec<String> = rules().iter().flat_map(|rule| rel9::rules::selftest::run(rule).1).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Accounts whose vaults use the same key; `owner` is the key's account.
fn with_key_of(owner: &str, users: &[&str]) -> Findings {
    let key = format!("arn:aws:kms:{REGION}:{owner}:key/1");
    let shard = |account: &&str| {
        let resource = |kind: &str, arn: &str, properties: Value| json!({"kind": "resource", "type": kind, "arn": arn, "account": account, "region": REGION, "id": "1", "properties": properties});
        let header = json!({"kind": "header", "schema": "rel9.inventory/1", "captured_at": AS_OF, "source": "test"});
        let state =
            resource("AWS::KMS::Key", &key, json!({"key_manager": "customer", "key_state": "PendingDeletion", "deletion_at": null}));
        let vault = format!("arn:aws:backup:{REGION}:{account}:backup-vault:1");
        let vault = resource("AWS::Backup::BackupVault", &vault, json!({"kms_key_arn": key}));
        document::read(format!("{header}\n{state}\n{vault}\n").as_bytes(), Path::new("test.ndjson")).expect("a valid inventory")
    };
    audit(users.iter().flat_map(shard).collect(), "")
}

#[test]
fn a_key_that_accounts_share_is_judged_once() {
    let judged_in = |findings: &Findings| -> Vec<String> {
        let of_key = findings.findings.iter().filter(|finding| *finding.rule == *"kms-key-usable");
        of_key.map(|finding| finding.resource.account.clone()).collect()
    };
    let users = ["111122223333", "444455556666"];
    assert_eq!(judged_in(&with_key_of("444455556666", &users)), ["444455556666"], "with its own account");
    assert_eq!(judged_in(&with_key_of("999999999999", &users)), ["111122223333"], "with the first that uses it");
    assert_eq!(judged_in(&with_key_of("444455556666", &users[..1])), ["111122223333"], "its own account does not use it");
}

#[test]
fn a_bucket_that_replicates_to_nothing_fails_when_every_region_was_read() {
    let resource = |kind: &str, region: &str, arn: String, properties: Value| json!({"kind": "resource", "type": kind, "arn": arn, "account": ACCOUNT, "region": region, "id": "data", "tags": {}, "properties": properties});
    let rule = json!({"id": "far", "enabled": true, "destination_bucket_arn": "arn:aws:s3:::gone", "destination_account": ACCOUNT,
                      "kms_objects": false, "replica_kms_key_arn": null});
    let bucket =
        resource("AWS::S3::Bucket", REGION, "arn:aws:s3:::data".to_owned(), json!({"versioning": "enabled", "replication": [rule]}));
    let account = resource("AWS::Account", "global", format!("arn:aws:account::{ACCOUNT}:account"), json!({"enabled_regions": [REGION]}));
    let status_of = |resources| status(&audit(shards(resources), ""), "s3-bucket-replication-destination-exists", "data");
    assert_eq!(status_of(vec![bucket.clone(), account]), Some(Status::Fail));
    assert_eq!(status_of(vec![bucket]), Some(Status::Unknown), "it may be in a Region that was not read");
}
