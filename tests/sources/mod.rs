//! Sources: the inventory that a live account, an inventory file, a CloudFormation template or a Terraform configuration becomes. Tests
//! of reading, and of findings that follow from one source alone, belong here.

#[cfg(feature = "live")]
mod bounds;
mod cloudformation;
#[cfg(feature = "live")]
#[cfg(unix)]
mod credentials;
#[cfg(feature = "live")]
mod deleted;
mod fragments;
mod inputs;
mod inventories;
mod left_open;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod live_explain;
mod refused_values;
mod sensitive;
mod templates;
mod terraform;
mod terraform_cloud_control;
mod terraform_data;
mod terraform_findings;
mod terraform_functions;
mod terraform_grammar;
mod terraform_parts;
mod terraform_places;
mod terraform_plans;
mod terraform_replicas;
mod terraform_waivers;
mod unread_data;
