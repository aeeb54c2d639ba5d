//! Event subscriptions: a setting of the Region.

use super::{DESCRIBE_EVENT_SUBSCRIPTIONS, PAGE};
use crate::aws::call::Reader;
use crate::aws::convert::known;
use crate::inventory::Fact;
use crate::inventory::types::account::EventSubscription;
use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;

/// The event subscriptions of the reader's Region.
pub async fn event_subscriptions(reader: &Reader) -> Fact<Vec<EventSubscription>> {
    let pages = Client::new(&reader.config).describe_event_subscriptions().into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&DESCRIBE_EVENT_SUBSCRIPTIONS, pages, |page| page.event_subscriptions_list.unwrap_or_default()).await;
    listed.map_or(Fact::Unread, |all| Fact::Read(all.into_iter().filter_map(subscription).collect()))
}

/// An empty source type means all types, and an empty list all sources or categories (API, CreateEventSubscription: "If this value isn't
/// specified, all events are returned").
fn subscription(read: sdk::EventSubscription) -> Option<EventSubscription> {
    Some(EventSubscription {
        name: read.cust_subscription_id?,
        enabled: known(read.enabled),
        status: read.status.into(),
        source_type: read.source_type.filter(|kind| !kind.is_empty()).into(),
        source_ids: read.source_ids_list.unwrap_or_default(),
        categories: read.event_categories_list.unwrap_or_default(),
    })
}
