//! The policy file in short: what its entries did.

use crate::audit::findings::AuditInfo;
use crate::audit::policy_use::{PolicyUse, UseState};
use crate::report::escape::{cut, terminal};
use crate::report::words::listed;
use std::path::Path;

/// Objectives, and lines of entries, that are named.
const NAMED: usize = 3;

/// Characters of a name.
const NAME: usize = 24;

/// `rel9.yaml`, `objectives gold 12, standard 40`, `waivers 2 used, 1 ended (line 12)`, `exempt 2 used`
pub fn told(audit: &AuditInfo) -> Vec<String> {
    match (&audit.policy, &audit.policy_digest) {
        (Some(policy), _) => used(policy).iter().map(|part| terminal(part)).collect(),
        (None, Some(_)) => vec!["a policy file; the document does not record its use".to_owned()],
        (None, None) => vec!["none: the built-in objective applies (rel9 init writes a file)".to_owned()],
    }
}

fn used(policy: &PolicyUse) -> Vec<String> {
    let name = Path::new(&policy.path).file_name().map_or(policy.path.as_str().into(), |name| name.to_string_lossy());
    let mut parts = vec![cut(&name, NAME).into_owned(), objectives(policy)];
    parts.push(entries("waivers", policy.waivers.iter().map(|waiver| (waiver.state, waiver.line))));
    parts.push(entries("automation", policy.restore_automation.iter().map(|entry| (entry.state, entry.line))));
    parts.push(entries("exempt", policy.reproducible.iter().map(|entry| (entry.state, entry.line))));
    match policy.rules.len() {
        0 => {}
        1 => parts.push("1 rule setting without effect".to_owned()),
        several => parts.push(format!("{several} rule settings without effect")),
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// How much data each objective applies to.
fn objectives(policy: &PolicyUse) -> String {
    let mut named: Vec<String> =
        policy.objectives.iter().take(NAMED).map(|objective| format!("{} {}", cut(&objective.name, NAME), objective.resources)).collect();
    let rest = policy.objectives.len().saturating_sub(NAMED);
    if rest > 0 {
        named.push(format!("{rest} more"));
    }
    let others = [("none", policy.no_objective), ("unknown", policy.unknown_objective)];
    named.extend(others.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")));
    if named.is_empty() { String::new() } else { format!("objectives {}", named.join(", ")) }
}

/// How many entries did something, and which did not.
fn entries(noun: &str, entries: impl Iterator<Item = (UseState, u64)>) -> String {
    let entries: Vec<(UseState, u64)> = entries.collect();
    let states = [UseState::Used, UseState::Unused, UseState::Ended, UseState::Unknown, UseState::NotReached];
    let of_state = |state: UseState| {
        let lines: Vec<u64> = entries.iter().filter(|(of_entry, _)| *of_entry == state).map(|(_, line)| *line).collect();
        let count = lines.len();
        let name = state.as_str().replace('_', " ");
        match state {
            _ if count == 0 => None,
            UseState::Unused | UseState::Ended if count <= NAMED => Some(format!("{count} {name} ({})", lined(&lines))),
            _ => Some(format!("{count} {name}")),
        }
    };
    let told: Vec<String> = states.into_iter().filter_map(of_state).collect();
    if told.is_empty() { String::new() } else { format!("{noun} {}", told.join(", ")) }
}

fn lined(lines: &[u64]) -> String {
    let noun = if lines.len() == 1 { "line" } else { "lines" };
    let numbers: Vec<String> = lines.iter().map(u64::to_string).collect();
    format!("{noun} {}", listed(&numbers))
}
