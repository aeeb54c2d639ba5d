//! From an inventory to a findings document: objectives, rules, waivers, gate.

pub mod objective;
