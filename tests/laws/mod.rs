//! Laws: rules that hold for every fact, operation, format and type, each tested one by one. The tests cover a new one automatically.

mod direction;
#[cfg(feature = "live")]
mod fail_closed;
mod lost;
mod open_templates;
mod types;
mod unread;
mod unsettled;
