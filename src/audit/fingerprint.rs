//! The id of a findings document: a digest of its whole content, so that manual changes are detected.

use super::findings::{AuditInfo, Finding, Findings};
use crate::rules::hex;
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// Findings per digest. Part of the definition of the id: another number gives other ids.
const PART: usize = 1_024;

/// The id: always the same for the same inventory, rules, policy, time, ledger and gate. Covers the whole document.
pub fn fingerprint(document: &Findings) -> String {
    let parts: Vec<_> = document.findings.par_chunks(PART).map(of_part).collect();
    let mut digest = Sha256::new();
    digest.update(json(&AuditInfo { id: String::new(), ..document.audit.clone() }));
    digest.update(json(&document.summary));
    if let Some(gate) = &document.gate {
        digest.update(json(gate));
    }
    parts.iter().for_each(|part| digest.update(part));
    digest.update(json(&document.reproducible));
    digest.update(json(&document.collection));
    hex(&digest.finalize()[..16])
}

fn of_part(part: &[Box<Finding>]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut shared = Shared::default();
    for finding in part {
        let own = (
            (&finding.id, &finding.rule, finding.best_practice, &finding.title, finding.severity, finding.status, &finding.message),
            (&finding.unknown_because, &finding.waiver, &finding.location, &finding.baseline),
        );
        digest.update(json(&own));
        // Documents of earlier versions do not have it, and keep their id.
        if let Some(fail_title) = &finding.fail_title {
            digest.update(json(fail_title));
        }
        digest.update(finding.evidence.text());
        digest.update(shared.digest(&finding.resource));
        digest.update(shared.digest(&finding.references));
        if let Some(remediation) = &finding.remediation {
            digest.update(shared.digest(remediation));
        }
    }
    digest.finalize().into()
}

/// The digests of parts that findings share, each computed once. Equal parts that are not shared have the same digest.
#[derive(Default)]
struct Shared(HashMap<*const (), [u8; 32]>);

impl Shared {
    fn digest<T: Serialize>(&mut self, value: &Arc<T>) -> [u8; 32] {
        *self.0.entry(Arc::as_ptr(value).cast()).or_insert_with(|| Sha256::digest(json(value.as_ref())).into())
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
