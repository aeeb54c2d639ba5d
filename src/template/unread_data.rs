//! Data of types that rel9 does not read. Templates name it, so that nobody takes it for judged.

use super::cloud_control::{is_type_of, type_of_any};
use super::declaration::{DESTROYED, Declaration, Language};
use super::inventory::language_name;
use super::stack::Stack;
use crate::inventory::types::unread_properties;
use crate::inventory::unread_data::{UNREAD_DATA, UnreadData};
use crate::inventory::{Declared, Fact, Place, Resource, Template};
use std::sync::Arc;

/// The resource of a declaration of such data. Its ARN is its name in findings, because nothing refers to it.
pub fn resource(stack: &Stack, declaration: &Declaration) -> Option<Resource> {
    let data = UNREAD_DATA.iter().find(|data| declaration.setting(DESTROYED).is_none() && is_declared(data, declaration))?;
    let uid = declaration.uid();
    Some(Resource {
        type_name: data.type_name.to_owned(),
        arn: uid.clone(),
        account: stack.main_account().to_owned(),
        region: stack.main_region().to_owned(),
        id: declaration.id.clone(),
        name: None,
        created_at: None,
        tags: Fact::Unread,
        properties: unread_properties(data.type_name),
        declared: Some(Box::new(Declared {
            uid,
            file: Arc::clone(&declaration.file),
            at: Place { line: declaration.at.line, column: declaration.at.column },
            construct: declaration.construct.clone(),
            template: Template { language: language_name(declaration.language).to_owned().into(), ..Template::default() },
            ..Declared::default()
        })),
    })
}

fn is_declared(data: &UnreadData, declaration: &Declaration) -> bool {
    let type_name = declaration.type_name.as_str();
    match declaration.language {
        Language::CloudFormation => type_name == data.type_name,
        Language::CloudControl => is_type_of(type_name, data.type_name),
        Language::Terraform => data.terraform.contains(&type_name) || type_of_any(declaration) == Some(data.type_name),
    }
}
