//! Templates as a source: CloudFormation and Terraform become the same inventory that the live source makes. They never judge.
//! May not import `rules`, `report` or `aws`.
//!
//! To add a resource type: copy a table of [`types`] and name it in its list.

pub mod declaration;
pub mod terraform;
