//! The integration tests, in one program: linking is what costs. Each folder mirrors one of `src/` and says which tests belong there; `laws/` holds
//! what must hold for every fact, operation, format and type.
//!
//! `REL9_BIN` names another binary to test end to end, such as that of the `dist` profile.

mod audit;
mod cli;
mod laws;
mod protection;
mod reports;
mod rules;
mod sources;
mod support;
