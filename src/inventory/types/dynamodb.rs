//! Amazon DynamoDB.

use super::{KeyManager, properties, same_properties};
use crate::inventory::{Fact, facts};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The source of a restored table (`RestoreSummary`): evidence of a restore of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RestoredFrom {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub source_backup_arn: Fact<Option<String>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub source_table_arn: Fact<Option<String>>,
    /// The point in time that was restored (`RestoreDateTime`).
    pub restored_at: DateTime<Utc>,
    pub in_progress: bool,
}

/// A replica of a global table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replica {
    pub region: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub status: Fact<Option<String>>,
}

facts! {
    /// What Application Auto Scaling may change of a table's or an index's provisioned capacity.
    Scaling {
        /// The global secondary index; `null` for the table itself.
        index: Option<String>,
        /// `read` or `write`.
        capacity: String,
        min_capacity: i64,
        max_capacity: i64,
        /// Whether scaling by policies is suspended, in one direction or both.
        suspended: bool,
        /// Whether it has a scaling policy.
        policy: bool,
    }
}

facts! {
    /// An alarm of CloudWatch on metrics of a table, in the table's Region.
    Alarm {
        name: String,
        /// The global secondary index; `null` for the table itself.
        index: Option<String>,
        /// The metrics that it watches, such as `ReadThrottleEvents`. Unread for an alarm on a query, which may read those of any table.
        metrics: Vec<String>,
        /// Whether it does anything when its state changes.
        actions_enabled: bool,
    }
}

properties! {
    /// A table of a live account.
    Table = "AWS::DynamoDB::Table", operation: "dynamodb:ListTables",
    tags: "tag:GetResources", key: own {
        #[from("dynamodb:DescribeTable")]
        status: Option<String>,
        /// Always true: DynamoDB encrypts every table.
        #[from("dynamodb:DescribeTable")]
        encrypted: bool,
        /// The key in `SSEDescription`; `null` under the AWS owned key.
        #[from("dynamodb:DescribeTable")]
        kms_key_arn: Option<String>,
        #[from("dynamodb:DescribeTable", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("dynamodb:DescribeTable", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Whether point-in-time recovery is enabled.
        #[from("dynamodb:DescribeContinuousBackups")]
        pitr: bool,
        /// The recovery period of PITR, 1-35; `null` if PITR is disabled.
        #[from("dynamodb:DescribeContinuousBackups")]
        pitr_days: Option<i64>,
        #[from("dynamodb:DescribeContinuousBackups")]
        earliest_restorable_at: Option<DateTime<Utc>>,
        #[from("dynamodb:DescribeContinuousBackups")]
        latest_restorable_at: Option<DateTime<Utc>>,
        #[from("dynamodb:DescribeTable")]
        deletion_protection: bool,
        /// Whether TTL is enabled.
        #[from("dynamodb:DescribeTimeToLive")]
        ttl: bool,
        /// The resource-based policy of the table, as a JSON string.
        #[from("dynamodb:GetResourcePolicy")]
        policy: Option<String>,
        /// Whether its capacity mode is on-demand; otherwise it is provisioned.
        #[from("dynamodb:DescribeTable")]
        on_demand: bool,
        /// The names of its global secondary indexes.
        #[from("dynamodb:DescribeTable")]
        indexes: Vec<String>,
        /// The scalable targets of the table and of its indexes.
        #[from("application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies")]
        scaling: Vec<Scaling>,
        /// The alarms on metrics of the table and of its indexes.
        #[from("cloudwatch:DescribeAlarms")]
        alarms: Vec<Alarm>,
        #[from("dynamodb:DescribeTable")]
        restored_from: Option<RestoredFrom>,
        #[from("dynamodb:DescribeTable")]
        replicas: Vec<Replica>,
        #[from("dynamodb:DescribeTable")]
        size_bytes: Option<i64>,
    }
}

same_properties! {
    /// A global table in a template; in a live account, each replica is a [`Table`].
    GlobalTable as Table = "AWS::DynamoDB::GlobalTable", operation: "dynamodb:ListTables"
}

properties! {
    /// A backup of a table.
    Backup = "AWS::DynamoDB::Backup", operation: "dynamodb:ListBackups" {
        /// The table's ARN.
        source_arn: String,
        /// `CREATING`, `AVAILABLE` or `DELETED`.
        status: String,
        /// `USER`, `SYSTEM` or `AWS_BACKUP`.
        backup_type: String,
        expires_at: Option<DateTime<Utc>>,
        size_bytes: Option<i64>,
    }
}

/// The table, the index and the capacity of a scalable target: `table/orders/index/by-date` and `dynamodb:index:ReadCapacityUnits`, or
/// `table/orders` and `dynamodb:table:ReadCapacityUnits` (Application Auto Scaling API reference, ScalableTarget, ResourceId and
/// ScalableDimension). `None` for one of another form.
pub fn scaled<'t>(resource_id: &'t str, dimension: &str) -> Option<(&'t str, Option<&'t str>, &'static str)> {
    let name = resource_id.strip_prefix("table/")?;
    let (table, index) = name.split_once("/index/").map_or((name, None), |(table, index)| (table, Some(index)));
    let (kind, units) = dimension.strip_prefix("dynamodb:")?.split_once(':')?;
    let capacity = match units {
        "ReadCapacityUnits" => "read",
        "WriteCapacityUnits" => "write",
        _ => return None,
    };
    (kind == if index.is_some() { "index" } else { "table" }).then_some((table, index, capacity))
}

/// The table and the index that a metric of this namespace belongs to, by the names and values of its dimensions. A metric of an index has the
/// dimensions `TableName` and `GlobalSecondaryIndexName` (DynamoDB developer guide, "DynamoDB Metrics and dimensions").
pub fn watched<'m>(namespace: &str, dimensions: impl IntoIterator<Item = (&'m str, &'m str)>) -> Option<(&'m str, Option<&'m str>)> {
    let (mut table, mut index) = (None, None);
    for (name, value) in dimensions {
        match name {
            "TableName" => table = Some(value),
            "GlobalSecondaryIndexName" => index = Some(value),
            _ => {}
        }
    }
    table.filter(|_| namespace == "AWS/DynamoDB").map(|table| (table, index))
}
