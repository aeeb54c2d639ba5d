//! rel9 answers AWS Well-Architected question REL 9, "How do you back up data?", for every resource of an account, with evidence.
//!
//! One direction, five rooms: sources ([`aws`], [`template`]) read an [`inventory`]; [`protection`] joins its evidence to each resource;
//! [`rules`] judge; [`audit`] makes the findings document of it; [`report`] renders that document. [`cli`] wires them.

pub mod audit;
#[cfg(feature = "live")]
pub mod aws;
pub mod cli;
pub mod inventory;
pub mod protection;
pub mod report;
pub mod rules;
pub mod template;
