//! AWS Backup gateway: gateways, hypervisors and their virtual machines. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`backup-gateway/2021-01-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::ResourceProperties;
use crate::inventory::types::backup_gateway::{Gateway, Hypervisor, VirtualMachine};
use crate::inventory::{Resource, arn};
use aws_sdk_backupgateway::Client;

const LIST_GATEWAYS: Operation = Operation::new("backup-gateway", "ListGateways", Answer::cbor(&["Gateways/*/GatewayArn"]));
const LIST_HYPERVISORS: Operation = Operation::new("backup-gateway", "ListHypervisors", Answer::cbor(&["Hypervisors/*/HypervisorArn"]));
const LIST_VIRTUAL_MACHINES: Operation =
    Operation::new("backup-gateway", "ListVirtualMachines", Answer::cbor(&["VirtualMachines/*/ResourceArn"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&LIST_GATEWAYS, &LIST_HYPERVISORS, &LIST_VIRTUAL_MACHINES];

/// A large page: the service model has no upper limit.
const PAGE: i32 = 100;

/// All gateways, hypervisors and virtual machines of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let gateways = client.list_gateways().into_paginator().page_size(PAGE).send();
    let hypervisors = client.list_hypervisors().into_paginator().page_size(PAGE).send();
    let machines = client.list_virtual_machines().into_paginator().page_size(PAGE).send();
    let (gateways, hypervisors, machines) = futures::join!(
        reader.pages(&LIST_GATEWAYS, gateways, |page| page.gateways.unwrap_or_default()),
        reader.pages(&LIST_HYPERVISORS, hypervisors, |page| page.hypervisors.unwrap_or_default()),
        reader.pages(&LIST_VIRTUAL_MACHINES, machines, |page| page.virtual_machines.unwrap_or_default()),
    );
    let named = |arn: Option<String>, name: Option<String>, properties: ResourceProperties| {
        let arn = arn?;
        let id = arn::id(&arn).to_owned();
        Some(Resource { name, ..resource(reader, arn, id, properties) })
    };
    let gateways = gateways.into_iter().flatten().filter_map(|read| {
        let properties =
            Gateway { hypervisor_id: read.hypervisor_id.into(), last_seen_at: optional_time(read.last_seen_time.as_ref()).into() };
        named(read.gateway_arn, read.gateway_display_name, properties.into())
    });
    let hypervisors = hypervisors.into_iter().flatten().filter_map(|read| {
        let properties = Hypervisor { state: read.state.map(|state| state.as_str().to_owned()).into() };
        named(read.hypervisor_arn, read.name, properties.into())
    });
    let machines = machines.into_iter().flatten().filter_map(|read| {
        let properties = VirtualMachine {
            hypervisor_id: read.hypervisor_id.into(),
            last_backup_at: optional_time(read.last_backup_date.as_ref()).into(),
        };
        named(read.resource_arn, read.name, properties.into())
    });
    let resources = gateways.chain(hypervisors).chain(machines).collect();
    each(resources, |found: Resource| async move { Resource { tags: tagging::tags(reader, &found.arn).await, ..found } }).await
}
