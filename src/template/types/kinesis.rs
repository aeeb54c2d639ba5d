//! Amazon Kinesis data streams and video streams.

use crate::template::table::{Absent, As, BLANK, Identity, Table, row};
use crate::template::takes::Takes;

/// A data stream.
pub static STREAM: Table = Table {
    type_name: "AWS::Kinesis::Stream",
    cloudformation: &["AWS::Kinesis::Stream"],
    terraform: &["aws_kinesis_stream"],
    identity: Identity::named(["Name", "name"], "arn:{partition}:kinesis:{region}:{account}:stream/{id}"),
    rows: &[
        // 24 hours by default, at most 8,760 (Kinesis developer guide, "Change the data retention period"; provider).
        row("retention_hours", ["RetentionPeriodHours", "retention_period"], As::Int, Absent::Int(24)).takes(Takes::Whole(24, 8_760)),
    ],
    ..BLANK
};

/// A video stream.
pub static VIDEO_STREAM: Table = Table {
    type_name: "AWS::KinesisVideo::Stream",
    cloudformation: &["AWS::KinesisVideo::Stream"],
    terraform: &["aws_kinesis_video_stream"],
    // The ARN ends with the time of creation.
    identity: Identity::named(["Name", "name"], "arn:{partition}:kinesisvideo:{region}:{account}:stream/{id}"),
    rows: &[
        // "The default value is 0, indicating that the stream does not persist data" (API, CreateStream, DataRetentionInHours; provider).
        row("retention_hours", ["DataRetentionInHours", "data_retention_in_hours"], As::Int, Absent::Int(0)).takes(Takes::Whole(0, 87_600)),
    ],
    ..BLANK
};
