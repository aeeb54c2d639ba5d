//! Small inventories, built line by line, and the protection facts that follow from them.

use rel9::inventory::{Shard, document};
use rel9::protection::facts::{Facts, MechanismKind, Protection, State};
use rel9::protection::{self, Owed, Summaries, summarise};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-east-1";
pub const AS_OF: &str = "2026-11-22T07:00:00Z";

/// An inventory of one shard in which every call answered.
pub struct World {
    pub lines: Vec<Value>,
}

impl World {
    pub fn new() -> Self {
        let header = json!({"kind": "header", "schema": "rel9.inventory/1", "captured_at": AS_OF, "source": "test"});
        let coverage = rel9::aws::operations().into_iter().map(|operation| {
            json!({"kind": "coverage", "account": ACCOUNT, "region": REGION, "service": operation.service, "operation": operation.name,
                   "status": "ok", "items": 0, "error": null})
        });
        let mut lines: Vec<Value> = std::iter::once(header).chain(coverage).collect();
        lines.push(resource("AWS::Region", "arn:aws:account:us-east-1:111122223333:region", REGION, json!({"opt_in": {"EBS": true}})));
        World { lines }
    }

    pub fn with(mut self, line: Value) -> Self {
        self.lines.push(line);
        self
    }

    pub fn denied(mut self, operation: &str) -> Self {
        for line in &mut self.lines {
            if line["kind"] == "coverage"
                && format!("{}:{}", line["service"].as_str().unwrap(), line["operation"].as_str().unwrap()) == operation
            {
                line["status"] = json!("denied");
            }
        }
        self
    }

    /// A volume with a tag, created on 2026-01-01.
    pub fn volume(self, id: &str) -> Self {
        let properties = json!({"status": "in-use", "encrypted": true, "kms_key_arn": null, "attachments": [], "source_snapshot_id": null});
        self.with(resource("AWS::EC2::Volume", &volume_arn(id), id, properties))
    }

    /// A daily plan with a start window of an hour that selects the tag `backup=daily`, and its vault.
    pub fn daily_plan(self) -> Self {
        self.plan("cron(0 5 ? * * *)", json!({"list_of_tags": [{"key": "backup", "value": "daily"}], "resources": []}))
    }

    pub fn plan(self, schedule: &str, selection: Value) -> Self {
        let rule = json!({"id": "r1", "name": "daily", "vault": "main", "schedule": schedule, "timezone": null, "start_window_minutes": 60,
                          "completion_window_minutes": 120, "continuous": false, "retention_days": 35, "cold_after_days": null, "copies": [], "air_gapped_vault_arn": null});
        let mut properties =
            json!({"plan_arn": PLAN, "role_arn": null, "not_resources": [], "list_of_tags": [], "resources": [], "conditions": {}});
        for (name, value) in selection.as_object().unwrap() {
            properties[name] = value.clone();
        }
        self.with(resource("AWS::Backup::BackupPlan", PLAN, "p1", json!({"rules": [rule], "last_execution_at": null})))
            .with(resource("AWS::Backup::BackupSelection", &format!("{PLAN}/selection/s1"), "s1", properties))
            .vault("main", REGION, ACCOUNT, false)
    }

    pub fn vault(self, name: &str, region: &str, account: &str, locked: bool) -> Self {
        let arn = format!("arn:aws:backup:{region}:{account}:backup-vault:{name}");
        let mut line = resource(
            "AWS::Backup::BackupVault",
            &arn,
            name,
            json!({"vault_type": "BACKUP_VAULT", "locked": locked, "lock_at": null,
            "min_retention_days": null, "max_retention_days": null, "policy": null}),
        );
        line["region"] = json!(region);
        line["account"] = json!(account);
        self.with(line)
    }

    pub fn point(self, source: &str, at: &str, extra: Value) -> Self {
        let arn = format!("arn:aws:ec2:us-east-1::snapshot/snap-{}", self.lines.len());
        let mut properties = json!({"source_arn": source, "vault_arn": VAULT, "status": "COMPLETED", "encrypted": true, "kms_key_arn": null,
            "continuous": false, "rule_id": "r1", "plan_arn": PLAN, "retention_days": 35, "completed_at": at, "source_vault_arn": null,
            "last_restored_at": null, "cold_after_days": null, "storage_class": "WARM", "parent_arn": null});
        for (name, value) in extra.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let mut line = resource("AWS::Backup::RecoveryPoint", &arn, &arn, properties);
        line["created_at"] = json!(at);
        self.with(line)
    }

    /// The same inventory with one line changed.
    pub fn changed(mut self, id: &str, change: impl FnOnce(&mut Value)) -> Self {
        change(self.lines.iter_mut().find(|line| line["id"] == id).unwrap_or_else(|| panic!("{id} is not in the inventory")));
        self
    }

    /// The same inventory with another rule in the plan.
    pub fn rule(self, id: &str, schedule: &str, retention_days: i64) -> Self {
        self.changed("p1", |plan| {
            let mut rule = plan["properties"]["rules"][0].clone();
            for (name, value) in
                [("id", json!(id)), ("name", json!(id)), ("schedule", json!(schedule)), ("retention_days", json!(retention_days))]
            {
                rule[name] = value;
            }
            plan["properties"]["rules"].as_array_mut().expect("rules").push(rule);
        })
    }

    pub fn shards(&self) -> Vec<Shard> {
        let text: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        document::read(text.as_bytes(), Path::new("test.ndjson")).expect("a valid inventory")
    }

    pub fn joined(&self, arn: &str) -> Facts {
        self.joined_at(arn, AS_OF)
    }

    pub fn joined_at(&self, arn: &str, as_of: &str) -> Facts {
        self.joined_as(arn, as_of, rel9::rules::objective::ALL_MECHANISMS.to_vec())
    }

    fn joined_as(&self, arn: &str, as_of: &str, mechanisms: Vec<MechanismKind>) -> Facts {
        let shards = self.shards();
        let summaries: Summaries = shards.iter().map(summarise).collect();
        for shard in &shards {
            let all = Owed {
                mechanisms: mechanisms.clone(),
                rpo_seconds: None,
                named: Ok(false),
                restore_automation: Ok(Vec::new()),
                reproducible: false,
                doubt: None,
                considered: 10,
            };
            let owed = vec![all; shard.resources.len()];
            let joined = protection::join(shard, &summaries, as_of.parse().unwrap(), &owed, &[]);
            if let Some(at) = shard.resources.iter().position(|resource| resource.arn == arn) {
                return joined[at].clone();
            }
        }
        panic!("{arn} is not in the inventory");
    }

    pub fn protection(&self, arn: &str) -> Protection {
        self.protection_at(arn, AS_OF)
    }

    pub fn protection_at(&self, arn: &str, as_of: &str) -> Protection {
        data(arn, self.joined_at(arn, as_of))
    }

    /// The facts if only these mechanisms count.
    pub fn protection_of(&self, arn: &str, mechanisms: Vec<MechanismKind>) -> Protection {
        data(arn, self.joined_as(arn, AS_OF, mechanisms))
    }

    /// By the mechanism's source; `None` for a mechanism without a schedule.
    pub fn on_schedule(&self, arn: &str) -> BTreeMap<String, Option<bool>> {
        let facts = self.protection(arn);
        let mechanisms = facts.mechanisms.read().expect("the mechanisms");
        mechanisms.iter().map(|mechanism| (mechanism.source.clone(), mechanism.on_schedule)).collect()
    }

    pub fn state(&self, arn: &str) -> Option<State> {
        self.protection(arn).state.read().copied()
    }
}

fn data(arn: &str, facts: Facts) -> Protection {
    match facts {
        Facts::Data(facts) => *facts,
        other => panic!("{arn} holds no data: {other:?}"),
    }
}

pub const PLAN: &str = "arn:aws:backup:us-east-1:111122223333:backup-plan:p1";
pub const VAULT: &str = "arn:aws:backup:us-east-1:111122223333:backup-vault:main";

pub fn volume_arn(id: &str) -> String {
    format!("arn:aws:ec2:us-east-1:111122223333:volume/{id}")
}

pub fn resource(type_name: &str, arn: &str, id: &str, properties: Value) -> Value {
    json!({"kind": "resource", "type": type_name, "arn": arn, "account": ACCOUNT, "region": REGION, "id": id,
           "created_at": "2026-01-01T00:00:00Z", "tags": {"backup": "daily"}, "properties": properties})
}

pub fn snapshot(id: &str, at: &str, made_by: Value) -> Value {
    let mut line = resource(
        "AWS::EC2::Snapshot",
        &format!("arn:aws:ec2:us-east-1::snapshot/{id}"),
        id,
        json!({
        "source_arn": volume_arn("vol-1"), "status": "completed", "encrypted": true, "kms_key_arn": null, "storage_tier": "standard",
        "public": false, "shared_with": [], "lock": null, "made_by": made_by, "copied_from": null}),
    );
    line["created_at"] = json!(at);
    line
}

pub fn instance(volumes: &[&str]) -> Value {
    let volumes: Vec<Value> =
        volumes.iter().map(|id| json!({"volume_id": id, "device": "/dev/xvda", "delete_on_termination": true})).collect();
    resource(
        "AWS::EC2::Instance",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
        "i-1",
        json!({
        "status": "running", "image_id": null, "root_device": "/dev/xvda", "volumes": volumes, "autoscaling_group": null, "spot": false}),
    )
}

pub fn attached(mut world: World, id: &str) -> World {
    for line in &mut world.lines {
        if line["id"] == id {
            line["properties"]["attachments"] = json!([{"instance_id": "i-1", "device": "/dev/xvda", "delete_on_termination": true}]);
            line["tags"] = json!({});
        }
    }
    world
}
