//! CloudFormation stacks: the data that they own. CloudFormation writes the stack of a resource into a tag of it.

use super::context::Join;
use super::facts::{Facts, StackFacts};
use super::unread::{why_tags_unread, why_unread};
use crate::inventory::types::cloudformation::{STACK_TAG, Stack};
use crate::inventory::{Outcome, Resource, add_new, unless};
use std::collections::HashMap;

/// The highest number of data resources of a stack that the facts name.
const NAMED_DATA: usize = 20;

/// The data of the root stacks of a shard, worked out once. A stack makes resources in its own account and Region only.
#[derive(Default)]
pub struct StackData<'a> {
    /// By the ARN of the root stack.
    owned: HashMap<&'a str, Vec<&'a Resource>>,
    /// Why a root stack may own data, by its ARN: whether the resource counts as data is not known.
    perhaps: HashMap<&'a str, Vec<String>>,
    /// Why any stack may own more data.
    unread: Vec<String>,
}

impl<'a> StackData<'a> {
    /// Finds the root stack of each data resource. `data` has the data resources of the shard, with their facts, and whether they are exempt.
    pub fn new(join: &Join<'a>, data: &[(&'a Resource, &Facts, bool)]) -> Self {
        let stacks: HashMap<&str, (&Resource, &Stack)> = join
            .index
            .shard
            .resources
            .iter()
            .filter_map(|resource| Some((resource.arn.as_str(), (resource, resource.get::<Stack>()?))))
            .collect();
        let mut found = StackData::default();
        if stacks.is_empty() {
            return found;
        }
        add_new(&mut found.unread, join.index.missing(&listings(join)));
        for (resource, facts, _) in data.iter().filter(|(_, _, exempt)| !exempt) {
            let counts = match facts {
                Facts::Data(protection) => protection.counts_as_data.outcome(),
                _ => continue,
            };
            let Some(tag) = resource.tags().get(STACK_TAG).read().copied() else {
                if counts != Ok(&false) {
                    add_new(&mut found.unread, why_tags_unread(join.index.shard, resource, &[STACK_TAG.to_owned()]));
                }
                continue;
            };
            // A deleted stack may have left the resource behind.
            let Some((arn, (stack, properties))) = tag.and_then(|tag| stacks.get_key_value(tag)) else { continue };
            let root = match properties.root_arn.read() {
                Some(root) => root.as_deref().unwrap_or(arn),
                None => {
                    add_new(&mut found.unread, why_unread(join.index.shard, stack, "root_arn"));
                    arn
                }
            };
            match counts {
                Ok(true) => found.owned.entry(root).or_default().push(resource),
                Ok(false) => {}
                Err(reasons) => add_new(found.perhaps.entry(root).or_default(), reasons.iter().cloned()),
            }
        }
        found
    }

    /// Whether a root stack owns data.
    ///
    /// # Errors
    /// Why that is not known.
    fn owns(&self, stack: &str) -> Outcome<bool> {
        if self.owned.contains_key(stack) {
            return Ok(true);
        }
        let perhaps = self.perhaps.get(stack).into_iter().flatten();
        unless(self.unread.iter().chain(perhaps).cloned().collect(), false)
    }
}

/// The operations that list data, and those that read the Regions of data. Data whose Region is unknown is not in the shard.
fn listings(join: &Join) -> Vec<&'static str> {
    let placed = join.data_types.iter().map(|data_type| data_type.info).filter(|info| info.is_placed_by_another());
    join.data_listings().chain(placed.flat_map(|info| info.sources_of("region"))).collect()
}

/// The facts of a stack.
pub fn stack_facts(stacks: &StackData, resource: &Resource) -> Facts {
    let is_nested = resource.get::<Stack>().is_some_and(|stack| stack.root_arn.present().is_some());
    let owned = stacks.owned.get(resource.arn.as_str()).into_iter().flatten();
    let mut data: Vec<String> = owned.map(|resource| resource.arn.clone()).collect();
    data.sort();
    let count = data.len() as i64;
    data.truncate(NAMED_DATA);
    let owns_data = if is_nested { Ok(false) } else { stacks.owns(&resource.arn) };
    StackFacts { owns_data: owns_data.into(), data: data.into(), data_count: count.into() }.into()
}
