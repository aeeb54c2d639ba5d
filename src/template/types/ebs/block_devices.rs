//! EC2 instances, launch templates, launch configurations and Spot Fleets, with the EBS volumes that they create.

use crate::inventory::note;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{Language, Node, Value};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, pick, row};
use serde_json::{Value as Json, json};

/// The mappings of a specification.
const DEVICES: Paths = ["BlockDeviceMappings", "root_block_device|ebs_block_device|block_device_mappings"];

/// The protection of an instance from termination.
const PROTECTION: Paths = ["DisableApiTermination", "disable_api_termination"];

const MORE: Option<More> = Some(More { properties: &["block_devices"], fill });

/// The root devices of the images of AWS and the large distributions. For other images, the root device counts as a data volume, and an
/// unknown root volume is added.
const ROOT_DEVICES: [&str; 2] = ["/dev/xvda", "/dev/sda1"];

/// The reason for the unknown encryption of a root volume that the template does not map.
const OF_IMAGE: &str = "the root volume, which the template does not map, has the encryption of the image";

/// The property that may be unknown for a device.
const ENCRYPTED: &str = "block_devices[].encrypted";

/// An instance.
pub static INSTANCE: Table = Table {
    type_name: "AWS::EC2::Instance",
    cloudformation: &["AWS::EC2::Instance"],
    terraform: &["aws_instance", "aws_spot_instance_request"],
    identity: Identity { ids: &["InstanceId"], ..Identity::numbered(["", ""], "arn:{partition}:ec2:{region}:{account}:instance/{id}") },
    rows: &[
        row("image_id", ["ImageId", "ami"], As::Name, Absent::Null),
        // Templates do not contain the instances of Auto Scaling groups.
        row("autoscaling_group", ["", ""], As::Text, Absent::Null),
        row("spot", ["", ""], As::Bool, Absent::By(spot)),
        // False by default (API, RunInstances, DisableApiTermination; provider).
        row("termination_protection", PROTECTION, As::Bool, Absent::By(protection_of_template)),
    ],
    also: &[DEVICES],
    more: Some(More { properties: &["block_devices", "deletes_volumes"], fill: fill_instance }),
    ..BLANK
};

/// A launch template.
pub static LAUNCH_TEMPLATE: Table = Table {
    type_name: "AWS::EC2::LaunchTemplate",
    cloudformation: &["AWS::EC2::LaunchTemplate"],
    terraform: &["aws_launch_template"],
    identity: Identity::numbered(["LaunchTemplateName", "name"], "arn:{partition}:ec2:{region}:{account}:launch-template/{id}"),
    tags: ["", "tags_all|tags"],
    also: &[["LaunchTemplateData.BlockDeviceMappings", "block_device_mappings"]],
    more: MORE,
    ..BLANK
};

/// A launch configuration.
pub static LAUNCH_CONFIGURATION: Table = Table {
    type_name: "AWS::AutoScaling::LaunchConfiguration",
    cloudformation: &["AWS::AutoScaling::LaunchConfiguration"],
    terraform: &["aws_launch_configuration"],
    identity: Identity::named(
        ["LaunchConfigurationName", "name"],
        "arn:{partition}:autoscaling:{region}:{account}:launchConfiguration:*:launchConfigurationName/{id}",
    ),
    tags: ["", ""],
    also: &[DEVICES],
    more: MORE,
    ..BLANK
};

/// A Spot Fleet.
pub static SPOT_FLEET: Table = Table {
    type_name: "AWS::EC2::SpotFleet",
    cloudformation: &["AWS::EC2::SpotFleet"],
    terraform: &["aws_spot_fleet_request"],
    identity: Identity::numbered(["", ""], "arn:{partition}:ec2:{region}:{account}:spot-fleet-request/{id}"),
    tags: ["SpotFleetRequestConfigData.TagSpecifications.Tags", "tags_all|tags"],
    also: &[["SpotFleetRequestConfigData.LaunchSpecifications", "launch_specification"]],
    more: MORE,
    ..BLANK
};

fn spot(scope: &Scope) -> Outcome {
    if scope.entry.declaration.type_name == "aws_spot_instance_request" {
        return Ok(true.into());
    }
    let market = scope.text_at(["", "instance_market_options.market_type"])?;
    Ok(market.is_some_and(|market| market == "spot").into())
}

/// The setting of the launch template that an instance names.
fn protection_of_template(scope: &Scope) -> Outcome {
    let Some(template) = scope.find(LAUNCH_TEMPLATE_OF_INSTANCE) else { return Ok(false.into()) };
    let body = template_of(scope, template)?;
    scope.at(body).bool_at(PROTECTION, false).map(Json::from)
}

const LAUNCH_TEMPLATE_OF_INSTANCE: Paths = ["LaunchTemplate", "launch_template"];

/// The devices of an instance, and whether EC2 deletes one of them with the instance.
fn fill_instance(scope: &Scope, built: &mut Built) {
    fill(scope, built);
    let deletes = match built.properties.get("block_devices").and_then(Json::as_array) {
        None => Err(built.unknown.get("block_devices").cloned().unwrap_or_default()),
        Some(devices) if devices.iter().any(|device| device[DELETED] == json!(true)) => Ok(true.into()),
        Some(devices) if devices.iter().all(|device| device[DELETED] == json!(false)) => Ok(false.into()),
        Some(_) => Err(built.unknown.get(&format!("block_devices[].{DELETED}")).cloned().unwrap_or_default()),
    };
    built.set("deletes_volumes", deletes);
}

/// The property of a device that says whether EC2 deletes it with the instance.
const DELETED: &str = "delete_on_termination";

fn fill(scope: &Scope, built: &mut Built) {
    let outcome = specifications(scope).and_then(|specifications| {
        let mut all = Vec::new();
        for specification in specifications {
            let inner = scope.at(specification);
            let at = inner.find(DEVICES);
            built.place("block_devices", at.filter(|_| all.is_empty()));
            all.extend(devices_of_specification(&inner, built)?);
        }
        Ok(Json::Array(all))
    });
    built.set("block_devices", outcome);
}

/// The places of the mappings: the body, the launch template's data, each specification of a fleet.
fn specifications<'n>(scope: &Scope<'n, '_>) -> Outcome<Vec<&'n Node>> {
    match scope.entry.table.type_name {
        "AWS::EC2::LaunchTemplate" if scope.language() != Language::Terraform => scope.elements_at(["LaunchTemplateData", ""]),
        "AWS::EC2::SpotFleet" => {
            let own = scope.elements_at(["SpotFleetRequestConfigData.LaunchSpecifications", "launch_specification"])?;
            let templates = ["SpotFleetRequestConfigData.LaunchTemplateConfigs", "launch_template_config"];
            let mut found = own;
            for config in scope.elements_at(templates)? {
                let named = ["LaunchTemplateSpecification", "launch_template_specification"];
                match scope.at(config).find(named).map(|node| template_of(scope, node)) {
                    Some(Ok(body)) => found.push(body),
                    Some(Err(reasons)) => return Err(reasons),
                    None => {}
                }
            }
            Ok(found)
        }
        _ => Ok(vec![scope.node]),
    }
}

/// The devices of one specification, merged over those of the launch template that it names.
fn devices_of_specification(scope: &Scope, built: &mut Built) -> Outcome<Vec<Json>> {
    let mut devices = own_devices(scope, built)?;
    let template = scope.find(LAUNCH_TEMPLATE_OF_INSTANCE).filter(|_| scope.entry.table.type_name == "AWS::EC2::Instance");
    if let Some(template) = template {
        let body = template_of(scope, template)?;
        for device in own_devices(&scope.at(body), built)? {
            let same = |own: &Json| own["device"] == device["device"] || (own["root"] == json!(true) && device["root"] == json!(true));
            if !devices.iter().any(same) {
                devices.push(device);
            }
        }
    }
    if !devices.iter().any(|device| device["root"] == json!(true)) {
        // "By default, the DeleteOnTermination attribute for the root volume is set to true" (EC2 user guide, "Preserve data when an instance
        // is terminated").
        let mut root = json!({ "device": null, "snapshot_id": null, "root": true, DELETED: true });
        match super::by_default(scope) {
            Ok(true) => root["encrypted"] = true.into(),
            // It has the encryption of the image's snapshot (EC2 user guide, "Use encryption with EBS-backed AMIs").
            Ok(false) => note(&mut built.unknown, ENCRYPTED, vec![OF_IMAGE.to_owned()]),
            Err(reasons) => note(&mut built.unknown, ENCRYPTED, reasons),
        }
        devices.insert(0, root);
    }
    Ok(devices)
}

/// The data of a launch template that the template declares.
fn template_of<'n>(scope: &Scope<'n, '_>, node: &Node) -> Outcome<&'n Node> {
    let inner = ["LaunchTemplateId|LaunchTemplateName", "id|name"];
    let name = crate::template::stack::find(node, pick(&inner, scope.language())).unwrap_or(node);
    let of_type = |table: &'static Table| table.type_name == LAUNCH_TEMPLATE.type_name;
    let by_name = || {
        let text = scope.stack.text(name)?.text;
        let mut templates = scope.stack.entries_of_type(LAUNCH_TEMPLATE.type_name);
        templates.find(|(_, entry)| scope.stack.name(entry).is_some_and(|name| name.text == text)).map(|(found, _)| found)
    };
    let found = scope.stack.named(name, of_type).or_else(by_name).and_then(|found| scope.stack.entries.get(found));
    let text = || scope.stack.text(name).map(|text| text.text).unwrap_or_default();
    let entry = found.ok_or_else(|| vec![format!("the launch template {} is not in the template", text())])?;
    Ok(crate::template::stack::find(&entry.body, "LaunchTemplateData").unwrap_or(&entry.body))
}

fn own_devices(scope: &Scope, built: &mut Built) -> Outcome<Vec<Json>> {
    let mut devices = Vec::new();
    for root in scope.elements_at(["", "root_block_device"])? {
        let root = scope.at(root);
        devices.push(device(&root, &root, Some(true), true, built)?);
    }
    for mapping in scope.elements_at(["BlockDeviceMappings", "ebs_block_device|block_device_mappings"])? {
        if let Some(reasons) = scope.reasons(mapping) {
            return Err(reasons);
        }
        let mapping = scope.at(mapping);
        let none = mapping.find(["NoDevice|VirtualName", "no_device|virtual_name"]);
        let nested = mapping.find(["Ebs", "ebs"]);
        // The provider's `ebs_block_device` is flat; its `block_device_mappings` have AWS's structure.
        let flat = mapping.language() == Language::Terraform && scope.find(["", "ebs_block_device"]).is_some();
        let ebs = match nested {
            Some(node) => mapping.at(node),
            None if flat => mapping.at(mapping.node),
            None => continue,
        };
        if none.is_some_and(|node| !matches!(&node.value, Value::Text(text) if text.is_empty())) {
            continue;
        }
        devices.push(device(&mapping, &ebs, None, nested.is_none(), built)?);
    }
    Ok(devices)
}

fn device(mapping: &Scope, ebs: &Scope, root: Option<bool>, is_block: bool, built: &mut Built) -> Outcome {
    let name = mapping.find(["DeviceName", "device_name"]).map(|node| mapping.known_text(node)).transpose()?;
    let snapshot_at = ebs.find(["SnapshotId", "snapshot_id"]);
    let snapshot = snapshot_at.map(|node| ebs.text(node)).transpose()?.map(|text| text.text);
    let root = root.unwrap_or_else(|| name.as_deref().is_some_and(|name| ROOT_DEVICES.contains(&name)));
    let mut device = json!({ "device": name, "snapshot_id": snapshot, "root": root });
    // The provider's blocks have "Defaults to true"; otherwise AWS documents the default of the root volume only.
    match ebs.find(["DeleteOnTermination", DELETED]).map(|node| ebs.bool(node)) {
        Some(Ok(deleted)) => device[DELETED] = deleted.into(),
        None if root || is_block => device[DELETED] = true.into(),
        unknown => {
            let why = unknown
                .and_then(Result::err)
                .unwrap_or_else(|| vec!["whether EC2 deletes the volume with its instance is not set".to_owned()]);
            note(&mut built.unknown, &format!("block_devices[].{DELETED}"), why);
        }
    }
    let by_default = super::by_default(ebs);
    let encrypted = match (ebs.find(["Encrypted", "encrypted"]), snapshot_at) {
        _ if by_default == Ok(true) => Ok(true.into()),
        (Some(node), _) => match ebs.bool(node) {
            Ok(false) => by_default.map(Json::from),
            written => written.map(Json::from),
        },
        (None, Some(snapshot)) => Err(ebs.taken_over("the encryption", snapshot)),
        (None, None) => by_default.map(Json::from),
    };
    match encrypted {
        Ok(value) => device["encrypted"] = value,
        Err(reasons) => note(&mut built.unknown, ENCRYPTED, reasons),
    }
    Ok(device)
}
