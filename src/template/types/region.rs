//! Settings of a Region. CloudFormation has no resource for them.

use super::{Absent, As, BLANK, Ends, Identity, Table, row};
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Node, Value};
use serde_json::{Map, Value as Json};

/// What AWS Backup backs up in a Region.
pub const SETTINGS: Table = Table {
    type_name: "AWS::Region",
    terraform: &["aws_backup_region_settings"],
    identity: Identity::numbered(["", ""], "arn:{partition}:account:{region}:{account}:region"),
    tags: ["", ""],
    rows: &[row("opt_in", ["", "resource_type_opt_in_preference"], As::By(opt_in), Absent::Unknown("the preference is not written"))],
    ends: Ends::PLAIN,
    ..BLANK
};

/// By AWS Backup's names of the types. Those that are not named keep what the account has, which counts as opted in.
fn opt_in(scope: &Scope, node: &Node) -> Outcome {
    let Value::Map(entries) = &node.value else {
        return Err(scope.reasons(node).unwrap_or_else(|| vec!["the preference is no map".to_owned()]));
    };
    let entry = |(name, node): &(String, Node)| Ok((name.clone(), scope.bool(node)?.into()));
    entries.iter().map(entry).collect::<Outcome<Map<String, Json>>>().map(Json::Object)
}
