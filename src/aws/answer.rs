//! The members that every complete answer of AWS has. The SDK accepts a truncated XML answer, `{}` and most answers of another form as empty
//! lists. So each operation declares the members that AWS always sends, and an answer without them fails. Makes no calls.
//!
//! The service's API reference ("Response Syntax", "Response Elements") and its model show which members AWS always sends: the list of a list
//! operation, which may be empty, and in each item the id that other operations accept. If AWS answers with an error when there is nothing to
//! return (`NoSuchTagSet`, `ResourceNotFoundException`), an answer without an error must have content.

mod cbor;

use quick_xml::events::Event;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The form of an answer and the members that it always has, as paths: `Policies/*/PolicyId` is a member `Policies`, and a member `PolicyId` in
/// each of its items.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    form: Form,
    holds: &'static [&'static str],
}

#[derive(Debug, PartialEq, Eq)]
enum Form {
    /// The protocols awsJson and restJson: a JSON object.
    Json,
    /// The protocol rpcv2Cbor: a CBOR map. The SDK chooses it for services that have both this protocol and JSON.
    Cbor,
    /// The protocol ec2Query: XML in `<OperationResponse>`.
    Ec2,
    /// The protocol awsQuery: XML in `<OperationResponse><OperationResult>`.
    Query,
    /// The protocol restXml: XML with the operation's own root element.
    Xml(&'static str),
}

impl Answer {
    /// A JSON object.
    pub const fn json(holds: &'static [&'static str]) -> Answer {
        Answer { form: Form::Json, holds }
    }

    /// A CBOR map.
    pub const fn cbor(holds: &'static [&'static str]) -> Answer {
        Answer { form: Form::Cbor, holds }
    }

    /// An XML answer of EC2.
    pub const fn ec2(holds: &'static [&'static str]) -> Answer {
        Answer { form: Form::Ec2, holds }
    }

    /// An XML answer of a service with the protocol awsQuery, such as RDS.
    pub const fn query(holds: &'static [&'static str]) -> Answer {
        Answer { form: Form::Query, holds }
    }

    /// An XML answer with its own root element, as S3 sends it.
    pub const fn xml(root: &'static str, holds: &'static [&'static str]) -> Answer {
        Answer { form: Form::Xml(root), holds }
    }

    /// Whether an answer without any member is valid.
    pub fn may_be_hollow(&self) -> bool {
        self.holds.is_empty()
    }

    /// Checks that `body` is a complete answer of the operation with this name.
    ///
    /// # Errors
    /// The first flaw. The error quotes nothing of the body.
    pub fn check(&self, operation: &str, body: &[u8]) -> Result<(), Flaw> {
        if self.form == Form::Cbor {
            return cbor(body, self.holds);
        }
        let body = std::str::from_utf8(body).map_err(|_| Flaw::Garbled)?.trim_start();
        if body.is_empty() {
            return Err(Flaw::Empty);
        }
        match self.form {
            Form::Json | Form::Cbor => json(body, self.holds),
            Form::Ec2 => xml(body, &format!("{operation}Response"), self.holds),
            Form::Query => {
                let held: Vec<String> = self.holds.iter().map(|path| format!("{operation}Result/{path}")).collect();
                xml(body, &format!("{operation}Response"), &held.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Form::Xml(root) => xml(body, root, self.holds),
        }
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    Empty,
    Cut,
    Garbled,
    /// Not an answer of the operation: a web page, an error, the answer of another operation.
    Other,
    Lacks(String),
    TooLarge,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Empty => f.write_str("the answer is empty"),
            Flaw::Cut => f.write_str("the answer is truncated"),
            Flaw::Garbled => f.write_str("the answer is not in a form of AWS"),
            Flaw::Other => f.write_str("the answer does not belong to this operation"),
            Flaw::Lacks(member) => write!(f, "the answer lacks {member}, which AWS always sends"),
            Flaw::TooLarge => write!(f, "the answer is larger than {} MiB", super::transport::LARGEST >> 20),
        }
    }
}

impl std::error::Error for Flaw {}

/// The first member of a path and the rest; the rest is empty after the last member.
fn split(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

/// The rest of those `paths` that begin with the member `name`.
fn below<'p>(paths: &[&'p str], name: &str) -> Vec<&'p str> {
    let tails = paths.iter().map(|path| split(path)).filter(|(head, _)| *head == name || *head == "*").map(|(_, tail)| tail);
    tails.filter(|tail| !tail.is_empty()).collect()
}

fn json(body: &str, holds: &[&str]) -> Result<(), Flaw> {
    let mut lacks = None;
    let mut parser = serde_json::Deserializer::from_str(body);
    let there = Members { paths: holds.to_vec(), lacks: &mut lacks, top: true }
        .deserialize(&mut parser)
        .and_then(|there| parser.end().map(|()| there));
    match there {
        Ok(true) => Ok(()),
        Ok(false) => Err(Flaw::Other),
        Err(error) if error.is_eof() => Err(Flaw::Cut),
        Err(error) if error.is_data() => Err(lacks.map_or(Flaw::Other, Flaw::Lacks)),
        Err(_) => Err(Flaw::Garbled),
    }
}

fn cbor(body: &[u8], holds: &[&str]) -> Result<(), Flaw> {
    if body.is_empty() {
        return Err(Flaw::Empty);
    }
    let value = cbor::value(body).map_err(|error| if error.is_end_of_input() { Flaw::Cut } else { Flaw::Garbled })?;
    let mut lacks = None;
    match (Members { paths: holds.to_vec(), lacks: &mut lacks, top: true }).deserialize(value) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Flaw::Other),
        Err(_) => Err(lacks.map_or(Flaw::Other, Flaw::Lacks)),
    }
}

/// Reads a value that must have the members of the remaining paths. Returns whether the value is anything but `null`.
struct Members<'l, 'p> {
    paths: Vec<&'p str>,
    /// The first missing member.
    lacks: &'l mut Option<String>,
    /// Whether this is the answer itself, which must be an object.
    top: bool,
}

impl Members<'_, '_> {
    fn lacking<E: serde::de::Error>(&mut self, path: &str) -> E {
        let member = path.trim_start_matches("*/");
        *self.lacks = Some(if member == "*" { "what its list holds".to_owned() } else { member.to_owned() });
        E::custom("lacks a member")
    }

    /// A value without members.
    fn scalar<E: serde::de::Error>(mut self) -> Result<bool, E> {
        match self.paths.first().copied() {
            _ if self.top => Err(E::custom("no object")),
            Some(path) => Err(self.lacking(path)),
            None => Ok(true),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Members<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<bool, A::Error> {
        let mut seen = vec![false; self.paths.len()];
        while let Some(name) = map.next_key::<String>()? {
            let is_named = |path: &&&str| split(path).0 == name;
            if !self.paths.iter().any(|path| is_named(&path)) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let there = map.next_value_seed(Members { paths: below(&self.paths, &name), lacks: &mut *self.lacks, top: false })?;
            for (path, seen) in self.paths.iter().zip(&mut seen) {
                *seen |= there && is_named(&path);
            }
        }
        match self.paths.iter().zip(seen).find(|(_, seen)| !seen) {
            Some((path, _)) => {
                let path = *path;
                Err(self.lacking(path))
            }
            None => Ok(true),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<bool, A::Error> {
        if self.top {
            return Err(A::Error::custom("no object"));
        }
        if let Some(path) = self.paths.iter().copied().find(|path| split(path).0 != "*") {
            return Err(self.lacking(path));
        }
        let is_looked_at = !self.paths.is_empty();
        let tails = below(&self.paths, "*");
        while let Some(there) = list.next_element_seed(Members { paths: tails.clone(), lacks: &mut *self.lacks, top: false })? {
            if is_looked_at && !there {
                let path = tails.first().copied().unwrap_or("*");
                return Err(self.lacking(path));
            }
        }
        Ok(true)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<bool, E> {
        self.scalar()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<bool, E> {
        self.scalar()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<bool, E> {
        self.scalar()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<bool, E> {
        self.scalar()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<bool, E> {
        self.scalar()
    }
}

/// An open element: the members that it must have, and those that were read.
struct Element<'p> {
    paths: Vec<&'p str>,
    seen: Vec<bool>,
}

impl<'p> Element<'p> {
    fn new(paths: Vec<&'p str>) -> Element<'p> {
        Element { seen: vec![false; paths.len()], paths }
    }

    /// The element `name` inside this one.
    fn child(&mut self, name: &str) -> Element<'p> {
        for (path, seen) in self.paths.iter().zip(&mut self.seen) {
            *seen |= split(path).0 == name;
        }
        Element::new(below(&self.paths, name))
    }

    /// Called at the end of the element. A list (`*`) may be empty.
    fn close(self) -> Result<(), Flaw> {
        let missing = self.paths.iter().zip(self.seen).find(|(path, seen)| !seen && split(path).0 != "*");
        missing.map_or(Ok(()), |(path, _)| Err(Flaw::Lacks((*path).to_owned())))
    }
}

fn xml(body: &str, root: &str, holds: &[&str]) -> Result<(), Flaw> {
    let mut reader = quick_xml::Reader::from_str(body);
    let (mut open, mut started): (Vec<Element<'_>>, bool) = (Vec::new(), false);
    loop {
        let (start, ends) = match reader.read_event() {
            Ok(Event::Start(tag)) => (Some(tag), false),
            Ok(Event::Empty(tag)) => (Some(tag), true),
            Ok(Event::End(_)) => (None, true),
            Ok(Event::Eof) if started && open.is_empty() => return Ok(()),
            Ok(Event::Eof) => return Err(if started { Flaw::Cut } else { Flaw::Garbled }),
            Ok(Event::Text(text)) if open.is_empty() && !text.trim().is_empty() => return Err(Flaw::Garbled),
            Ok(_) => (None, false),
            // A truncated tag.
            Err(quick_xml::Error::Syntax(_)) if started => return Err(Flaw::Cut),
            Err(_) => return Err(Flaw::Garbled),
        };
        if let Some(tag) = start {
            let name = tag.local_name();
            let element = match open.last_mut() {
                Some(parent) => parent.child(name.as_ref()),
                None if started || name.as_ref() != root => return Err(Flaw::Other),
                None => Element::new(holds.to_vec()),
            };
            open.push(element);
            started = true;
        }
        if ends && let Some(element) = open.pop() {
            element.close()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOLUMES: Answer = Answer::ec2(&["volumeSet/*/volumeId"]);
    const INSTANCES: Answer = Answer::query(&["DBInstances/*/DBInstanceArn"]);
    const RULES: Answer = Answer::xml("ReplicationConfiguration", &["Rule/Status"]);
    const VERSIONING: Answer = Answer::xml("VersioningConfiguration", &[]);
    const VAULTS: Answer = Answer::json(&["BackupVaultList/*/BackupVaultArn"]);
    const TABLES: Answer = Answer::json(&["TableNames/*"]);
    const PLAN: Answer = Answer::json(&["BackupPlan/Rules", "BackupPlan/Rules/*/RuleName"]);

    fn lacks(member: &str) -> Result<(), Flaw> {
        Err(Flaw::Lacks(member.to_owned()))
    }

    #[test]
    fn whole_xml_is_an_answer() {
        for whole in [
            "<DescribeVolumesResponse xmlns=\"http://ec2\"><requestId>1</requestId><volumeSet/></DescribeVolumesResponse>",
            "<?xml version=\"1.0\"?>\n<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId></item></volumeSet></DescribeVolumesResponse>\n",
            "<DescribeVolumesResponse><volumeSet><item><tagSet><item><key>a &amp; b</key></item></tagSet><volumeId>vol-1</volumeId></item></volumeSet></DescribeVolumesResponse>",
        ] {
            assert_eq!(VOLUMES.check("DescribeVolumes", whole.as_bytes()), Ok(()), "{whole}");
        }
        let databases = "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>";
        assert_eq!(INSTANCES.check("DescribeDBInstances", databases.as_bytes()), Ok(()));
        let rule = b"<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status></Rule></ReplicationConfiguration>";
        assert_eq!(RULES.check("GetBucketReplication", rule), Ok(()));
        assert_eq!(VERSIONING.check("GetBucketVersioning", b"<VersioningConfiguration/>"), Ok(()));
    }

    #[test]
    fn other_xml_is_none() {
        let whole = "<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId></item></volumeSet></DescribeVolumesResponse>";
        for end in 0..whole.len() {
            assert!(VOLUMES.check("DescribeVolumes", &whole.as_bytes()[..end]).is_err(), "{}", &whole[..end]);
        }
        let of = |body: &str| VOLUMES.check("DescribeVolumes", body.as_bytes());
        assert_eq!(of(&whole[..whole.rfind("</").unwrap()]), Err(Flaw::Cut));
        assert_eq!(of(" \n"), Err(Flaw::Empty));
        assert_eq!(of("{}"), Err(Flaw::Garbled));
        assert_eq!(of("<!DOCTYPE html><html><body>Log in</body></html>"), Err(Flaw::Other));
        assert_eq!(of("<DescribeVolumesResponse/>"), lacks("volumeSet/*/volumeId"));
        assert_eq!(of("<DescribeVolumesResponse><volumeSet><item/></volumeSet></DescribeVolumesResponse>"), lacks("volumeId"));
        assert_eq!(of("<DescribeVolumesResponse><volumeSet/></DescribeSnapshotsResponse>"), Err(Flaw::Garbled));
        assert_eq!(of(&format!("{whole}{whole}")), Err(Flaw::Other));
        assert_eq!(of(&format!("{whole} and more")), Err(Flaw::Garbled));
        let outside = b"<DescribeDBInstancesResponse><DBInstances/></DescribeDBInstancesResponse>";
        assert!(INSTANCES.check("DescribeDBInstances", outside).is_err());
        assert_eq!(RULES.check("GetBucketReplication", b"<ReplicationConfiguration><Rule/></ReplicationConfiguration>"), lacks("Status"));
        assert_eq!(VERSIONING.check("GetBucketVersioning", b"<Error><Code>InternalError</Code></Error>"), Err(Flaw::Other));
        assert_eq!(VOLUMES.check("DescribeVolumes", b"<DescribeVolumesResponse>\xff</DescribeVolumesResponse>"), Err(Flaw::Garbled));
    }

    #[test]
    fn whole_json_is_an_answer() {
        let of = |answer: &Answer, body: &str| answer.check("Any", body.as_bytes());
        assert_eq!(of(&VAULTS, r#"{"BackupVaultList": [], "NextToken": null}"#), Ok(()));
        assert_eq!(
            of(&VAULTS, r#"{"BackupVaultList": [{"BackupVaultArn": "a", "Locked": true}, {"X": [{}], "BackupVaultArn": "b"}]}"#),
            Ok(())
        );
        assert_eq!(of(&TABLES, r#"{"TableNames": ["a", "b"]}"#), Ok(()));
        assert_eq!(of(&PLAN, r#"{"BackupPlan": {"Rules": [{"RuleName": "daily"}]}}"#), Ok(()));
    }

    #[test]
    fn other_json_is_none() {
        let whole = r#"{"BackupVaultList": [{"BackupVaultArn": "a"}]}"#;
        let of = |body: &str| VAULTS.check("ListBackupVaults", body.as_bytes());
        for end in 1..whole.len() {
            assert_eq!(of(&whole[..end]), Err(Flaw::Cut), "{}", &whole[..end]);
        }
        assert_eq!(of(""), Err(Flaw::Empty));
        assert_eq!(of("<html></html>"), Err(Flaw::Garbled));
        assert_eq!(of(&format!("{whole}{whole}")), Err(Flaw::Garbled));
        for other in ["[]", "null", "true", "7", "\"text\""] {
            assert_eq!(of(other), Err(Flaw::Other), "{other}");
        }
        for hollow in ["{}", r#"{"BackupVaultList": null}"#, r#"{"backupVaultList": []}"#] {
            assert_eq!(of(hollow), lacks("BackupVaultList/*/BackupVaultArn"), "{hollow}");
        }
        for item in [r#"{"BackupVaultList": [{}]}"#, r#"{"BackupVaultList": [null]}"#, r#"{"BackupVaultList": [{"BackupVaultArn": null}]}"#]
        {
            assert_eq!(of(item), lacks("BackupVaultArn"), "{item}");
        }
        for kind in [r#"{"BackupVaultList": {}}"#, r#"{"BackupVaultList": "x"}"#, r#"{"BackupVaultList": ["x"]}"#] {
            assert!(matches!(of(kind), Err(Flaw::Lacks(_))), "{kind}");
        }
        assert!(TABLES.check("ListTables", br#"{"TableNames": [null]}"#).is_err());
        assert_eq!(PLAN.check("GetBackupPlan", br#"{"BackupPlan": {"BackupPlanName": "p"}}"#), lacks("Rules"));
    }

    const ALARMS: Answer = Answer::cbor(&["MetricAlarms/*/AlarmName"]);

    /// `{"MetricAlarms": [{"Threshold": 1.0, "StateUpdatedTimestamp": time, "AlarmName": "a"}], "NextToken": null}`.
    const IN_CBOR: &[u8] = b"\xa2\x6cMetricAlarms\x81\xa3\x69Threshold\xfb\x3f\xf0\0\0\0\0\0\0\x75StateUpdatedTimestamp\xc1\x1a\x65\x55\x6e\x25\x69AlarmName\x61a\x69NextToken\xf6";

    #[test]
    fn whole_cbor_is_an_answer() {
        let indefinite: &[u8] = b"\xbf\x7f\x66Metric\x66Alarms\xff\x9f\xbf\x69AlarmName\x61a\xff\xff\x61x\x43abc\x61y\x20\xff";
        for whole in [IN_CBOR, indefinite, b"\xa1\x6cMetricAlarms\x80", b"\xbf\x6cMetricAlarms\x9f\xff\x61z\xf5\xff"] {
            assert_eq!(ALARMS.check("DescribeAlarms", whole), Ok(()), "{whole:?}");
        }
    }

    #[test]
    fn other_cbor_is_none() {
        let of = |body: &[u8]| ALARMS.check("DescribeAlarms", body);
        for end in 1..IN_CBOR.len() {
            assert_eq!(of(&IN_CBOR[..end]), Err(Flaw::Cut), "{end}");
        }
        assert_eq!(of(b""), Err(Flaw::Empty));
        assert_eq!(of(&[IN_CBOR, b" "].concat()), Err(Flaw::Garbled));
        assert_eq!(of(b"<!DOCTYPE html>"), Err(Flaw::Garbled));
        assert!(of(b"{\"MetricAlarms\": []}").is_err());
        for other in [&b"\x80"[..], b"\xf6", b"\xf5", b"\x07", b"\x64text", b"\x41x"] {
            assert_eq!(of(other), Err(Flaw::Other), "{other:?}");
        }
        for hollow in [&b"\xa0"[..], b"\xbf\xff", b"\xa1\x6cMetricAlarms\xf6", b"\xa1\x6cmetricAlarms\x80"] {
            assert_eq!(of(hollow), lacks("MetricAlarms/*/AlarmName"), "{hollow:?}");
        }
        for item in
            [&b"\xa1\x6cMetricAlarms\x81\xa0"[..], b"\xa1\x6cMetricAlarms\x81\xf6", b"\xa1\x6cMetricAlarms\x81\xa1\x69AlarmName\xf6"]
        {
            assert_eq!(of(item), lacks("AlarmName"), "{item:?}");
        }
        assert_eq!(of(&[0x81; 100_000]), Err(Flaw::Garbled));
        assert_eq!(of(&[&b"\xa1\x61x"[..], &[0x81; 100_000]].concat()), Err(Flaw::Garbled));
        assert_eq!(of(b"\xa1\x61x\x7f\x41y\xff"), Err(Flaw::Garbled));
        assert_eq!(of(b"\xa1\x61x\xff"), Err(Flaw::Garbled));
    }
}
