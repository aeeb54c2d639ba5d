//! Properties that this version of rel9 does not know, in an inventory that a newer version wrote.

use super::{CoverageEntry, CoverageStatus, Resource, Shard};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of properties of a type that a note names.
const NAMED: usize = 20;

/// The unknown properties by account, Region and type.
#[derive(Default)]
pub struct NewerProperties(BTreeMap<(String, String), BTreeMap<String, Found>>);

#[derive(Default)]
struct Found {
    properties: BTreeSet<String>,
    resources: u64,
}

impl NewerProperties {
    /// Adds the unknown properties of a resource, written as `schedules.0.copies.1.tier`.
    pub fn add(&mut self, resource: &Resource, properties: Vec<String>) {
        if properties.is_empty() {
            return;
        }
        let of_shard = self.0.entry((resource.account.clone(), resource.region.clone())).or_default();
        let found = of_shard.entry(resource.type_name.clone()).or_default();
        found.resources += 1;
        found.properties.extend(properties.iter().map(|path| without_places(path)));
    }

    /// Logs the unknown properties of a shard in its coverage.
    pub fn log(&self, shard: &mut Shard) {
        let found = self.0.get(&(shard.account.clone(), shard.region.clone())).into_iter().flatten();
        let entries = found.map(|(type_name, Found { properties, resources })| {
            let mut names = properties.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            if properties.len() > NAMED {
                names.push_str(&format!(" and {} more", properties.len() - NAMED));
            }
            let count = if *resources == 1 { "1 resource".to_owned() } else { format!("{resources} resources") };
            let note = format!(
                "this version of rel9 does not know these properties of {type_name}, and does not judge them: {names} (in {count})"
            );
            CoverageEntry::reading_note(&shard.account, &shard.region, CoverageStatus::Ok, *resources, note)
        });
        shard.coverage.entries.extend(entries);
    }
}

/// `schedules.0.copies.1.tier` as `schedules[].copies[].tier`.
fn without_places(path: &str) -> String {
    let mut spelt = String::new();
    for step in path.split('.') {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            spelt.push_str("[]");
            continue;
        }
        if !spelt.is_empty() {
            spelt.push('.');
        }
        spelt.push_str(step);
    }
    spelt
}
