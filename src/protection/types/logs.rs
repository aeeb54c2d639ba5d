//! Amazon CloudWatch Logs. AWS Backup does not back log groups up; export tasks copy their events to S3.

use crate::inventory::types::{ResourceType, logs};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, IsData, Needs};
use crate::protection::facts::{Mechanism, MechanismKind};
use crate::protection::points;

pub static LOG_GROUP: DataType = DataType {
    // Most log groups hold what nobody would restore.
    is_data: IsData::WhenReached(None),
    keeps_own_backups: |_| false,
    ..DataType::only_in_its_service(
        &logs::LogGroup::INFO,
        ArnForm { service: "logs", kind: "log-group:", identity: Identity::Name, names_place: true, shared: false },
        |_, _, counts| Needs {
            operations: Vec::new(),
            properties: if counts.contains(&MechanismKind::Export) { vec!["exports"] } else { Vec::new() },
        },
        exports,
    )
};

/// Completed export tasks. A task runs once, and nothing shows whether another will follow. A subscription is no mechanism: AWS does not show
/// with it whether and where its events are kept.
fn exports(case: &Case, found: &mut Mechanisms) {
    let Some(group) = case.resource.get::<logs::LogGroup>() else { return };
    let exports = || group.exports.read().into_iter().flatten().filter(|export| export.until_at <= case.as_of);
    found.windows.extend(exports().filter_map(|export| points::window(MechanismKind::Export, export.from_at, export.until_at, case.as_of)));
    if let Some(newest) = exports().max_by_key(|export| export.until_at) {
        let source = format!("an export to bucket {}", newest.bucket);
        found.all.push(Mechanism { automatic: false, ..case.mechanism(MechanismKind::Export, source, Some(newest.until_at), None) });
    }
}
