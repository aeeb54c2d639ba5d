//! Checks that a resource's `Metadata` suppresses in other tools: `guard: {SuppressedRules: […]}` (AWS CloudFormation Guard), `cfn_nag:
//! {rules_to_suppress: [{id}]}` (cfn_nag; cdk-nag alike), `checkov: {skip: [{id}]}`.

use crate::template::declaration::short;

use super::tree::{Data, Raw};

/// Tool, the key of its list, and the key of a check's id in an element that is a map.
const LISTS: [(&str, &str, &str); 4] = [
    ("guard", "SuppressedRules", "id"),
    ("cfn_nag", "rules_to_suppress", "id"),
    ("cdk_nag", "rules_to_suppress", "id"),
    ("checkov", "skip", "id"),
];

/// The checks with their tool: `cfn_nag W35`.
pub fn in_metadata(metadata: &Raw) -> Vec<String> {
    let mut found = Vec::new();
    for (tool, list, id) in LISTS {
        let Some(Data::List(items)) = metadata.get(tool).and_then(|tool| tool.get(list)).map(|list| &list.data) else { continue };
        let ids = items.iter().filter_map(|item| item.scalar().or_else(|| item.get(id)?.scalar()));
        found.extend(ids.map(|id| format!("{tool} {}", short(&id))));
    }
    found
}
