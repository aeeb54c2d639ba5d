//! Which encryption types a bucket policy refuses.
//!
//! Source: "Policy condition keys for Amazon S3" and the examples of "Protecting data with server-side encryption" in the Amazon S3
//! user guide. Each way to ask for encryption is a request with certain headers; a type is refused when all requests that store
//! objects under it are surely denied. `s3:PutObject` authorises PutObject, CopyObject, POST and multipart uploads.

use super::document::{Condition, Names, Statement};
use wildmatch::WildMatch;

/// A header of a request, as a condition key sees it.
#[derive(Clone, Copy)]
enum Header {
    Absent,
    Is(&'static str),
    /// Absent or anything.
    Any,
}

/// An upload by its encryption headers.
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

/// The types, the algorithm by which default encryption names them, and the upload that asks for them.
const TYPES: [(&str, Option<&str>, Upload); 4] = [
    ("SSE-S3", Some("AES256"), named("AES256", Header::Absent)),
    ("SSE-KMS", Some("aws:kms"), named("aws:kms", Header::Any)),
    ("DSSE-KMS", Some("aws:kms:dsse"), named("aws:kms:dsse", Header::Any)),
    ("SSE-C", None, Upload { customer_algorithm: Header::Is("AES256"), ..UNNAMED }),
];

/// The types of which every upload is denied to everyone.
pub fn refused(statements: &[Statement], default_algorithm: Option<&str>) -> Vec<&'static str> {
    let denied = |upload: &Upload| statements.iter().any(|statement| denies(statement, upload));
    TYPES
        .iter()
        .filter(|(_, algorithm, upload)| {
            let may_be_default = algorithm.is_some() && default_algorithm.is_none_or(|default| Some(default) == *algorithm);
            denied(upload) && (!may_be_default || denied(&UNNAMED))
        })
        .map(|(name, ..)| *name)
        .collect()
}

/// Whether a statement surely denies an upload, whoever does it and whatever the object is called.
fn denies(statement: &Statement, upload: &Upload) -> bool {
    let all_objects = matches!(&statement.resources, Names::Only(list) if list.iter().any(|resource| covers_all_objects(resource)));
    statement.denies("s3:PutObject")
        && statement.names_everyone()
        && all_objects
        && statement.conditions.iter().all(|condition| holds(condition, upload) == Some(true))
}

/// Whether a resource stands for all objects of the bucket: `*`, `arn:aws:s3:::bucket/*`, `arn:aws:s3:::bucket*`. A bucket policy
/// can only name its own bucket.
fn covers_all_objects(resource: &str) -> bool {
    let Some(prefix) = resource.strip_suffix('*') else { return false };
    let prefix = prefix.trim_end_matches('*');
    let bucket = prefix.strip_suffix('/').unwrap_or(prefix);
    !bucket.contains(['/', '?']) && !prefix.contains("${")
}

/// Whether a condition holds for an upload; `None` when that depends on anything else.
fn holds(condition: &Condition, upload: &Upload) -> Option<bool> {
    let header = match condition.key.as_str() {
        "s3:x-amz-server-side-encryption" => upload.algorithm,
        "s3:x-amz-server-side-encryption-aws-kms-key-id" => upload.kms_key,
        "s3:x-amz-server-side-encryption-customer-algorithm" => upload.customer_algorithm,
        _ => return None,
    };
    let values = condition.values.as_slice();
    // Variables may stand for anything.
    if values.is_empty() || values.iter().any(|value| value.contains("${")) {
        return None;
    }
    let operator = condition.operator.as_str();
    let (name, if_exists) = operator.strip_suffix("ifexists").map_or((operator, false), |name| (name, true));
    let (negated, matches): (bool, fn(&str, &str) -> bool) = match name {
        "null" => return is_null(values, header),
        "stringequals" => (false, |pattern, text| pattern == text),
        "stringnotequals" => (true, |pattern, text| pattern == text),
        "stringequalsignorecase" => (false, str::eq_ignore_ascii_case),
        "stringnotequalsignorecase" => (true, str::eq_ignore_ascii_case),
        "stringlike" | "arnlike" | "arnequals" => (false, |pattern, text| WildMatch::new(pattern).matches(text)),
        "stringnotlike" | "arnnotlike" | "arnnotequals" => (true, |pattern, text| WildMatch::new(pattern).matches(text)),
        _ => return None,
    };
    match header {
        Header::Any => None,
        Header::Absent => Some(negated || if_exists),
        Header::Is(text) => Some(values.iter().any(|value| matches(value, text)) != negated),
    }
}

/// `Null`: `true` for an absent key, `false` for one that is there.
fn is_null(values: &[String], header: Header) -> Option<bool> {
    let absent = match header {
        Header::Absent => "true",
        Header::Is(_) => "false",
        Header::Any => return None,
    };
    Some(values.iter().any(|value| value.eq_ignore_ascii_case(absent)))
}
