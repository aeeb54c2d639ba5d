//! Where the data of a resource is that holds none itself: the volumes of an ONTAP file system.

use super::context::Join;
use super::data_type::{DataType, HoldsData, IsData};
use super::facts::HeldIn;
use super::unread::why_unread;
use crate::inventory::{DEPLOYED, Outcome, Resource, add_new, unless};

/// The resources that hold the data of another; `None` for one that holds its data itself.
///
/// # Errors
/// Why there may be more of them, or why it is unknown whether they hold data or a plan selects them.
pub fn held_in(join: &Join, data_type: &DataType, resource: &Resource) -> Outcome<Option<Vec<HeldIn>>> {
    let IsData::WhenHeld(HoldsData { does, instead: Some(instead) }) = &data_type.is_data else { return Ok(None) };
    if does(resource).map_err(|property| why_unread(join.index.shard, resource, property))? {
        return Ok(None);
    }
    let mut reasons = join.index.missing(&[instead.listed_by]);
    let mut found = Vec::new();
    for holder in (instead.of)(join.index, resource) {
        if let Some(IsData::WhenHeld(holds)) = join.data_type(holder).map(|data_type| &data_type.is_data) {
            match (holds.does)(holder) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(property) => {
                    add_new(&mut reasons, why_unread(join.index.shard, holder, property));
                    continue;
                }
            }
        }
        let known = join.backed_up_as(holder);
        let own = join.plans.consider(holder, known);
        let (selected, unread) = join.plans.reaching(&own, known, holder.created_at, join.as_of);
        let in_backup_plan = if selected.iter().any(|selected| !selected.blocked) { Ok(true) } else { unless(unread, false) };
        found.push(HeldIn { id: holder.id.clone(), name: holder.name.clone(), in_backup_plan: in_backup_plan.into() });
    }
    // A template need not declare what holds the data.
    if found.is_empty() && resource.declared.is_some() {
        add_new(&mut reasons, [DEPLOYED.to_owned()]);
    }
    unless(reasons, Some(found))
}
