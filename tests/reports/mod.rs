//! Reports: each format, read with the tools that its users have.

mod document;
mod formats;
mod html;
mod schemas;
mod siem;
mod table;
mod wa;
