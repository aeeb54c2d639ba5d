//! Whether a Region's opt-in settings keep AWS Backup from a resource that a plan selects. May not know selections' contents.
//!
//! Sources, in the AWS Backup developer guide: "Select AWS services to backup" and "Assign resources with AWS CLI":
//! - assignments by tag, by service name or of everything follow the opt-in of the resource type;
//! - an assignment that names the resource type is backed up whatever the opt-in says, except for types that share one form of
//!   ARN: "Aurora and RDS Clusters share the ARN format `arn:aws:rds:::cluster:*`", Neptune and DocumentDB with them, and the
//!   FSx file systems. For those the opt-in of the type must be on.
//!
//! "What is AWS Backup?" lists Multi-AZ DB clusters (engine `mysql` or `postgres`) under RDS, not under Aurora.

use super::index::Index;
use super::selection::Reach;
use super::unread::why_unread;
use crate::inventory::types::rds::DbCluster;
use crate::inventory::types::{self, account};
use crate::inventory::{DEPLOYED, Fact, Resource, Shard, arn};
use std::collections::BTreeMap;

/// What AWS Backup calls the type of a resource, such as `EBS`, as in `ResourceTypeOptInPreference`; empty for types that it does
/// not know. A cluster whose engine was not read counts as Aurora.
pub fn backup_type(resource: &Resource) -> &'static str {
    let name = types::find(&resource.type_name).and_then(|info| info.backup_type);
    match (name, engine(resource)) {
        (Some("Aurora"), Some(engine)) if !engine.starts_with("aurora") => cluster_type(engine),
        (name, _) => name.unwrap_or_default(),
    }
}

/// The other backup type that a resource may be of: a cluster in `rds:DescribeDBClusters` whose engine was not read may be a Multi-AZ DB cluster.
pub fn other_type(resource: &Resource) -> Option<&'static str> {
    (backup_type(resource) == "Aurora" && engine(resource).is_none()).then_some("RDS")
}

fn engine(resource: &Resource) -> Option<&str> {
    resource.get::<DbCluster>()?.engine.read().map(String::as_str)
}

/// The backup type of a cluster in `rds:DescribeDBClusters` that is not Aurora's.
fn cluster_type(engine: &str) -> &'static str {
    match engine {
        "neptune" => "Neptune",
        "docdb" => "DocumentDB",
        _ => "RDS",
    }
}

/// Whether a Region's opt-in applies to a type however a selection reaches it. For RDS clusters it does as well, but not for RDS
/// instances: [`Reach::Shared`] tells them apart.
pub fn always_applies(backup_type: &str) -> bool {
    matches!(backup_type, "Aurora" | "Neptune" | "DocumentDB" | "FSx")
}

/// Whether opt-in settings block a resource that a selection reached in this way. A type that they do not name is opted in.
pub fn blocked(opt_in: &BTreeMap<String, bool>, backup_type: &str, reach: Reach) -> bool {
    let overridden = reach == Reach::Explicit && !always_applies(backup_type);
    opt_in.get(backup_type) == Some(&false) && !overridden
}

/// Whether logically air-gapped vaults are taken to keep backups of a type: all but those of Redshift.
pub fn air_gapped_supported(backup_type: &str) -> bool {
    !matches!(backup_type, "Redshift" | "Redshift Serverless")
}

/// AWS Backup resource type to opt-in.
type OptIn = Fact<BTreeMap<String, bool>>;

/// The opt-in settings that the selections of a shard follow.
pub struct OptIns<'s> {
    shard: &'s Shard,
    opt_in: OptIn,
    /// The Region's settings were read.
    opt_in_told: bool,
    /// The settings of other Regions and accounts, which only a template declares beside its own.
    elsewhere: Vec<(&'s Resource, OptIn)>,
    /// The settings, where a template declares them.
    declared: Option<&'s Resource>,
    opt_in_unread: Vec<String>,
}

impl<'s> OptIns<'s> {
    /// Reads the settings of a shard.
    pub fn new(index: &Index<'s>) -> Self {
        // Other settings of the Region are resources of their own in a template.
        let opt_in_of = |region: &Resource| region.get::<account::Region>().map(|region| region.opt_in.clone()).unwrap_or_default();
        let says = |region: &Resource| !opt_in_of(region).is_unread() || why_unread(index.shard, region, "opt_in") != [DEPLOYED];
        let is_here = |region: &&Resource| region.region == index.shard.region && region.account == index.shard.account;
        let (here, elsewhere): (Vec<&Resource>, Vec<&Resource>) =
            index.shard.of_type("AWS::Region").filter(|region| says(region)).partition(is_here);
        let region = here.first().copied();
        let mut opt_in = region.map(opt_in_of).unwrap_or_default();
        let opt_in_told = !opt_in.is_unread();
        let mut opt_in_unread = index.missing(&["backup:DescribeRegionSettings"]);
        match region.filter(|region| region.declared.is_some() && !opt_in_told) {
            Some(region) => opt_in_unread.extend(why_unread(index.shard, region, "opt_in")),
            // Few templates show the Region's settings: selections count as if the Region were opted in.
            None if index.shard.coverage.template && !opt_in_told => opt_in = Fact::Read(BTreeMap::new()),
            None => {}
        }
        if !opt_in_told && (opt_in_unread.is_empty() || index.shard.coverage.is_template_alone()) {
            opt_in_unread.push(match index.shard.coverage.template {
                true => DEPLOYED.to_owned(),
                false => "the inventory has no opt-in settings of the Region".to_owned(),
            });
        }
        OptIns {
            shard: index.shard,
            opt_in,
            opt_in_told,
            elsewhere: elsewhere.into_iter().map(|region| (region, opt_in_of(region))).collect(),
            declared: region.filter(|region| region.declared.is_some()),
            opt_in_unread,
        }
    }

    /// The Region's opt-in for a type: `Err` has the reasons why it is not known.
    pub fn of_type(&self, backup_type: &str) -> Result<bool, &[String]> {
        match self.opt_in.read() {
            Some(map) if self.opt_in_told => Ok(map.get(backup_type).copied().unwrap_or(true)),
            _ => Err(&self.opt_in_unread),
        }
    }

    /// The opt-in where a selection is, and why it is not known.
    pub fn of_selection(&self, selection: &Resource) -> Result<&BTreeMap<String, bool>, Vec<String>> {
        static OPTED_IN: BTreeMap<String, bool> = BTreeMap::new();
        let found = self.elsewhere.iter().find(|(region, _)| arn::apart(region, selection) == Fact::Read(false));
        match found {
            Some((region, opt_in)) => opt_in.read().ok_or_else(|| why_unread(self.shard, region, "opt_in")),
            None if self.declared.is_some_and(|region| arn::apart(region, selection) == Fact::Read(true)) => Ok(&OPTED_IN),
            None => self.opt_in.read().ok_or_else(|| self.opt_in_unread.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const REACHES: [Reach; 5] = [Reach::Tag, Reach::Everything, Reach::Service, Reach::Shared, Reach::Explicit];

    fn off(name: &str) -> BTreeMap<String, bool> {
        BTreeMap::from([(name.to_string(), false), ("Other".to_string(), true)])
    }

    fn type_of(type_name: &str, engine: Option<&str>) -> &'static str {
        backup_type(&of(type_name, engine))
    }

    fn of(type_name: &str, engine: Option<&str>) -> Resource {
        let properties = engine.map_or_else(|| json!({}), |engine| json!({ "engine": engine }));
        let resource = json!({"type": type_name, "arn": "", "account": "", "region": "", "id": "", "properties": properties});
        serde_json::from_value(resource).expect("a resource")
    }

    #[test]
    fn opt_in_off_by_tag_is_blocked() {
        assert!(blocked(&off("EBS"), "EBS", Reach::Tag));
        assert!(blocked(&off("EBS"), "EBS", Reach::Everything));
        assert!(blocked(&off("EBS"), "EBS", Reach::Service));
    }

    #[test]
    fn opt_in_off_by_arn_is_overridden() {
        for name in ["EBS", "EC2", "RDS", "DynamoDB", "EFS", "S3"] {
            assert!(!blocked(&off(name), name, Reach::Explicit), "{name}");
        }
    }

    #[test]
    fn aurora_opt_in_off_by_arn_is_blocked() {
        for name in ["Aurora", "Neptune", "DocumentDB", "FSx"] {
            assert!(always_applies(name));
            assert!(REACHES.iter().all(|reach| blocked(&off(name), name, *reach)), "{name}");
            assert!(!REACHES.iter().any(|reach| blocked(&off("RDS"), name, *reach)), "{name}");
        }
    }

    #[test]
    fn multi_az_clusters_follow_the_opt_in_of_rds() {
        assert_eq!(type_of("AWS::RDS::DBCluster", Some("mysql")), "RDS");
        assert_eq!(type_of("AWS::RDS::DBCluster", Some("postgres")), "RDS");
        assert!(blocked(&off("RDS"), "RDS", Reach::Shared));
        assert!(!blocked(&off("Aurora"), "RDS", Reach::Tag));
    }

    #[test]
    fn only_a_cluster_without_engine_may_be_of_two_types() {
        let other = |type_name: &str, engine: Option<&str>| other_type(&of(type_name, engine));
        assert_eq!(other("AWS::RDS::DBCluster", None), Some("RDS"));
        assert_eq!(other("AWS::RDS::DBCluster", Some("aurora-mysql")), None);
        assert_eq!(other("AWS::RDS::DBCluster", Some("mysql")), None);
        assert_eq!(other("AWS::RDS::DBInstance", None), None);
    }

    #[test]
    fn opted_in_is_never_blocked() {
        for settings in [BTreeMap::from([("EBS".to_string(), true)]), BTreeMap::new(), off("EC2")] {
            assert!(!REACHES.iter().any(|reach| blocked(&settings, "EBS", *reach)));
        }
    }

    #[test]
    fn backup_types() {
        for (type_name, engine, expected) in [
            ("AWS::EC2::Volume", None, "EBS"),
            ("AWS::EC2::Instance", None, "EC2"),
            ("AWS::RDS::DBInstance", Some("postgres"), "RDS"),
            ("AWS::RDS::DBCluster", Some("aurora-postgresql"), "Aurora"),
            ("AWS::RDS::DBCluster", Some("aurora"), "Aurora"),
            ("AWS::RDS::DBCluster", None, "Aurora"),
            ("AWS::Neptune::DBCluster", Some("neptune"), "Neptune"),
            ("AWS::DocDB::DBCluster", Some("docdb"), "DocumentDB"),
            ("AWS::DynamoDB::Table", None, "DynamoDB"),
            ("AWS::EFS::FileSystem", None, "EFS"),
            ("AWS::S3::Bucket", None, "S3"),
            ("AWS::Backup::BackupVault", None, ""),
            ("AWS::Nobody::Knows", None, ""),
        ] {
            assert_eq!(type_of(type_name, engine), expected, "{type_name}");
        }
    }
}
