//! Which resource of the inventory a declaration would change, if it would not add one.

use crate::inventory::types::{account, backup, dlm, kms};
use crate::inventory::{Resource, is_symbolic};
use std::collections::BTreeSet;

/// The tag that CloudFormation gives to what it makes, also to DLM policies ("Resource tag" in the CloudFormation template reference).
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";

/// What a declaration meets in the inventory.
pub enum Earlier {
    /// Nothing: the deployment adds a resource.
    Nothing,
    /// It changes the resource at this place of the list; and how it is known to be the same.
    One(usize, String),
    /// It may change one of these, or add one.
    Perhaps(Vec<usize>, String),
}

/// Finds the resource that `planned` would change. The ARN or id that a Terraform plan or state shows decides first, then the name, where a
/// person or a program would take it for the same (names of backup plans can repeat in AWS). A DLM policy has no name: the logical id of its
/// stack, its description and its target tags take that place.
pub fn find(live: &[Resource], planned: &Resource) -> Earlier {
    let is_candidate = |known: &&(usize, &Resource)| {
        // What was deployed a moment ago is no earlier version, except for the one resource that a Region's settings are.
        known.1.type_name == planned.type_name && (known.1.declared.is_none() || planned.get::<account::Region>().is_some())
    };
    let candidates: Vec<(usize, &Resource)> = live.iter().enumerate().filter(|known| is_candidate(&known)).collect();
    let given = planned.declared.as_ref().map(|declared| declared.given.as_slice()).unwrap_or_default();
    let is_given = |known: &Resource| given.contains(&known.arn) || given.contains(&known.id);
    if let Some((place, _)) = candidates.iter().find(|(_, known)| is_given(known) || known.arn == planned.arn) {
        return Earlier::One(*place, "the same ARN".to_owned());
    }
    // AWS told Terraform who it is: another resource of the same name is another one.
    if given.iter().any(|given| given.starts_with("arn:")) || planned.get::<backup::BackupSelection>().is_some() && !given.is_empty() {
        return Earlier::Nothing;
    }
    let name = planned.name.as_deref().filter(|name| !name.is_empty() && !is_symbolic(name));
    let is_named = |known: &Resource| name.is_some() && known.name.as_deref() == name && plan_of(known) == plan_of(planned);
    if planned.get::<dlm::LifecyclePolicy>().is_some() {
        return of_policy(planned, name, &candidates, is_named);
    }
    if planned.get::<kms::Key>().is_some() {
        return Earlier::Nothing;
    }
    one_of(matching(&candidates, is_named), || format!("the name {}", name.unwrap_or_default()))
}

/// Templates do not name a policy: everything that a person would know it by counts.
fn of_policy(
    planned: &Resource,
    description: Option<&str>,
    candidates: &[(usize, &Resource)],
    is_described: impl Fn(&Resource) -> bool,
) -> Earlier {
    let is_same_tags = |known: &Resource| targets(known).is_some() && targets(known) == targets(planned);
    let logical_id = logical_id(planned);
    let is_same_id =
        |known: &Resource| known.tags.read().and_then(|tags| tags.get(LOGICAL_ID)).is_some_and(|own| Some(own.as_str()) == logical_id);
    // Stacks of other templates may use the same logical id: something else must agree.
    let agrees = |known: &Resource| is_described(known) || is_same_tags(known) || description.is_none();
    let of_stack = matching(candidates, |known| is_same_id(known) && agrees(known));
    if !of_stack.is_empty() {
        return one_of(of_stack, || format!("CloudFormation made it from {}", logical_id.unwrap_or_default()));
    }
    let described = matching(candidates, &is_described);
    if !described.is_empty() {
        return one_of(described, || format!("the description {}", description.unwrap_or_default()));
    }
    let tagged = if description.is_none() { matching(candidates, is_same_tags) } else { Vec::new() };
    if !tagged.is_empty() {
        return one_of(tagged, || "the same target tags".to_owned());
    }
    match matching(candidates, is_same_id) {
        none if none.is_empty() => Earlier::Nothing,
        some => Earlier::Perhaps(some, format!("CloudFormation made it from {}, perhaps in another stack", logical_id.unwrap_or_default())),
    }
}

/// The places of the candidates that match.
fn matching(candidates: &[(usize, &Resource)], matches: impl Fn(&Resource) -> bool) -> Vec<usize> {
    candidates.iter().filter(|(_, known)| matches(known)).map(|(place, _)| *place).collect()
}

fn one_of(found: Vec<usize>, how: impl Fn() -> String) -> Earlier {
    match found.as_slice() {
        [] => Earlier::Nothing,
        [one] => Earlier::One(*one, how()),
        several => {
            let why = format!("{} of the inventory have {}", several.len(), how());
            Earlier::Perhaps(found, why)
        }
    }
}

/// The logical id in its own stack, of a template of CloudFormation.
fn logical_id(planned: &Resource) -> Option<&str> {
    let language = planned.declared.as_ref()?.template.language.read()?;
    (language == "cloudformation").then(|| planned.id.rsplit('/').next()).flatten()
}

/// What a policy targets.
#[derive(PartialEq)]
struct Targets<'p> {
    types: &'p [String],
    tags: BTreeSet<(&'p str, &'p str)>,
}

/// What a policy targets, if all of it is known.
fn targets(policy: &Resource) -> Option<Targets<'_>> {
    let policy = policy.get::<dlm::LifecyclePolicy>()?;
    let mut tags = BTreeSet::new();
    for tag in policy.target_tags.read()? {
        tags.insert((tag.key.as_str(), tag.value.read()?.as_str()));
    }
    let types = policy.resource_types.read()?;
    (!tags.is_empty()).then_some(Targets { types, tags })
}

/// Whether the type needs a plan.
pub fn is_selection(resource: &Resource) -> bool {
    resource.get::<backup::BackupSelection>().is_some() || resource.get::<backup::RestoreTestingSelection>().is_some()
}

/// The plan of a selection.
pub fn plan_of(resource: &Resource) -> Option<&str> {
    let of_backup = resource.get::<backup::BackupSelection>().map(|selection| &selection.plan_arn);
    let of_tests = || resource.get::<backup::RestoreTestingSelection>().map(|selection| &selection.plan_arn);
    of_backup.or_else(of_tests)?.read().map(String::as_str)
}
