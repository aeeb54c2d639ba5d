//! CloudFormation, and Terraform's JSON: the resources of a fix as a tree, and that tree as JSON.

use super::hcl;
use super::names::{Intrinsic, Names};
use crate::rules::fix::{Elements, Key, Piece, Setting};
use serde_json::{Map, Value as Json, json};

/// A value of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Plain(Json),
    /// A function: its long name and its argument.
    Function(&'static str, Json),
    List {
        items: Vec<Data>,
        /// The one item stands for elements of the template's list.
        elements: Option<Elements>,
    },
    Map(Vec<(String, Data)>),
}

/// A text.
pub fn text(text: &str) -> Data {
    Data::Plain(Json::String(text.to_owned()))
}

/// Properties of CloudFormation.
pub fn cloudformation_map(entries: &[(Key, Setting<String>)], names: &Names) -> Data {
    map(entries, &|setting| cloudformation(setting, names))
}

/// A value of CloudFormation.
pub fn cloudformation(setting: &Setting<String>, names: &Names) -> Data {
    match setting {
        Setting::Text(pieces) => cloudformation_text(pieces, names),
        Setting::Document(entries) => cloudformation_map(entries, names),
        other => common(other, &|setting| cloudformation(setting, names)),
    }
}

fn cloudformation_text(pieces: &[Piece<String>], names: &Names) -> Data {
    if let [Piece::Reference(to)] = pieces {
        return match names.intrinsic(to) {
            Intrinsic::Ref(logical_id) => Data::Function("Ref", logical_id.into()),
            Intrinsic::GetAtt(logical_id, attribute) => Data::Function("Fn::GetAtt", json!([logical_id, attribute])),
            Intrinsic::Sub(text) => Data::Function("Fn::Sub", text.into()),
        };
    }
    let refers = pieces.iter().any(|piece| matches!(piece, Piece::Reference(_)));
    let piece = |piece: &Piece<String>| match piece {
        Piece::Literal(text) | Piece::Value(text) if refers => text.replace("${", "${!"),
        Piece::Literal(text) | Piece::Value(text) => text.clone(),
        Piece::Reference(to) => match names.intrinsic(to) {
            Intrinsic::Ref(logical_id) => format!("${{{logical_id}}}"),
            Intrinsic::GetAtt(logical_id, attribute) => format!("${{{logical_id}.{attribute}}}"),
            Intrinsic::Sub(text) => text,
        },
    };
    let whole: String = pieces.iter().map(piece).collect();
    if refers { Data::Function("Fn::Sub", whole.into()) } else { Data::Plain(whole.into()) }
}

/// Arguments and blocks of Terraform in JSON, where expressions are templates.
pub fn terraform_map(entries: &[(Key, Setting<String>)], names: &Names) -> Data {
    let renamed: Vec<(Key, Setting<String>)> =
        entries.iter().map(|(key, setting)| (Key { name: names.property(&key.name), elements: key.elements }, setting.clone())).collect();
    map(&renamed, &|setting| terraform(setting, names))
}

fn terraform(setting: &Setting<String>, names: &Names) -> Data {
    match setting {
        Setting::Map(entries) => terraform_map(entries, names),
        Setting::Document(_) => text(&format!("${{{}}}", hcl::expression(setting, names))),
        Setting::Text(pieces) => {
            let piece = |piece: &Piece<String>| match piece {
                Piece::Literal(text) | Piece::Value(text) => text.replace("${", "$${").replace("%{", "%%{"),
                Piece::Reference(to) => format!("${{{}}}", names.expression(to)),
            };
            text(&pieces.iter().map(piece).collect::<String>())
        }
        other => common(other, &|setting| terraform(setting, names)),
    }
}

fn map(entries: &[(Key, Setting<String>)], value: &dyn Fn(&Setting<String>) -> Data) -> Data {
    let entry = |(key, setting): &(Key, Setting<String>)| {
        let value = value(setting);
        (key.name.clone(), if key.elements.is_some() { Data::List { items: vec![value], elements: key.elements } } else { value })
    };
    Data::Map(entries.iter().map(entry).collect())
}

fn common(setting: &Setting<String>, value: &dyn Fn(&Setting<String>) -> Data) -> Data {
    match setting {
        Setting::Bool(flag) => Data::Plain((*flag).into()),
        Setting::Number(number) => Data::Plain(Json::Number(number.clone())),
        Setting::List(items) => Data::List { items: items.iter().map(value).collect(), elements: None },
        Setting::Map(entries) => map(entries, value),
        // Each language writes these in its own way.
        Setting::Text(_) | Setting::Document(_) => Data::Plain(Json::Null),
    }
}

impl Data {
    /// The value in JSON, with the long names of functions.
    pub fn to_json(&self) -> Json {
        match self {
            Data::Plain(value) => value.clone(),
            Data::Function(name, argument) => json!({ *name: argument }),
            Data::List { items, .. } => items.iter().map(Data::to_json).collect(),
            Data::Map(entries) => Json::Object(entries.iter().map(|(name, value)| (name.clone(), value.to_json())).collect::<Map<_, _>>()),
        }
    }
}

/// The value as JSON on lines.
pub fn pretty(data: &Data) -> String {
    format!("{:#}\n", data.to_json())
}
