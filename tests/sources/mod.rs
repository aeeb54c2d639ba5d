//! Sources: what a live account, an inventory file, a CloudFormation template or a Terraform configuration becomes. Tests of what is read, and of the
//! findings that follow from one source alone, belong here.

#[cfg(feature = "live")]
mod bounds;
mod cloudformation;
#[cfg(feature = "live")]
#[cfg(unix)]
mod credentials;
#[cfg(feature = "live")]
mod deleted;
#[cfg(feature = "live")]
mod live;
mod templates;
mod terraform;
mod terraform_findings;
mod terraform_places;
mod terraform_plans;
