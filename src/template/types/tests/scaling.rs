//! What scales tables, and roles of policies: resources that others name.

use super::build::{cfn, concat, has, reasons, reference, resource, resources, tf, unknown, value};
use serde_json::json;

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
