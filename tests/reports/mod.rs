//! Reports: each format, read by the readers that other people use.

mod document;
mod formats;
mod html;
mod schemas;
mod siem;
mod table;
mod wa;
