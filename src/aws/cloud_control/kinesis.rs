//! Amazon Kinesis Data Streams and Video Streams.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::Resource;
use crate::inventory::types::kinesis;

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&STREAM, &VIDEO_STREAM];

static STREAM: Kind = kind!(
    "AWS::Kinesis::Stream",
    list: &["kinesis:ListStreams"],
    get: &["kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream", "kinesis:ListTagsForResource"],
    resource: stream
);

static VIDEO_STREAM: Kind = kind!(
    "AWS::KinesisVideo::Stream",
    list: &["kinesisvideo:ListStreams"],
    get: &["kinesisvideo:DescribeStream", "kinesisvideo:ListTagsForStream", "kinesisvideo:DescribeStreamStorageConfiguration"],
    resource: video_stream
);

fn stream(reader: &Reader, name: &str, read: Option<&Properties>) -> Resource {
    let resource = |properties: kinesis::Stream| Resource {
        name: Some(name.to_owned()),
        ..convert::resource(reader, reader.arn("kinesis", &format!("stream/{name}")), name.to_owned(), properties)
    };
    let Some(read) = read else { return resource(kinesis::Stream::default()) };
    Resource { tags: read.tags(), ..resource(kinesis::Stream { retention_hours: read.number("RetentionPeriodHours") }) }
}

fn video_stream(reader: &Reader, name: &str, read: Option<&Properties>) -> Resource {
    // The ARN ends with the time of creation, which only the properties tell.
    let arn = read.and_then(|read| read.text("Arn")).map_or_else(|| reader.arn("kinesisvideo", &format!("stream/{name}")), str::to_owned);
    let resource = |properties: kinesis::VideoStream| Resource {
        name: Some(name.to_owned()),
        ..convert::resource(reader, arn.clone(), name.to_owned(), properties)
    };
    let Some(read) = read else { return resource(kinesis::VideoStream::default()) };
    Resource { tags: read.tags(), ..resource(kinesis::VideoStream { retention_hours: read.number("DataRetentionInHours") }) }
}
