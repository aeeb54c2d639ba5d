//! AWS Directory Service: directories that it runs, and their snapshots.

use super::{properties, same_properties};

properties! {
    /// An AWS Managed Microsoft AD of the account, in its primary Region. Directories that others share are theirs.
    MicrosoftAd = "AWS::DirectoryService::MicrosoftAD", operation: "ds:DescribeDirectories", tags: "tag:GetResources" {
        /// The stage, such as `Active` or `Deleting`.
        status: Option<String>,
        /// How many manual snapshots it has.
        #[from("ds:GetSnapshotLimits")]
        manual_snapshots: i64,
        /// How many manual snapshots it can have.
        #[from("ds:GetSnapshotLimits")]
        manual_snapshot_limit: i64,
        #[from("ds:GetSnapshotLimits")]
        manual_snapshot_limit_reached: bool,
    }
}

same_properties! {
    /// A Simple AD.
    SimpleAd as MicrosoftAd = "AWS::DirectoryService::SimpleAD", operation: "ds:DescribeDirectories"
}

properties! {
    /// A snapshot of a directory. AWS has no ARN for it; this one follows the form of the directory's ARN.
    Snapshot = "AWS::DirectoryService::Snapshot", operation: "ds:DescribeSnapshots" {
        /// The directory's ARN.
        source_arn: String,
        /// `Creating`, `Completed` or `Failed`.
        status: Option<String>,
        /// `Auto` or `Manual`.
        snapshot_type: String,
    }
}
