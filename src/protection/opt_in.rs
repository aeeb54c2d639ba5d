use super::selection::Reach;
use crate::inventory::Resource;
use std::collections::BTreeMap;
pub fn backup_type(r: &Resource) -> &'static str { crate::inventory::types::find(&r.type_name).and_then(|i| i.backup_type).unwrap_or("") }
pub fn blocked(map: &BTreeMap<String, bool>, t: &str, _: Reach) -> bool { map.get(t) == Some(&false) }
pub fn always_applies(_: &str) -> bool { false }
pub fn air_gapped_supported(_: &str) -> bool { true }
