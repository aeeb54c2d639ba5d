//! Replicas of DynamoDB tables in Terraform: separate tables in their Regions, with the name of their table. Each replica has its own
//! recovery, deletion protection and tags; the kind of encryption and TTL are the same for all ("Global tables: how it works", DynamoDB
//! developer guide; provider, `replica` of `aws_dynamodb_table`, `aws_dynamodb_table_replica`).

use super::scaling::{MODE, indexes};
use super::{ARN, DEFAULT_PITR_DAYS, POLICY, POLICY_PART, TABLE, TTL, policy};
use crate::inventory::DEPLOYED;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{DESTROYED, Declaration, Language, Node, PRESENCE, PROVIDER_REGION, Unknown, Value};
use crate::template::encryption::{Switch, apply, switch_of};
use crate::template::stack::{find, find_blocks};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, row};
use serde_json::Value as Json;

const TYPE: &str = "aws_dynamodb_table_replica";
const OF: Paths = ["", "global_table_arn"];
const PITR: Paths = ["", "point_in_time_recovery"];
const KEY: Paths = ["", "kms_key_arn"];

/// The arguments that a block and a separate resource share.
const ALIKE: [&str; 3] = ["point_in_time_recovery", "deletion_protection_enabled", "kms_key_arn"];

/// A replica.
pub static REPLICA: Table = Table {
    type_name: "AWS::DynamoDB::Table",
    terraform: &[TYPE],
    identity: Identity { named_by_arn: true, ..Identity::named(OF, ARN) },
    rows: &[
        // Both are false by default (provider).
        row("pitr", PITR, As::Bool, Absent::False),
        row("deletion_protection", ["", "deletion_protection_enabled"], As::Bool, Absent::False),
        row("pitr_days", PITR, As::By(days), Absent::Null),
        row("ttl", ["", ""], As::Bool, Absent::By(ttl)),
        row("policy", POLICY, As::Parts(policy), Absent::Null),
        row("on_demand", ["", ""], As::Bool, Absent::By(on_demand)),
        row("indexes", ["", ""], As::Texts, Absent::By(|scope| indexes(&table(scope)?))),
        row("scaling", ["", ""], As::Texts, Absent::Unknown("scalable targets in the Region of the replica are not followed")),
        row("alarms", ["", ""], As::Texts, Absent::Unknown(DEPLOYED)),
        row("replicas", ["", ""], As::Texts, Absent::Unknown("the table lists its replicas")),
    ],
    also: &[KEY],
    parts: &[POLICY_PART],
    more: Some(More { properties: &["encrypted", "kms_key_arn", "key_manager", "key_state"], fill: encryption }),
    ..BLANK
};

/// The provider enables a replica's recovery without a period, which then is 35 days (API, PointInTimeRecoverySpecification).
fn days(scope: &Scope, node: &Node) -> Outcome {
    Ok(if scope.bool(node)? { DEFAULT_PITR_DAYS.into() } else { Json::Null })
}

/// The table of a replica.
fn table<'s, 'd>(scope: &Scope<'s, 'd>) -> Outcome<Scope<'s, 'd>> {
    let named = scope.find(OF).and_then(|node| scope.stack.named(node, |table| *table == TABLE));
    match named.and_then(|found| scope.stack.entries.get(found)) {
        Some(entry) => Ok(Scope { stack: scope.stack, entry, node: &entry.body }),
        None => Err(vec!["its table, which is not in the template, sets it".to_owned()]),
    }
}

/// All replicas have the same capacity mode.
fn on_demand(scope: &Scope) -> Outcome {
    Ok((table(scope)?.text_at(MODE)?.as_deref() == Some("PAY_PER_REQUEST")).into())
}

fn ttl(scope: &Scope) -> Outcome {
    table(scope)?.bool_at(TTL, false).map(Json::from)
}

/// A replica has its table's kind of encryption and its own key.
fn encryption(scope: &Scope, built: &mut Built) {
    let key = scope.find(KEY);
    let of_table = || {
        let table = table(scope)?;
        TABLE.encryption.as_ref().map_or(Ok(Switch::Off), |encryption| switch_of(&table, encryption))
    };
    let flag = match (of_table(), key) {
        // "Should only be used if the key is different from the default KMS-managed DynamoDB key" (provider, `kms_key_arn`).
        (Err(_), Some(_)) => Ok(Switch::On),
        (Ok(Switch::Off), Some(_)) => Err(vec!["the replica names a key, but its table has the encryption of AWS's own key".to_owned()]),
        (flag, _) => flag,
    };
    apply(scope, flag, Some(KeyManager::AwsOwned), KeyManager::Aws, key, built);
}

/// The replicas that a table declares in blocks, as declarations of separate resources.
pub fn in_blocks(table: &Declaration) -> Vec<Declaration> {
    if table.language != Language::Terraform || table.setting(DESTROYED).is_some() {
        return Vec::new();
    }
    let blocks = match find_blocks(&table.body, "replica") {
        Some(Node { value: Value::List(blocks), .. }) => blocks.as_slice(),
        Some(block) => std::slice::from_ref(block),
        None => &[],
    };
    let blocks = blocks.iter().filter(|block| block.value != Value::Null).enumerate();
    blocks.map(|(index, block)| replica_in_block(table, block, index)).collect()
}

fn replica_in_block(table: &Declaration, block: &Node, index: usize) -> Declaration {
    let region = find(block, "region_name").cloned().unwrap_or_else(|| not_known(block, "the Region of the replica is not set"));
    let key = match &region.value {
        Value::Text(region) => format!("{region:?}"),
        _ => index.to_string(),
    };
    let arn = Value::Reference { id: table.id.as_str().into(), attribute: "arn".into() };
    let mut body = vec![("global_table_arn".to_owned(), Node::new(block.at, arn)), ("region".to_owned(), region)];
    body.extend(ALIKE.iter().filter_map(|name| Some(((*name).to_owned(), find(block, name)?.clone()))));
    body.extend(tags(table, block).map(|tags| ("tags_all".to_owned(), tags)));
    let mut settings: Vec<_> = table.settings.iter().filter(|(name, _)| name != PROVIDER_REGION).cloned().collect();
    if let Value::Unknown(_) = &block.value {
        settings.retain(|(name, _)| name != PRESENCE);
        settings.push((PRESENCE.to_owned(), block.clone()));
    }
    Declaration {
        type_name: TYPE.to_owned(),
        id: format!("{}.replica[{key}]", table.id),
        at: block.at,
        body: Node::new(block.at, Value::Map(body)),
        settings,
        ..table.clone()
    }
}

/// The table's tags, if the block propagates them: "Whether to propagate the global table's tags to a replica. Default is false"
/// (provider).
fn tags(table: &Declaration, block: &Node) -> Option<Node> {
    match find(block, "propagate_tags") {
        Some(Node { value: Value::Bool(true), .. }) => find(&table.body, "tags_all|tags").cloned(),
        None | Some(Node { value: Value::Bool(false), .. }) => None,
        Some(other) => Some(not_known(other, "whether the table's tags are propagated is not known")),
    }
}

/// The value if it is unknown; otherwise an unknown value with this reason.
fn not_known(node: &Node, why: &str) -> Node {
    match &node.value {
        Value::Unknown(_) => node.clone(),
        _ => Node::new(node.at, Value::Unknown(Unknown::new(why, format!("${{{why}}}")))),
    }
}
