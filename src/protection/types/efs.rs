//! Amazon Elastic File System.

use crate::inventory::Fact;
use crate::inventory::types::{ResourceType, efs};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{Mechanism, MechanismKind};

pub static EFS: AwsBackup = AwsBackup { name: "EFS", restore_testing: true, air_gapped: Some(true), continuous: None };

pub static FILE_SYSTEM: DataType = DataType {
    info: &efs::FileSystem::INFO,
    arn: ArnForm { service: "elasticfilesystem", kind: "file-system/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&EFS)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<efs::FileSystem>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, resource, _| Needs {
        operations: Vec::new(),
        // In a live account, the plan of the automatic backups is one of the plans.
        properties: if resource.declared.is_some() { vec!["automatic_backups"] } else { Vec::new() },
    },
    own,
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &[],
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

fn own(case: &Case, found: &mut Mechanisms) {
    let Some(file_system) = case.resource.get::<efs::FileSystem>() else { return };
    // "Daily backups are retained for 35 days" by a plan that is not in the template (EFS user guide, "Automatic backups").
    if case.resource.declared.is_some() && file_system.automatic_backups == Fact::Read(true) {
        let source = "automatic backups of Amazon EFS".to_owned();
        found.all.push(Mechanism {
            interval_seconds: Some(86_400).into(),
            retention_days: Some(35).into(),
            ..case.mechanism(MechanismKind::Automated, source, None, None)
        });
    }
    for replication in file_system.replication.read().into_iter().flatten().filter(|replication| replication.status == "ENABLED") {
        let source = format!("replication to {}", replication.destination_region);
        found.all.push(case.mechanism(MechanismKind::Replication, source, replication.last_replicated_at.present().copied(), None));
    }
}
