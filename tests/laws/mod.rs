//! Laws: what holds for every fact, operation, format and type, tried one by one. A new one is tried by itself.

mod direction;
#[cfg(feature = "live")]
mod fail_closed;
mod lost;
mod open_templates;
mod types;
mod unread;
mod unsettled;
