//! Amazon Kinesis Video Streams. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`kinesisvideo/2017-09-30`).

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::Resource;
use crate::inventory::types::kinesis::VideoStream;
use aws_sdk_kinesisvideo::Client;
use aws_sdk_kinesisvideo::types as sdk;

const LIST_STREAMS: Operation =
    Operation::new("kinesisvideo", "ListStreams", Answer::json(&["StreamInfoList/*/StreamARN", "StreamInfoList/*/StreamName"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&LIST_STREAMS];

/// The largest page (ListStreams, MaxResults).
const PAGE: i32 = 10_000;

/// All video streams of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    reader.declare(&LIST_STREAMS);
    let pages = Client::new(&reader.config).list_streams().into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&LIST_STREAMS, pages, |page| page.stream_info_list.unwrap_or_default()).await;
    let read = each(listed.unwrap_or_default(), |read| stream(reader, read)).await;
    read.into_iter().flatten().collect()
}

async fn stream(reader: &Reader, read: sdk::StreamInfo) -> Option<Resource> {
    let (name, arn) = (read.stream_name?, read.stream_arn?);
    let properties = VideoStream { retention_hours: known(read.data_retention_in_hours.map(i64::from)) };
    Some(Resource {
        name: Some(name.clone()),
        created_at: optional_time(read.creation_time.as_ref()),
        tags: tagging::tags(reader, &arn).await,
        ..resource(reader, arn, name, properties)
    })
}
