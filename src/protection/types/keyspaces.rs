//! Amazon Keyspaces tables. AWS Backup does not know them: only point-in-time recovery backs them up. Replicas in other Regions are no backups,
//! because they repeat every write.

use crate::inventory::types::{ResourceType, keyspaces};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, Needs};
use crate::protection::facts::{Mechanism, MechanismKind};
use crate::protection::mechanisms::CONTINUOUS_ALLOWED_SECONDS;
use crate::protection::points;

pub static TABLE: DataType = DataType {
    keeps_own_backups: |resource| resource.get::<keyspaces::Table>().is_some_and(|table| table.pitr.read() == Some(&true)),
    // Cloud Control does not show the restorable span.
    ..DataType::only_in_its_service(
        &keyspaces::Table::INFO,
        ArnForm { service: "cassandra", kind: "/keyspace/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
        |_, _, _| Needs { operations: Vec::new(), properties: vec!["pitr", "key_state"] },
        point_in_time_recovery,
    )
};

/// "You can restore a table to any point in time within the last 35 days" (Amazon Keyspaces developer guide, "Backup and restore data with
/// point-in-time recovery"). Since when it is enabled shows nowhere, so only the present moment counts.
const RETENTION_DAYS: i64 = 35;

fn point_in_time_recovery(case: &Case, found: &mut Mechanisms) {
    let Some(table) = case.resource.get::<keyspaces::Table>() else { return };
    if table.pitr.read() != Some(&true) {
        return;
    }
    let is_declared = case.resource.declared.is_some();
    let usable = match table.key_state.read() {
        Some(state) => state.as_deref().is_none_or(|state| state == "Enabled"),
        None => false,
    };
    let latest = (!is_declared && usable).then(|| case.seen_at());
    let source = if usable || is_declared { "point-in-time recovery" } else { "point-in-time recovery (its key cannot be used)" };
    let mechanism = case.mechanism(MechanismKind::Pitr, source.to_owned(), latest, Some(CONTINUOUS_ALLOWED_SECONDS));
    found.windows.extend(latest.and_then(|latest| points::window(MechanismKind::Pitr, latest, latest, case.as_of)));
    found.all.push(Mechanism { retention_days: Some(RETENTION_DAYS).into(), ..mechanism });
}
