//! Which encryption types a bucket policy refuses.
//!
//! Source: "Policy condition keys for Amazon S3" and the examples of "Protecting data with server-side encryption" in the Amazon S3
//! user guide. Each way to ask for encryption is a request with certain headers; a type is refused when all requests that store
//! objects under it are surely denied. `s3:PutObject` authorises PutObject, CopyObject, POST and multipart uploads.

use super::document::{Condition, Names, Statement};
use super::operator::{Comparison, Operator, all, any};
use super::statement::{denies_action, names_everyone};
use super::text::Text;

/// The encryption types whose uploads the policy refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The types, of `SSE-S3`, `SSE-KMS`, `DSSE-KMS` and `SSE-C`, for which the policy refuses every upload by everyone.
    pub surely: Vec<&'static str>,
    /// The types for which that depends on the value of a symbol.
    pub perhaps: Vec<&'static str>,
}

/// A header of a request, as a condition key sees it.
#[derive(Clone, Copy)]
enum Header {
    Absent,
    Is(&'static str),
    /// Absent or any value.
    Any,
}

/// An upload, by its encryption headers.
struct Upload {
    /// `x-amz-server-side-encryption`.
    algorithm: Header,
    /// `x-amz-server-side-encryption-aws-kms-key-id`.
    kms_key: Header,
    /// `x-amz-server-side-encryption-customer-algorithm`.
    customer_algorithm: Header,
}

const fn named(algorithm: &'static str, kms_key: Header) -> Upload {
    Upload { algorithm: Header::Is(algorithm), kms_key, customer_algorithm: Header::Absent }
}

/// An upload that leaves the choice to the bucket's default encryption. Conditions see its headers, not the default.
const UNNAMED: Upload = Upload { algorithm: Header::Absent, kms_key: Header::Absent, customer_algorithm: Header::Absent };

/// The types, the name of their algorithm in default encryption, and the upload that requests them.
const TYPES: [(&str, Option<&str>, Upload); 4] = [
    ("SSE-S3", Some("AES256"), named("AES256", Header::Absent)),
    ("SSE-KMS", Some("aws:kms"), named("aws:kms", Header::Any)),
    ("DSSE-KMS", Some("aws:kms:dsse"), named("aws:kms:dsse", Header::Any)),
    ("SSE-C", None, Upload { customer_algorithm: Header::Is("AES256"), ..UNNAMED }),
];

/// The encryption types for which the policy denies every upload to everyone. An unknown statement may deny anything.
pub fn refused(statements: &[Option<Statement>], default_algorithm: Option<&str>, bucket_arn: &str) -> Refused {
    let denied = |upload: &Upload| any(statements.iter().map(|statement| denies(statement.as_ref()?, upload, bucket_arn)));
    let mut refused = Refused::default();
    for (name, algorithm, upload) in &TYPES {
        let may_be_default = algorithm.is_some() && default_algorithm.is_none_or(|default| Some(default) == *algorithm);
        let by_default = if may_be_default { denied(&UNNAMED) } else { Some(true) };
        match all([denied(upload), by_default]) {
            Some(true) => refused.surely.push(name),
            Some(false) => {}
            None => refused.perhaps.push(name),
        }
    }
    refused
}

/// Whether a statement surely denies an upload, for any caller and any object name.
fn denies(statement: &Statement, upload: &Upload, bucket_arn: &str) -> Option<bool> {
    let all_objects = match &statement.resources {
        Names::Only(list) => any(list.iter().map(|resource| covers_all_objects(resource, bucket_arn))),
        Names::AllBut(_) => Some(false),
    };
    let conditions = statement.conditions.as_ref().and_then(|list| all(list.iter().map(|condition| holds(condition, upload))));
    all([denies_action(statement, "s3:PutObject"), names_everyone(statement), all_objects, conditions])
}

/// Whether a resource covers all objects of the bucket: `*`, `arn:aws:s3:::bucket/*`, `arn:aws:s3:::bucket*`. A bucket policy can name only
/// its own bucket; a template may name it with a symbol.
fn covers_all_objects(resource: &Text, bucket_arn: &str) -> Option<bool> {
    let of_own = resource.whole.strip_prefix(bucket_arn).filter(|_| !bucket_arn.is_empty());
    if of_own.is_some_and(|rest| matches!(rest.trim_end_matches('*'), "" | "/") && rest.ends_with('*')) {
        return Some(true);
    }
    if resource.has_variable() {
        return Some(false);
    }
    resource.passes(|text| {
        let Some(prefix) = text.strip_suffix('*').map(|prefix| prefix.trim_end_matches('*')) else { return false };
        !prefix.strip_suffix('/').unwrap_or(prefix).contains(['/', '?'])
    })
}

/// Whether a condition surely holds for an upload, whatever else it depends on; `None` if that depends on the value of a symbol.
fn holds(condition: &Condition, upload: &Upload) -> Option<bool> {
    let header = match condition.key.as_str() {
        "s3:x-amz-server-side-encryption" => upload.algorithm,
        "s3:x-amz-server-side-encryption-aws-kms-key-id" => upload.kms_key,
        "s3:x-amz-server-side-encryption-customer-algorithm" => upload.customer_algorithm,
        _ => return Some(false),
    };
    let values = condition.values.as_slice();
    // Policy variables may have any value.
    if values.is_empty() || values.iter().any(Text::has_variable) {
        return Some(false);
    }
    let operator = Operator::parse(&condition.operator);
    match (operator.comparison, header) {
        (Comparison::Null, header) => is_null(values, header),
        (Comparison::Bool | Comparison::Other, _) | (_, Header::Any) => Some(false),
        (_, Header::Absent) => Some(operator.holds_without_key()),
        (_, Header::Is(text)) => operator.finds(values, text).map(|found| found != operator.negated),
    }
}

/// `Null`: `true` for an absent key, `false` for a present one.
fn is_null(values: &[Text], header: Header) -> Option<bool> {
    let absent = match header {
        Header::Absent => "true",
        Header::Is(_) => "false",
        Header::Any => return Some(false),
    };
    any(values.iter().map(|value| if value.is_open() { None } else { Some(value.whole.eq_ignore_ascii_case(absent)) }))
}
