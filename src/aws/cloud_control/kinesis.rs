//! Amazon Kinesis Data Streams.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::Resource;
use crate::inventory::types::kinesis;

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&STREAM];

static STREAM: Kind = kind!(
    "AWS::Kinesis::Stream",
    list: &["kinesis:ListStreams"],
    get: &["kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream", "kinesis:ListTagsForResource"],
    resource: stream
);

fn stream(reader: &Reader, name: &str, read: Option<&Properties>) -> Resource {
    let resource = |properties: kinesis::Stream| Resource {
        name: Some(name.to_owned()),
        ..convert::resource(reader, reader.arn("kinesis", &format!("stream/{name}")), name.to_owned(), properties)
    };
    let Some(read) = read else { return resource(kinesis::Stream::default()) };
    Resource { tags: read.tags(), ..resource(kinesis::Stream { retention_hours: read.number("RetentionPeriodHours") }) }
}
