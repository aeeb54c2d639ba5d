//! What scales tables, and roles of policies: resources that others name.

use super::build::{cfn, concat, has, reasons, reference, resource, resources, tf, unknown, value};
use crate::inventory::DEPLOYED;
use crate::template::declaration::Declaration;
use serde_json::{Value as Json, json};

#[test]
fn tables_scale_by_targets_and_policies_of_their_own() {
    let target = |resource: serde_json::Value, more: serde_json::Value| {
        let mut body =
            json!({ "ServiceNamespace": "dynamodb", "ResourceId": resource, "ScalableDimension": "dynamodb:table:ReadCapacityUnits" });
        body["MinCapacity"] = json!(5);
        body["MaxCapacity"] = json!(50);
        more.as_object().into_iter().flatten().for_each(|(key, value)| body[key] = value.clone());
        cfn("Reads", "AWS::ApplicationAutoScaling::ScalableTarget", body)
    };
    let policy = cfn("Policy", "AWS::ApplicationAutoScaling::ScalingPolicy", json!({ "ScalingTargetId": reference("Reads", "Ref") }));
    let table = |body: serde_json::Value| cfn("Table", "AWS::DynamoDB::Table", body);
    let found = |target: crate::template::declaration::Declaration| resource(&[table(json!({})), target, policy.clone()]);
    let reads = |suspended: bool| json!([{ "index": null, "capacity": "read", "min_capacity": 5, "max_capacity": 50, "suspended": suspended, "policy": true }]);
    has(&resource(&[table(json!({}))]), json!({ "on_demand": false, "indexes": [], "scaling": [] }));
    has(&resource(&[table(json!({ "BillingMode": "PAY_PER_REQUEST" }))]), json!({ "on_demand": true }));
    let by_reference = concat(&[json!("table/"), reference("Table", "Ref")]);
    has(&found(target(by_reference.clone(), json!({}))), json!({ "scaling": reads(false) }));
    let suspended = json!({ "SuspendedState": { "DynamicScalingOutSuspended": true } });
    has(&found(target(by_reference.clone(), suspended)), json!({ "scaling": reads(true) }));
    // Other services scale too.
    has(&found(target(json!("table/other"), json!({}))), json!({ "scaling": [] }));
    has(&found(target(concat(&[json!("service/"), unknown("why")]), json!({}))), json!({ "scaling": [] }));
    for resource in [unknown("why"), concat(&[json!("table/"), unknown("why")])] {
        assert!(!reasons(&found(target(resource, json!({}))), "scaling").is_empty());
    }
    assert_eq!(reasons(&found(target(by_reference, json!({ "MaxCapacity": unknown("why") }))), "scaling"), ["why"]);

    let table = tf("aws_dynamodb_table.t", "aws_dynamodb_table", json!({ "name": "t", "global_secondary_index": [{ "name": "i" }] }));
    let of_index = json!({ "resource_id": "table/t/index/i", "scalable_dimension": "dynamodb:index:WriteCapacityUnits", "min_capacity": 1, "max_capacity": 9 });
    let target = tf("aws_appautoscaling_target.w", "aws_appautoscaling_target", of_index);
    let dimension = reference("aws_appautoscaling_target.w", "scalable_dimension");
    let same = json!({ "resource_id": reference("aws_appautoscaling_target.w", "resource_id"), "scalable_dimension": dimension });
    let policy = tf("aws_appautoscaling_policy.w", "aws_appautoscaling_policy", same);
    let writes = json!([{ "index": "i", "capacity": "write", "min_capacity": 1, "max_capacity": 9, "suspended": false, "policy": true }]);
    has(&resource(&[table, target, policy]), json!({ "on_demand": false, "indexes": ["i"], "scaling": writes }));
}

#[test]
fn a_global_table_scales_by_settings_of_its_own() {
    let bounds = json!({ "MinCapacity": 5, "MaxCapacity": 50 });
    let writes = json!({ "WriteCapacityAutoScalingSettings": bounds });
    let reads = json!({ "ReadCapacityAutoScalingSettings": bounds });
    let body = json!({ "WriteProvisionedThroughputSettings": writes, "Replicas": [{ "Region": "eu-west-1", "ReadProvisionedThroughputSettings": reads }] });
    let scaling = |capacity: &str| json!({ "index": null, "capacity": capacity, "min_capacity": 5, "max_capacity": 50, "suspended": false, "policy": true });
    let found = resource(&[cfn("G", "AWS::DynamoDB::GlobalTable", body)]);
    has(&found, json!({ "on_demand": false, "scaling": [scaling("write"), scaling("read")] }));
    has(&resource(&[cfn("G", "AWS::DynamoDB::GlobalTable", json!({ "BillingMode": "PAY_PER_REQUEST" }))]), json!({ "on_demand": true }));
}

/// An alarm of CloudFormation on throttled reads of a table.
fn alarm(table: &Json, more: Json) -> Declaration {
    let dimensions = json!([{ "Name": "Operation", "Value": "Query" }, { "Name": "TableName", "Value": table }]);
    let mut body = json!({ "Namespace": "AWS/DynamoDB", "MetricName": "ReadThrottleEvents", "Dimensions": dimensions });
    more.as_object().into_iter().flatten().for_each(|(key, value)| body[key] = value.clone());
    cfn("Alarm", "AWS::CloudWatch::Alarm", body)
}

fn watched(name: &str, index: Option<&str>, metric: &str, actions: bool) -> Json {
    json!({ "name": name, "index": index, "metrics": [metric], "actions_enabled": actions })
}

#[test]
fn alarms_watch_the_tables_that_they_name() {
    let tables =
        || [cfn("Table", "AWS::DynamoDB::Table", json!({})), cfn("Other", "AWS::DynamoDB::Table", json!({ "TableName": "other" }))];
    let found = |alarm: Declaration| resources(&[tables().to_vec(), vec![alarm]].concat());
    let known = watched("Alarm", None, "ReadThrottleEvents", true);
    for of_table in [found(alarm(&reference("Table", "Ref"), json!({}))), found(alarm(&json!("other"), json!({})))] {
        let [with, without] = if value(&of_table[0], "alarms").is_array() { [0, 1] } else { [1, 0] };
        has(&of_table[with], json!({ "alarms": [known] }));
        // The account may have more.
        assert_eq!(reasons(&of_table[with], "alarms[]"), [DEPLOYED]);
        assert_eq!(reasons(&of_table[without], "alarms"), [DEPLOYED]);
    }
    let table = |more: Json| found(alarm(&reference("Table", "Ref"), more)).remove(0);
    let quiet = json!({ "ActionsEnabled": false, "AlarmName": "quiet", "MetricName": "SystemErrors" });
    has(&table(quiet), json!({ "alarms": [watched("quiet", None, "SystemErrors", false)] }));
    let dimensions =
        json!([{ "Name": "TableName", "Value": reference("Table", "Ref") }, { "Name": "GlobalSecondaryIndexName", "Value": "i" }]);
    has(&table(json!({ "Dimensions": dimensions })), json!({ "alarms": [watched("Alarm", Some("i"), "ReadThrottleEvents", true)] }));
    for other in [json!({ "Namespace": "AWS/EC2" }), json!({ "Namespace": null }), json!({ "Dimensions": null })] {
        assert_eq!(reasons(&table(other), "alarms"), [DEPLOYED]);
    }
    // Which table it is, or whether it is one, is not known.
    for open in [json!({ "Dimensions": unknown("why") }), json!({ "Dimensions": [{ "Name": "TableName", "Value": unknown("why") }] })] {
        assert_eq!(reasons(&table(open), "alarms"), ["whether Alarm belongs to it: why"]);
    }
    let metrics = json!({ "Namespace": null, "Dimensions": null, "Metrics": unknown("why") });
    assert_eq!(reasons(&table(metrics), "alarms"), ["whether Alarm belongs to it: why"]);
    assert_eq!(reasons(&table(json!({ "MetricName": unknown("why") })), "alarms"), ["why"]);
    assert_eq!(reasons(&table(json!({ "Namespace": unknown("why") })), "alarms"), ["why"]);
    assert_eq!(reasons(&table(json!({ "ActionsEnabled": unknown("why") })), "alarms"), ["why"]);
}

#[test]
fn alarms_on_sums_watch_the_tables_of_their_metrics() {
    let metric = |name: &str, table: Json, more: Json| {
        let metric = json!({ "Namespace": "AWS/DynamoDB", "MetricName": name, "Dimensions": [{ "Name": "TableName", "Value": table }] });
        let mut query = json!({ "Id": "m", "MetricStat": { "Metric": metric } });
        more.as_object().into_iter().flatten().for_each(|(key, value)| query[key] = value.clone());
        query
    };
    let own = |name: &str| metric(name, reference("Table", "Ref"), json!({}));
    let elsewhere = metric("SystemErrors", reference("Table", "Ref"), json!({ "AccountId": "444455556666" }));
    let sum = json!({ "Id": "e", "Expression": "m + n" });
    let metrics =
        json!([own("ReadThrottleEvents"), own("WriteThrottleEvents"), metric("SystemErrors", json!("other"), json!({})), elsewhere, sum]);
    let table = cfn("Table", "AWS::DynamoDB::Table", json!({}));
    let found = resource(&[table, cfn("Sum", "AWS::CloudWatch::Alarm", json!({ "Metrics": metrics }))]);
    let both = ["ReadThrottleEvents", "WriteThrottleEvents"].map(|metric| watched("Sum", None, metric, true));
    has(&found, json!({ "alarms": both }));

    let table = || tf("aws_dynamodb_table.t", "aws_dynamodb_table", json!({ "name": "t" }));
    let of = |body: Json| resource(&[table(), tf("aws_cloudwatch_metric_alarm.a", "aws_cloudwatch_metric_alarm", body)]);
    let dimensions = json!({ "TableName": reference("aws_dynamodb_table.t", "name") });
    let plain = json!({ "alarm_name": "a", "namespace": "AWS/DynamoDB", "metric_name": "ThrottledRequests", "dimensions": dimensions });
    has(&of(plain), json!({ "alarms": [watched("a", None, "ThrottledRequests", true)] }));
    let block = json!([{ "namespace": "AWS/DynamoDB", "metric_name": "SystemErrors", "dimensions": { "TableName": "t" } }]);
    let in_blocks = json!({ "alarm_name": "a", "actions_enabled": false, "metric_query": [{ "id": "m", "metric": block }, { "id": "e", "expression": "m" }] });
    has(&of(in_blocks), json!({ "alarms": [watched("a", None, "SystemErrors", false)] }));

    let global = cfn("Global", "AWS::DynamoDB::GlobalTable", json!({ "Replicas": [{ "Region": "eu-west-1" }] }));
    has(
        &resource(&[global, alarm(&reference("Global", "Ref"), json!({}))]),
        json!({ "alarms": [watched("Alarm", None, "ReadThrottleEvents", true)] }),
    );
}

#[test]
fn roles_that_the_template_declares_are_found() {
    let role = cfn("Role", "AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": { "Statement": [] } }));
    let policy = |role: serde_json::Value| cfn("P", "AWS::DLM::LifecyclePolicy", json!({ "ExecutionRoleArn": role }));
    let of = |body: serde_json::Value| resources(&[policy(body), role.clone()]);
    let found = of(reference("Role", "Arn"));
    let arn = "arn:aws:iam::111122223333:role/${Role}";
    let by_type = |name: &str| found.iter().find(|found| found.type_name == name).expect("a resource");
    assert_eq!(value(by_type("AWS::DLM::LifecyclePolicy"), "role_arn"), json!(arn));
    assert_eq!(by_type("AWS::IAM::Role").arn, arn);
    has(by_type("AWS::IAM::Role"), json!({ "exists": true, "trust_policy": "{\"Statement\":[]}" }));
    let outside = of(unknown("a parameter has no value"));
    let outside = outside.iter().find(|found| found.type_name == "AWS::DLM::LifecyclePolicy").expect("a policy");
    assert_eq!(reasons(outside, "role_arn"), ["a parameter has no value"]);
}

#[test]
fn one_type_of_terraform_is_directories_of_two_types() {
    let of = |body: serde_json::Value| resources(&[tf("aws_directory_service_directory.d", "aws_directory_service_directory", body)]);
    let type_of = |body: serde_json::Value| of(body).first().map(|found| found.type_name.clone());
    assert_eq!(type_of(json!({ "type": "MicrosoftAD" })).as_deref(), Some("AWS::DirectoryService::MicrosoftAD"));
    for simple in [json!({ "type": "SimpleAD" }), json!({}), json!({ "type": unknown("why") })] {
        assert_eq!(type_of(simple).as_deref(), Some("AWS::DirectoryService::SimpleAD"));
    }
    assert_eq!(type_of(json!({ "type": "ADConnector" })), None);
}
