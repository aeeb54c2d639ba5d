use super::call::{Operation, Reader};
use crate::inventory::Resource;
pub fn operations() -> Vec<&'static Operation> { Vec::new() }
pub async fn collect(_reader: &Reader) -> Vec<Resource> { Vec::new() }
pub async fn settings(_reader: &Reader) -> crate::inventory::types::account::Region { Default::default() }
