//! Amazon Kinesis Data Streams and Video Streams.

use super::properties;

properties! {
    /// A data stream.
    Stream = "AWS::Kinesis::Stream", operation: "cloudformation:ListResources(AWS::Kinesis::Stream)",
    tags: "cloudformation:GetResource(AWS::Kinesis::Stream)" {
        /// How long records can be read again.
        #[from("cloudformation:GetResource(AWS::Kinesis::Stream)")]
        retention_hours: i64,
    }
}

properties! {
    /// A video stream.
    VideoStream = "AWS::KinesisVideo::Stream", operation: "kinesisvideo:ListStreams", tags: "tag:GetResources" {
        /// How long media can be read again; 0 keeps none.
        retention_hours: i64,
    }
}
