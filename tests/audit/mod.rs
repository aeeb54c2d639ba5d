//! The audit: policy, waivers, gate, baseline, ledger, and comparing two audits.

mod compare;
#[cfg(feature = "live")]
mod judgement;
mod ledger;
