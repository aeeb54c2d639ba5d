//! The integration tests, in one program because linking takes most of the time. Each folder mirrors one of `src/`, and its first comment says which
//! tests belong there; `laws/` tests what must be true for every fact, operation, format and type.
//!
//! `REL9_BIN` names another binary for the end-to-end tests, such as the one of the `dist` profile.

mod audit;
mod cli;
mod laws;
mod protection;
mod reports;
mod rules;
mod sources;
mod support;
