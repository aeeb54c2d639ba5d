//! CloudWatch log groups, with their subscription filters.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Node, Value};
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Row, Table, part, row};
use crate::template::takes::Takes;
use serde_json::Value as Json;

const SUBSCRIPTIONS: Paths = ["+subscriptions", "+subscriptions"];

/// A log group.
pub static LOG_GROUP: Table = Table {
    type_name: "AWS::Logs::LogGroup",
    cloudformation: &["AWS::Logs::LogGroup"],
    terraform: &["aws_cloudwatch_log_group"],
    identity: Identity::named(["LogGroupName", "name"], "arn:{partition}:logs:{region}:{account}:log-group:{id}"),
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // Without a key, CloudWatch Logs encrypts with a key of its own (user guide, "Encrypt log data in CloudWatch Logs using AWS Key
        // Management Service").
        on: KeyManager::AwsOwned,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        // STANDARD by default (API, CreateLogGroup, logGroupClass).
        row("log_group_class", ["LogGroupClass", "log_group_class"], As::Text, Absent::Text("STANDARD")).takes(CLASSES),
        // "By default, the log events do not expire" (API, CreateLogGroup); the provider writes 0 for that.
        row("retention_days", ["RetentionInDays", "retention_in_days"], As::By(retention), Absent::Null).takes(DAYS),
        // No template declares a retention policy of the account (CloudFormation, AWS::Logs::AccountPolicy, PolicyType; provider).
        row("retention_policy", ["", ""], As::Text, Absent::Null),
        row("deletion_protection", ["DeletionProtectionEnabled", "deletion_protection_enabled"], As::Bool, Absent::False),
        row("subscriptions", SUBSCRIPTIONS, As::List(SUBSCRIPTION), Absent::Empty),
    ],
    parts: &[part(
        &["AWS::Logs::SubscriptionFilter", "aws_cloudwatch_log_subscription_filter"],
        "LogGroupName|log_group_name",
        "+subscriptions",
    )],
    ..BLANK
};

const CLASSES: Takes = Takes::Words(&["STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS", "DELIVERY"]);

/// API, PutRetentionPolicy, retentionInDays; 0 is the provider's word for ever.
const DAYS: Takes =
    Takes::Numbers(&[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]);

const SUBSCRIPTION: &[Row] = &[
    row("name", ["FilterName|+id", "name|+id"], As::Name, Absent::Text("")),
    row("destination_arn", ["DestinationArn", "destination_arn"], As::By(destination), Absent::Unknown("no destination")),
    row("filter_pattern", ["FilterPattern", "filter_pattern"], As::Name, Absent::Text("")),
];

fn retention(scope: &Scope, node: &Node) -> Outcome {
    let days = scope.int(node)?;
    Ok(if days == 0 { Json::Null } else { days.into() })
}

/// What a subscription can send to, with the ARN's service and kind (API, PutSubscriptionFilter, destinationArn).
const DESTINATIONS: [([&str; 2], &str); 4] = [
    (["AWS::KinesisFirehose::DeliveryStream", "aws_kinesis_firehose_delivery_stream"], "firehose:{place}:deliverystream/"),
    (["AWS::Kinesis::Stream", "aws_kinesis_stream"], "kinesis:{place}:stream/"),
    (["AWS::Lambda::Function", "aws_lambda_function"], "lambda:{place}:function:"),
    (["AWS::Logs::Destination", "aws_cloudwatch_log_destination"], "logs:{place}:destination:"),
];

/// The ARN of the destination. Of a declared one, the ARN says its service, which is what rules ask for.
fn destination(scope: &Scope, node: &Node) -> Outcome {
    if let Value::Reference { id, .. } = &node.value
        && let Some(declaration) = scope.stack.declaration(id)
        && let Some((_, arn)) = DESTINATIONS.iter().find(|(types, _)| types.contains(&declaration.type_name.as_str()))
    {
        let place = format!("{}:{}", scope.stack.region_of(scope.entry).text, scope.stack.account_of(scope.entry).text);
        return Ok(format!("arn:aws:{}${{{id}}}", arn.replace("{place}", &place)).into());
    }
    let text = scope.text(node)?;
    if text.unknown.is_empty() || text.text.starts_with("arn:") { Ok(text.text.into()) } else { Err(text.unknown) }
}
