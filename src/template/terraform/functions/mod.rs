//! Terraform's functions on values (<https://developer.hashicorp.com/terraform/language/functions>). Functions that read clocks, keys or
//! random numbers, and those whose result depends on where Terraform runs, give unknown values.
//!
//! To add a function, add a line to [`apply`] and a method to [`Arguments`].

mod collections;
mod dates;
mod encoding;
mod files;
mod format;
mod hashes;
mod json;
mod network;
mod numbers;
mod patterns;
mod sets;
mod texts;
mod yaml;

use super::engine::{Stop, invalid};
use super::scope::Scope;
use super::value::{self, render, unknown};
use crate::template::declaration::{Node, Position, Value};

pub(super) use sets::set_of;

/// The functions that are not evaluated, with the reason.
const NOT_EVALUATED: [(&str, &str); 8] = [
    ("abspath", "where the configuration lies is not known"),
    ("base64gzip", "its bytes depend on the compressor"),
    ("base64gunzip", "its bytes depend on the compressor"),
    ("bcrypt", "it is random"),
    ("plantimestamp", "it reads the clock"),
    ("rsadecrypt", "it needs a private key"),
    ("timestamp", "it reads the clock"),
    ("uuid", "it is random"),
];

/// Why a function gives no value.
enum Fault {
    /// It needs an unknown value.
    NotKnown,
    /// Terraform refuses the call.
    Invalid(String),
    /// The result is not known before Terraform runs, or the function is not implemented here.
    NotEvaluated,
    /// The result is unknown, for this reason.
    Unknown(String),
    /// The evaluation of an argument stopped.
    Stopped(Stop),
}

type Outcome = Result<Value, Fault>;

fn refuse<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Invalid(why.into()))
}

/// The arguments of a call. Reading an unknown one is a [`Fault::NotKnown`].
struct Arguments<'a> {
    given: &'a [Node],
    here: Position,
}

/// Calls a function.
pub(super) fn call(name: &str, given: &[Node], scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let reason = || given.iter().find_map(|argument| value::reason_in(&argument.value));
    let inside = |more: &str| {
        let rendered: Vec<String> = given.iter().map(|argument| render(&argument.value)).collect();
        format!("{name}({}){more}", rendered.join(", "))
    };
    match name {
        "sensitive" => {
            return Ok(first(given)?.value.clone().sensitive("the value of sensitive()", &format!("sensitive() in {}", scope.place(here))));
        }
        "nonsensitive" => return Ok(first(given)?.value.revealed().clone()),
        "issensitive" if value::is_known(&first(given)?.value) => return Ok(Value::Bool(false)),
        "issensitive" if first(given)?.value.is_sensitive() => return Ok(Value::Bool(true)),
        _ => {}
    }
    // The result of a function on a sensitive value is sensitive.
    if let Some(Value::Unknown(sensitive)) = given.iter().map(|argument| &argument.value).find(|value| value.is_sensitive()) {
        let symbol = inside("");
        let revealed: Vec<Node> = given.iter().map(|argument| Node::new(argument.at, argument.value.revealed().clone())).collect();
        let name_of = sensitive.reason.trim_end_matches(" is sensitive");
        return match call(name, &revealed, scope, here) {
            Ok(value) if value::is_known(&value) => Ok(value.sensitive(name_of, &symbol)),
            _ => Ok(unknown(&sensitive.reason, &symbol)),
        };
    }
    match apply(name, &Arguments { given, here }, scope) {
        Ok(value) => Ok(value),
        Err(Fault::NotKnown) => Ok(unknown(reason().as_deref().unwrap_or(value::NOT_KNOWN), &inside(""))),
        Err(Fault::NotEvaluated) => {
            let why = NOT_EVALUATED.iter().find(|(other, _)| *other == name).map(|(_, why)| format!(": {why}")).unwrap_or_default();
            // Two calls may return different values.
            let more = if matches!(name, "uuid" | "bcrypt") { format!(" in {}", scope.place(here)) } else { String::new() };
            Ok(unknown(&format!("function {name} is not evaluated{why}"), &inside(&more)))
        }
        Err(Fault::Unknown(why)) => Ok(unknown(&why, &inside(""))),
        Err(Fault::Invalid(why)) => invalid(format!("{name}: {why}")),
        Err(Fault::Stopped(stop)) => Err(stop),
    }
}

fn first(given: &[Node]) -> Result<&Node, Stop> {
    given.first().map_or_else(|| invalid("an argument is missing"), Ok)
}

fn apply(name: &str, arguments: &Arguments<'_>, scope: &Scope<'_>) -> Outcome {
    match name {
        "format" => format::one(arguments),
        "formatlist" => format::list(arguments),
        "chomp" | "endswith" | "indent" | "join" | "lower" | "replace" | "split" | "startswith" | "strcontains" | "strrev" | "substr"
        | "title" | "trim" | "trimprefix" | "trimspace" | "trimsuffix" | "upper" => texts::apply(name, arguments),
        "abs" | "ceil" | "floor" | "log" | "max" | "min" | "parseint" | "pow" | "signum" | "sum" => numbers::apply(name, arguments),
        "chunklist" | "coalesce" | "coalescelist" | "compact" | "concat" | "contains" | "element" | "flatten" | "index" | "keys"
        | "length" | "list" | "lookup" | "map" | "matchkeys" | "merge" | "one" | "range" | "reverse" | "slice" | "sort" | "transpose"
        | "values" | "zipmap" => collections::apply(name, arguments),
        "alltrue" | "anytrue" | "distinct" | "setintersection" | "setproduct" | "setsubtract" | "setunion" | "tobool" | "tolist"
        | "tomap" | "tonumber" | "toset" | "tostring" => sets::apply(name, arguments),
        "base64decode" | "base64encode" | "csvdecode" | "textdecodebase64" | "textencodebase64" | "urldecode" | "urlencode" => {
            encoding::apply(name, arguments)
        }
        "jsonencode" => json::encode(arguments.node(0)?, arguments.here),
        "ephemeralasnull" => Ok(arguments.value(0)?.clone()),
        "jsondecode" => json::decode(arguments.value(0)?, arguments.here),
        "yamlencode" => yaml::encode(arguments.node(0)?),
        "yamldecode" => yaml::decode(&arguments.scalar(0)?, arguments.here),
        "regex" | "regexall" => patterns::apply(name, arguments),
        "formatdate" | "timeadd" | "timecmp" => dates::apply(name, arguments),
        "cidrcontains" | "cidrhost" | "cidrnetmask" | "cidrsubnet" | "cidrsubnets" => network::apply(name, arguments),
        "basename" | "dirname" | "pathexpand" => files::path(name, arguments),
        "file" | "filebase64" | "fileexists" | "fileset" | "filebase64sha256" | "filebase64sha512" | "filemd5" | "filesha1"
        | "filesha256" | "filesha512" | "templatefile" | "templatestring" => files::apply(name, arguments, scope),
        "base64sha256" | "base64sha512" | "md5" | "sha1" | "sha256" | "sha512" => {
            hashes::digest(name, arguments.scalar(0)?.as_bytes()).map_or(Err(Fault::NotEvaluated), |digest| Ok(value::text(digest)))
        }
        "uuidv5" => hashes::uuidv5(arguments),
        _ => Err(Fault::NotEvaluated),
    }
}

impl<'a> Arguments<'a> {
    fn node(&self, index: usize) -> Result<&'a Node, Fault> {
        self.given.get(index).ok_or_else(|| Fault::Invalid("an argument is missing".to_string()))
    }

    fn value(&self, index: usize) -> Result<&'a Value, Fault> {
        self.node(index).map(|node| &node.value)
    }

    fn has(&self, index: usize) -> bool {
        self.given.get(index).is_some()
    }

    /// A text; numbers and booleans are converted.
    fn scalar(&self, index: usize) -> Result<String, Fault> {
        scalar(self.value(index)?)
    }

    fn number(&self, index: usize) -> Result<f64, Fault> {
        let value = known(self.value(index)?)?;
        value::as_number(value).ok_or_else(|| Fault::Invalid("an argument is not a number".to_string()))
    }

    /// A whole number that is not negative.
    fn count(&self, index: usize) -> Result<usize, Fault> {
        let number = self.number(index)?;
        if number < 0.0 || number.fract() != 0.0 || number > 1e9 { refuse("an argument is not a count") } else { Ok(number as usize) }
    }

    /// The items of a list, known or not.
    fn list(&self, index: usize) -> Result<&'a [Node], Fault> {
        list(self.node(index)?)
    }

    fn map(&self, index: usize) -> Result<&'a [(String, Node)], Fault> {
        match self.value(index)? {
            Value::Map(entries) => Ok(entries),
            other => known(other).and_then(|_| refuse("an argument is not a map")),
        }
    }

    fn at(&self, value: Value) -> Node {
        Node::new(self.here, value)
    }

    fn texts(&self, texts: impl IntoIterator<Item = String>) -> Value {
        Value::List(texts.into_iter().map(|text| self.at(Value::Text(text))).collect())
    }
}

fn list(node: &Node) -> Result<&[Node], Fault> {
    match &node.value {
        Value::List(items) => Ok(items),
        other => known(other).and_then(|_| refuse("an argument is not a list")),
    }
}

fn scalar(of: &Value) -> Result<String, Fault> {
    match value::scalar_text(of) {
        Some(text) => Ok(text),
        None => known(of).and_then(|_| refuse("an argument is not a text")),
    }
}

/// The value if it is completely known.
fn known(of: &Value) -> Result<&Value, Fault> {
    if value::is_known(of) { Ok(of) } else { Err(Fault::NotKnown) }
}
