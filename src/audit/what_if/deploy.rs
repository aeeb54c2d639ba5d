//! Puts the plans, selections, vaults, policies and settings of templates into the shard of an account and Region, as a deployment would.
//! Data that the templates declare is left out: the question is what they do for the data that is there.

use super::document::{Deployment, Kind};
use super::earlier::{self, Earlier, is_selection, plan_of};
use crate::inventory::types::{self, ResourceType, account, backup, dlm, kms};
use crate::inventory::{Fact, Location, Resource, Shard, arn, is_symbolic};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

/// A shard after the deployment.
pub struct Deployed {
    pub shard: Shard,
    pub changes: Vec<Deployment>,
    /// ARNs of the plans and policies of the templates, in the shard.
    pub planned: BTreeSet<String>,
    /// Parts of the templates that could not be read: they may declare more.
    pub unread: Vec<String>,
    /// The names of the declarations that belong here.
    pub declared: BTreeSet<String>,
    /// ARNs of plans and policies of the inventory that the templates may change, or leave as they are; and why that is not known.
    pub perhaps_changed: BTreeMap<String, String>,
}

/// The types that a deployment changes: those that protect data, and the settings and keys that decide whether they can.
fn protects(resource: &Resource) -> bool {
    let name = resource.type_name.as_str();
    [
        backup::BackupPlan::INFO.name,
        backup::BackupSelection::INFO.name,
        backup::BackupVault::INFO.name,
        backup::RestoreTestingPlan::INFO.name,
        backup::RestoreTestingSelection::INFO.name,
        dlm::LifecyclePolicy::INFO.name,
        account::Region::INFO.name,
        kms::Key::INFO.name,
    ]
    .contains(&name)
}

/// What templates declare, or destroy, that protects data.
pub fn protecting(stacks: &[Shard]) -> impl Iterator<Item = &Resource> {
    stacks.iter().flat_map(|stack| stack.resources.iter().chain(&stack.destroyed)).filter(|resource| protects(resource))
}

/// Deploys the stacks at a moment. `live` stays as it is where they declare nothing for it.
pub fn deploy(live: &Shard, stacks: &[Shard], at: DateTime<Utc>) -> Deployed {
    let mut deployed = Deployed {
        shard: live.clone(),
        changes: Vec::new(),
        planned: BTreeSet::new(),
        unread: Vec::new(),
        declared: BTreeSet::new(),
        perhaps_changed: BTreeMap::new(),
    };
    for (number, stack) in stacks.iter().enumerate() {
        deployed.unread.extend(stack.coverage.unread_parts().map(|part| format!("{} may declare more: {}", part.part(), part.why_part())));
        let plans = stack.resources.iter().filter(|resource| is_plan(resource) && is_elsewhere(resource, live));
        let plans_elsewhere: BTreeSet<&str> = plans.map(|plan| plan.arn.as_str()).collect();
        // A selection is where its plan is.
        let of_plan_elsewhere = |resource: &Resource| plan_of(resource).is_some_and(|plan| plans_elsewhere.contains(plan));
        let here = |resource: &&Resource| {
            protects(resource) && !is_elsewhere(resource, live) && !of_plan_elsewhere(resource) && may_have_plan(resource, live, stacks)
        };
        let own: Vec<Resource> = stack.resources.iter().filter(here).map(|resource| of_stack(resource, number)).collect();
        deployed.add_stack(own, at);
        let gone: Vec<Resource> = stack.destroyed.iter().filter(here).cloned().collect();
        deployed.destroy(&gone);
    }
    deployed
}

/// Whether a declaration is of another account or Region: of its provider, or of the ARN that it has already.
fn is_elsewhere(resource: &Resource, live: &Shard) -> bool {
    let given = resource.declared.iter().flat_map(|declared| &declared.given).filter(|given| given.starts_with("arn:"));
    let of_arn = given.map(|arn| (arn::account(arn), arn::region(arn)));
    let mut places = of_arn.chain([(resource.account.as_str(), resource.region.as_str())]);
    places.any(|(account, region)| [arn::differ(account, &live.account), arn::differ(region, &live.region)].contains(&Fact::Read(true)))
}

/// Whether the plan that a selection names can be here: it is in the inventory or declared, or the plans were not listed.
fn may_have_plan(selection: &Resource, live: &Shard, stacks: &[Shard]) -> bool {
    let Some(plan) = plan_of(selection).filter(|plan| !is_symbolic(plan)) else { return true };
    let is_backup = selection.get::<backup::BackupSelection>().is_some();
    let lists_plans = if is_backup { backup::BackupPlan::INFO.operation } else { backup::RestoreTestingPlan::INFO.operation };
    let mut known = live.resources.iter().chain(stacks.iter().flat_map(|stack| stack.resources.iter().chain(&stack.destroyed)));
    live.coverage.why_unread(lists_plans, &live.account, &live.region).is_some() || known.any(|known| known.arn == plan)
}

/// A declaration whose generated names are its own: two stacks may declare a plan by the same logical id.
fn of_stack(resource: &Resource, number: usize) -> Resource {
    let mut own = resource.clone();
    if number > 0 {
        own.arn = own.arn.replace("${", &format!("${{{number}:"));
        with_properties(&mut own, |properties| {
            if let Some(Value::String(plan)) = properties.get_mut("plan_arn") {
                *plan = plan.replace("${", &format!("${{{number}:"));
            }
        });
    }
    own
}

impl Deployed {
    fn add_stack(&mut self, mut declared: Vec<Resource>, at: DateTime<Utc>) {
        // Plans first: their selections follow them.
        declared.sort_by_key(is_selection);
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        let mut replaced: Vec<Resource> = Vec::new();
        for mut planned in declared {
            self.declared.insert(planned.uid().to_owned());
            let location = location(&planned);
            if let Some(plan) = plan_of(&planned).and_then(|plan| renamed.get(plan)).cloned() {
                with_properties(&mut planned, |properties| drop(properties.insert("plan_arn".to_owned(), plan.into())));
            }
            let own_arn = planned.arn.clone();
            let (earlier, how) = match earlier::find(&self.shard.resources, &planned) {
                Earlier::One(place, how) => (Some(self.shard.resources.remove(place)), Some(how)),
                Earlier::Nothing => match earlier::find(&replaced, &planned) {
                    Earlier::One(place, how) => (Some(replaced.remove(place)), Some(how)),
                    Earlier::Nothing | Earlier::Perhaps(..) => (None, None),
                },
                Earlier::Perhaps(places, why) => {
                    let why = format!("{why}: whether the templates change it is not known");
                    let known = places.into_iter().filter_map(|place| self.shard.resources.get(place));
                    self.perhaps_changed.extend(known.map(|known| (known.arn.clone(), why.clone())));
                    (None, Some(why))
                }
            };
            let change = if earlier.is_some() { Kind::Replaced } else { Kind::Added };
            let replaces = earlier.as_ref().map(|earlier| earlier.arn.clone());
            match earlier {
                Some(earlier) => follow(&mut planned, &earlier, at),
                None => planned.created_at = Some(at),
            }
            if planned.arn != own_arn {
                renamed.insert(own_arn, planned.arn.clone());
            }
            // A deployment of a plan also sets its selections: those that it does not declare are gone.
            if change == Kind::Replaced && is_plan(&planned) {
                replaced.extend(self.take_selections(&planned.arn));
            }
            if planned.get::<backup::BackupPlan>().is_some() || planned.get::<dlm::LifecyclePolicy>().is_some() {
                self.planned.insert(planned.arn.clone());
            }
            if planned.get::<backup::BackupSelection>().is_some() {
                self.planned.extend(plan_of(&planned).map(str::to_owned));
            }
            self.changes.push(Deployment { replaces, location, ..Deployment::new(change, &planned, how) });
            self.shard.resources.push(planned);
        }
        let why = || Some("the templates declare its plan without it".to_owned());
        self.changes.extend(replaced.iter().map(|gone| Deployment::new(Kind::Removed, gone, why())));
    }

    /// Takes out what a Terraform plan destroys, unless the same deployment has made something else of it.
    fn destroy(&mut self, destroyed: &[Resource]) {
        // AWS keeps a key for days after its deletion, and a Region always has settings.
        let is_gone = |gone: &&Resource| protects(gone) && gone.get::<kms::Key>().is_none() && gone.get::<account::Region>().is_none();
        for gone in destroyed.iter().filter(is_gone) {
            self.declared.insert(gone.uid().to_owned());
            let Earlier::One(place, _) = earlier::find(&self.shard.resources, gone) else { continue };
            let live = self.shard.resources.remove(place);
            let selections = if is_plan(&live) { self.take_selections(&live.arn) } else { Vec::new() };
            let removed = |live: &Resource, why: &str| Deployment::new(Kind::Removed, live, Some(why.to_owned()));
            self.changes.push(Deployment { location: location(gone), ..removed(&live, "the Terraform plan destroys it") });
            self.changes.extend(selections.iter().map(|selection| removed(selection, "the Terraform plan destroys its plan")));
        }
    }

    /// Takes out the selections of a plan that the inventory has.
    fn take_selections(&mut self, plan: &str) -> Vec<Resource> {
        let (gone, kept) = std::mem::take(&mut self.shard.resources).into_iter().partition(|known| plan_of(known) == Some(plan));
        self.shard.resources = kept;
        gone
    }
}

impl Deployment {
    fn new(change: Kind, resource: &Resource, because: Option<String>) -> Deployment {
        Deployment {
            change,
            type_name: resource.type_name.clone(),
            name: resource.name.clone().unwrap_or_else(|| resource.id.clone()),
            account: resource.account.clone(),
            region: resource.region.clone(),
            replaces: None,
            because,
            location: None,
        }
    }
}

fn location(resource: &Resource) -> Option<Location> {
    let declared = resource.declared.as_ref()?;
    let at = declared.at;
    Some(Location { file: declared.file.clone(), line: at.line.max(1), column: NonZeroU32::new(at.column) })
}

fn is_plan(resource: &Resource) -> bool {
    resource.get::<backup::BackupPlan>().is_some() || resource.get::<backup::RestoreTestingPlan>().is_some()
}

/// What the deployment makes of a resource that is there: it keeps its identity and everything that a template cannot set.
fn follow(planned: &mut Resource, live: &Resource, at: DateTime<Utc>) {
    let unsettled = planned.declared.as_ref().map(|declared| declared.unknown.clone()).unwrap_or_default();
    let of_region = planned.get::<account::Region>().is_some();
    with_properties(planned, |properties| {
        for name in live.properties.read_names() {
            let Some(known) = live.properties.json(&name) else { continue };
            match properties.get_mut(&name) {
                // Types that the template does not name keep their setting.
                Some(Value::Object(set)) if of_region => {
                    if let Value::Object(known) = known {
                        let set = std::mem::take(set);
                        properties.insert(name, Value::Object(known.into_iter().chain(set).collect()));
                    }
                }
                Some(set) if name == "rules" => keep_ids(set, &known),
                Some(_) => {}
                None if unsettled.get(&name).is_none_or(|why| why.iter().all(|reason| reason == crate::inventory::DEPLOYED)) => {
                    properties.insert(name, known);
                }
                None => {}
            }
        }
    });
    let selects_anew = is_selection(planned) && what_it_selects(planned) != what_it_selects(live);
    planned.created_at = if selects_anew { Some(at) } else { live.created_at };
    for (own, known) in [(&mut planned.arn, &live.arn), (&mut planned.id, &live.id), (&mut planned.region, &live.region)] {
        own.clone_from(known);
    }
    planned.account.clone_from(&live.account);
    planned.name = planned.name.take().or_else(|| live.name.clone());
    match &mut planned.declared {
        // Nothing is open: the Region's settings are those of a Region that was read.
        declared if of_region && declared.as_ref().is_some_and(|declared| !open(&declared.unknown)) => *declared = None,
        Some(declared) => declared.uid.clone_from(&live.arn),
        None => {}
    }
}

/// Whether a template leaves something open, besides what only AWS knows.
fn open(unknown: &BTreeMap<String, Vec<String>>) -> bool {
    unknown.values().flatten().any(|reason| reason != crate::inventory::DEPLOYED)
}

fn what_it_selects(resource: &Resource) -> [Option<Value>; 4] {
    ["resources", "not_resources", "list_of_tags", "conditions"].map(|list| resource.properties.json(list))
}

/// Rules of the same name keep their id, so that their backups are known as theirs.
fn keep_ids(rules: &mut Value, known: &Value) {
    let name = |rule: &Value| rule.get("name").and_then(Value::as_str).map(str::to_owned);
    for rule in rules.as_array_mut().into_iter().flatten() {
        let same = known.as_array().into_iter().flatten().find(|known| name(known).is_some() && name(known) == name(rule));
        if let (Some(id), Some(rule)) = (same.and_then(|known| known.get("id")), rule.as_object_mut()) {
            rule.insert("id".to_owned(), id.clone());
        }
    }
}

/// Changes the properties that were read.
fn with_properties(resource: &mut Resource, change: impl FnOnce(&mut Map<String, Value>)) {
    let names = resource.properties.read_names();
    let mut map: Map<String, Value> = names.into_iter().filter_map(|name| Some((name.clone(), resource.properties.json(&name)?))).collect();
    change(&mut map);
    if let Ok(properties) = types::properties_of(&resource.type_name, &map) {
        resource.properties = properties;
    }
}
