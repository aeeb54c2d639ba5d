//! An attribute of another resource, if that resource sets it: `storage_encrypted = aws_db_instance.primary.storage_encrypted`.

use super::engine::{Each, Instance, Instances, Stop};
use super::expression::evaluate;
use super::scope::{self, Scope};
use super::value::reference;
use crate::template::declaration::Value;

/// The attribute's value if the resource sets it to a known value that is not a text; otherwise a reference. Texts stay references,
/// because names and identifiers join resources.
pub(super) fn attribute(id: &str, name: &str, scope: &Scope<'_>) -> Result<Value, Stop> {
    let kept = || Ok(reference(id, name));
    let asked = format!("{id}.{name}");
    if matches!(name, "id" | "arn" | "name") || scope.engine.is_working_on(&asked) {
        return kept();
    }
    let Some((instance, key, index)) = owner(id, scope) else { return kept() };
    let Some(resource) = instance.module.resources.get(&key) else { return kept() };
    let Some(attribute) = resource.block.attribute(name) else { return kept() };
    let instances = scope::instances(scope.engine, &instance, &resource.block)?;
    let Some(each) = each_of(&instances, &index) else { return kept() };
    let inner = Scope { subject: id, ..Scope::new(scope.engine, &instance, &attribute.source, each.as_ref()) };
    let work = || evaluate(&attribute.expr, &inner, attribute.at);
    match scope.engine.working_on(asked, &attribute.source, attribute.at, work) {
        Ok(node) => match node.value {
            Value::Text(_) | Value::Concat(_) | Value::Null | Value::Unknown(_) => kept(),
            value => Ok(value),
        },
        Err(Stop::Invalid(_)) => kept(),
        Err(fatal) => Err(fatal),
    }
}

/// The module instance of an address, and `type.name` and index of the resource. Only resources of this module instance, and those that
/// callers pass to it, can be referred to; all of them are known by now.
fn owner(id: &str, scope: &Scope<'_>) -> Option<(std::rc::Rc<Instance>, String, String)> {
    let mut instance = Some(scope.instance.clone());
    while let Some(candidate) = instance {
        if let Some(rest) = id.strip_prefix(&candidate.prefix) {
            let (key, index) = rest.find('[').map_or((rest, ""), |at| rest.split_at(at));
            if candidate.module.resources.contains_key(key) {
                let (key, index) = (key.to_string(), index.to_string());
                return Some((candidate, key, index));
            }
        }
        instance = candidate.caller.as_ref().and_then(|caller| scope.engine.instance(caller.instance));
    }
    None
}

fn each_of(instances: &Instances, index: &str) -> Option<Option<Each>> {
    instances.each().into_iter().find(|(key, _)| key == index).map(|(_, each)| each)
}
