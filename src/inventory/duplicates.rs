//! Merges resources that an inventory has several times.

use super::{CoverageEntry, CoverageStatus, Fact, Resource, Shard};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Merges the copies of each resource into the first, and logs it. If copies differ, the properties that differ become unread and the inventory is
/// incomplete, because it does not show which copy is right.
///
/// # Errors
/// Copies that are not the same resource: they differ in id, name or creation time.
pub fn merge(shard: &mut Shard) -> Result<(), String> {
    let mut first: HashMap<(&str, &str), usize> = HashMap::with_capacity(shard.resources.len());
    let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, resource) in shard.resources.iter().enumerate() {
        let kept = *first.entry((&resource.type_name, &resource.arn)).or_insert(at);
        if kept != at {
            copies.entry(kept).or_default().push(at);
        }
    }
    if copies.is_empty() {
        return Ok(());
    }
    for (kept, others) in &copies {
        let differing = differing(&shard.resources, *kept, others)?;
        let count = others.len() + 1;
        let Some(resource) = shard.resources.get_mut(*kept) else { continue };
        leave_out(resource, &differing);
        let (status, how) = if differing.is_empty() {
            (CoverageStatus::Ok, "judged once".to_owned())
        } else {
            let names: Vec<&str> = differing.iter().map(String::as_str).collect();
            (CoverageStatus::Failed, format!("its copies differ, so this is unknown: {}", names.join(", ")))
        };
        let note = format!("{} {} appears {count} times: {how}", resource.type_name, resource.arn);
        let entry = CoverageEntry::reading_note(&shard.account, &shard.region, status, count as u64, note);
        shard.coverage.entries.push(entry);
    }
    let gone: BTreeSet<usize> = copies.into_values().flatten().collect();
    let mut at = 0..;
    shard.resources.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
    Ok(())
}

/// The properties in which copies differ; `tags` is one of them.
fn differing(resources: &[Resource], kept: usize, others: &[usize]) -> Result<BTreeSet<String>, String> {
    let mut differing = BTreeSet::new();
    let Some(kept) = resources.get(kept) else { return Ok(differing) };
    for other in others.iter().filter_map(|other| resources.get(*other)) {
        if (&kept.id, &kept.name, kept.created_at) != (&other.id, &other.name, other.created_at) {
            let what = "appears several times with a different id, name or creation time, so the inventory does not show which one exists";
            return Err(format!("{} {} {what}; collect it again", kept.type_name, kept.arn));
        }
        if kept.tags != other.tags {
            differing.insert("tags".to_owned());
        }
        let (kept, other) = (&kept.properties, &other.properties);
        let names = [kept.read_names(), other.read_names()].concat();
        differing.extend(names.into_iter().filter(|name| kept.json(name) != other.json(name)));
    }
    Ok(differing)
}

fn leave_out(resource: &mut Resource, names: &BTreeSet<String>) {
    if names.contains("tags") {
        resource.tags = Fact::Unread;
    }
    names.iter().for_each(|name| resource.properties.forget(name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Coverage;
    use serde_json::json;

    fn volume(encrypted: bool) -> Resource {
        let line = json!({
            "type": "AWS::EC2::Volume", "arn": "arn:aws:ec2:us-east-1:111122223333:volume/vol-1", "account": "111122223333",
            "region": "us-east-1", "id": "vol-1", "tags": {"a": "b"}, "properties": {"encrypted": encrypted, "size_bytes": 1}
        });
        serde_json::from_value(line).expect("a resource")
    }

    fn shard(resources: Vec<Resource>) -> Shard {
        Shard { account: "111122223333".to_owned(), region: "us-east-1".to_owned(), resources, ..Shard::default() }
    }

    #[test]
    fn copies_are_one_resource_and_told() {
        let mut five_thousand = shard(vec![volume(true); 5_000]);
        merge(&mut five_thousand).expect("the same resource");
        assert_eq!(five_thousand.resources, [volume(true)]);
        let [entry] = five_thousand.coverage.entries.as_slice() else { panic!("one entry") };
        assert_eq!((entry.status, entry.items), (CoverageStatus::Ok, 5_000));
        let told: Vec<&str> = Coverage::reading_notes(&five_thousand.coverage.entries).collect();
        assert_eq!(told, ["AWS::EC2::Volume arn:aws:ec2:us-east-1:111122223333:volume/vol-1 appears 5000 times: judged once"]);
    }

    #[test]
    fn what_differs_is_not_known_whatever_the_order() {
        for values in [[true, false], [false, true]] {
            let mut differ = shard(values.map(volume).to_vec());
            differ.resources[1].tags = serde_json::from_value(json!({"a": "c"})).expect("tags");
            merge(&mut differ).expect("the same resource");
            let [resource] = differ.resources.as_slice() else { panic!("one resource") };
            assert_eq!((resource.properties.json("encrypted"), resource.properties.json("size_bytes")), (None, Some(json!(1))));
            assert!(resource.tags.is_unread());
            assert_eq!(differ.coverage.entries[0].status, CoverageStatus::Failed);
        }
    }

    #[test]
    fn two_resources_of_one_arn_are_refused() {
        let mut other = volume(true);
        other.created_at = Some("2026-11-22T07:00:00Z".parse().expect("a time"));
        assert!(merge(&mut shard(vec![volume(true), other])).is_err());
    }
}
