//! The inventory document: NDJSON, one header line and then resources and coverage entries in any order.
