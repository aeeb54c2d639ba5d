//! The audit: policy, waivers, gate, baseline, ledger, and the comparison of two audits.

mod compare;
#[cfg(feature = "live")]
mod judgement;
mod ledger;
mod policy_use;
