//! Protection: how evidence is joined to each resource (states, selections, recovery points, copies, restore tests).

#[cfg(feature = "live")]
mod access;
#[cfg(feature = "live")]
mod caches;
#[cfg(feature = "live")]
mod cloud_control;
#[cfg(feature = "live")]
mod domains;
#[cfg(feature = "live")]
mod evidence;
#[cfg(feature = "live")]
mod fsx;
#[cfg(feature = "live")]
mod gateway_volumes;
#[cfg(feature = "live")]
mod lost_evidence;
#[cfg(feature = "live")]
mod orphans;
#[cfg(feature = "live")]
mod recoverable;
#[cfg(feature = "live")]
mod roles;
#[cfg(feature = "live")]
mod selection;
#[cfg(feature = "live")]
mod stacks;
#[cfg(feature = "live")]
mod states;
#[cfg(feature = "live")]
mod warehouses;
#[cfg(feature = "live")]
mod warehouses_serverless;
