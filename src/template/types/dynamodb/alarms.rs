//! CloudWatch alarms on metrics of tables, which are resources of their own. They are often in another stack than the table, so that a template
//! shows only alarms that are there, never that there is none.

use crate::inventory::{DEPLOYED, more_path, note};
use crate::template::convert::{Outcome, Scope, Unknown};
use crate::template::declaration::{Node, Value};
use crate::template::stack::{find, find_blocks};
use crate::template::table::{Absent, As, Part, Paths, Row, part, row};
use serde_json::{Value as Json, json};

const ALARMS: &str = "+alarms";

pub const ROW: Row = row("alarms", [ALARMS; 2], As::Parts(of_table), Absent::Unknown(DEPLOYED));

pub const PART: Part = Part {
    inside: Some(tables),
    ..part(&["AWS::CloudWatch::Alarm", "aws_cloudwatch_metric_alarm"], "Dimensions|Metrics|dimensions|metric_query", ALARMS)
};

const NAME: Paths = ["AlarmName|alarm_name|+id"; 2];
const NAMESPACE: Paths = ["Namespace|namespace"; 2];
const METRIC: Paths = ["MetricName|metric_name"; 2];
/// True by default (API, PutMetricAlarm, ActionsEnabled; provider).
const ACTIONS: Paths = ["ActionsEnabled|actions_enabled"; 2];

const TABLE: &str = "TableName";
const INDEX: &str = "GlobalSecondaryIndexName";

/// The values in an alarm that name tables.
fn tables(alarm: &Node) -> Vec<&Node> {
    metrics(alarm).filter_map(|metric| dimension(metric, TABLE)).collect()
}

/// What may be metrics of tables: the alarm's own metric, and those of a math expression. A metric of another account belongs to a table there.
fn metrics(alarm: &Node) -> impl Iterator<Item = &Node> {
    let here = |query: &&Node| matches!(query.value, Value::Unknown(_)) || find(query, "AccountId|account_id").is_none();
    let queries = items(find_blocks(alarm, "Metrics|metric_query")).iter().filter(here);
    let metrics = queries.filter_map(|query| find(query, "MetricStat.Metric|metric"));
    std::iter::once(alarm).chain(metrics).filter(|metric| match find(metric, NAMESPACE[0]).map(|node| &node.value) {
        Some(Value::Text(namespace)) => namespace == "AWS/DynamoDB",
        namespace => namespace.is_some(),
    })
}

fn items(node: Option<&Node>) -> &[Node] {
    match node {
        Some(Node { value: Value::List(nodes), .. }) => nodes,
        Some(node) => std::slice::from_ref(node),
        None => &[],
    }
}

/// The value of a metric's dimension; an unknown value that may be it. CloudFormation has a list of names and values, Terraform a map.
fn dimension<'n>(metric: &'n Node, name: &str) -> Option<&'n Node> {
    let dimensions = find(metric, "Dimensions|dimensions")?;
    match &dimensions.value {
        Value::List(pairs) => pairs.iter().find_map(|pair| {
            let of = find(pair, "Name|name")?;
            match &of.value {
                Value::Text(text) if text == name => find(pair, "Value|value"),
                Value::Text(_) => None,
                _ => Some(of),
            }
        }),
        Value::Map(_) => dimensions.get(name),
        _ => Some(dimensions),
    }
}

/// The alarms of the template on a table. There may be more in the account.
fn of_table(scope: &Scope, alarms: &Node, path: &str, nested: &mut Unknown) -> Outcome {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for alarm in scope.elements(alarms)? {
        match watches(scope, alarm) {
            Ok(found) => known.extend(found),
            Err(reasons) => unknown.extend(reasons),
        }
    }
    if known.is_empty() && !unknown.is_empty() {
        return Err(unknown);
    }
    unknown.push(DEPLOYED.to_owned());
    note(nested, &more_path(path), unknown);
    Ok(Json::Array(known))
}

/// What an alarm watches of a table and of its indexes.
fn watches(scope: &Scope, alarm: &Node) -> Outcome<Vec<Json>> {
    if let Some(reasons) = scope.reasons(alarm) {
        return Err(reasons);
    }
    let own = scope.at(alarm);
    let name = own.find(NAME).map(|name| own.text(name)).transpose()?.unwrap_or_default();
    let mut found = Vec::new();
    for metric in metrics(alarm) {
        if !dimension(metric, TABLE).is_some_and(|table| is_named(scope, table)) {
            continue;
        }
        let metric = scope.at(metric);
        let (Some(_), Some(metric_name)) = (metric.text_at(NAMESPACE)?, metric.text_at(METRIC)?) else { continue };
        found.push(json!({
            "name": name.text,
            "index": dimension(metric.node, INDEX).map(|index| scope.known_text(index)).transpose()?,
            "metrics": [metric_name],
            "actions_enabled": own.bool_at(ACTIONS, true)?,
        }));
    }
    Ok(found)
}

/// Whether a value names the table of the scope.
fn is_named(scope: &Scope, value: &Node) -> bool {
    let by_name = scope.stack.text(value).is_some_and(|text| text.text == scope.stack.physical_id(scope.entry).text);
    let named = || scope.stack.named(value, |table| *table == *scope.entry.table).and_then(|found| scope.stack.entries.get(found));
    by_name || named().is_some_and(|entry| entry.is(scope.entry))
}
