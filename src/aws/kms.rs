use super::call::{Operation, Reader};
use crate::inventory::Resource;
pub const OPERATIONS: &[&Operation] = &[];
pub async fn collect(_reader: &Reader, _resources: &mut Vec<Resource>) {}
