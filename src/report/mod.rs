//! Reports: the findings document in the formats of people and tools. They only render: none computes what another does not have.
//! To add one: copy a file and add it to [`ALL`].

mod asff;
mod csv;
pub mod diff;
pub mod escape;
pub mod explain;
mod format;
mod html;
pub mod json;
mod junit;
mod limit;
pub mod markdown;
mod ndjson;
mod ocsf;
mod openmetrics;
mod parts;
pub mod policy_check;
pub mod remediate;
mod sarif;
mod table;
mod unread;
pub mod wa;
pub mod what_if;
mod words;
pub mod wrap;

pub use format::{GroupBy, Report, Target};
pub use table::last_block;
pub use words::verdict;

/// Every format.
pub const ALL: &[Report] = &[
    table::REPORT,
    json::REPORT,
    ndjson::REPORT,
    ocsf::REPORT,
    asff::REPORT,
    sarif::REPORT,
    junit::REPORT,
    csv::REPORT,
    markdown::REPORT,
    html::REPORT,
    wa::REPORT,
    openmetrics::REPORT,
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Report> {
    ALL.iter().find(|report| report.name == name)
}
