//! CloudWatch: the alarms that watch metrics of tables.

use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::known;
use crate::aws::operation::Operation;
use crate::inventory::Fact;
use crate::inventory::types::dynamodb::{Alarm, watched};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, Dimension, EvaluationCriteria, MetricAlarm};
use std::collections::{BTreeMap, BTreeSet};

pub const DESCRIBE_ALARMS: Operation = Operation::new("cloudwatch", "DescribeAlarms", Answer::cbor(&["MetricAlarms/*/AlarmName"]));

/// The largest page (service model, `MaxRecords`).
const PAGE: i32 = 100;

/// An alarm that watches a table.
pub struct Watch {
    /// The name of the table; `None` for an alarm on a query, which may read metrics of any table.
    table: Option<String>,
    pub alarm: Alarm,
}

impl Watch {
    pub fn may_watch(&self, table: &str) -> bool {
        self.table.as_deref().is_none_or(|of| of == table)
    }
}

/// The alarms of a Region that watch tables. `None` if alarms could not be listed.
pub async fn list(reader: &Reader) -> Option<Vec<Watch>> {
    let client = Client::new(&reader.config);
    let pages = client.describe_alarms().alarm_types(AlarmType::MetricAlarm).into_paginator().page_size(PAGE).send();
    let alarms = reader.pages(&DESCRIBE_ALARMS, pages, |page| page.metric_alarms.unwrap_or_default()).await?;
    Some(alarms.iter().flat_map(|alarm| watches(&reader.account, alarm)).collect())
}

/// What an alarm watches: a metric of its own, or the metrics and queries of `Metrics`, or a query (API, PutMetricAlarm).
fn watches(account: &str, alarm: &MetricAlarm) -> Vec<Watch> {
    let of_alarm = |table: Option<String>, index: Option<String>, metrics: Fact<Vec<String>>| {
        let name = known(alarm.alarm_name.clone());
        Watch { table, alarm: Alarm { name, index: index.into(), metrics, actions_enabled: known(alarm.actions_enabled) } }
    };
    let own = (alarm.namespace(), alarm.metric_name(), alarm.dimensions());
    // Metrics of another account belong to tables of that account (MetricDataQuery, AccountId).
    let here = || alarm.metrics().iter().filter(|query| query.account_id().is_none_or(|of| of == account));
    let metrics = here().filter_map(|query| query.metric_stat()?.metric());
    let metrics = metrics.map(|metric| (metric.namespace(), metric.metric_name(), metric.dimensions())).chain([own]);
    let mut by_table: BTreeMap<(&str, Option<&str>), BTreeSet<&str>> = BTreeMap::new();
    for (namespace, metric, dimensions) in metrics {
        let pairs = dimensions.iter().filter_map(pair);
        if let Some((metric, found)) = metric.zip(watched(namespace.unwrap_or_default(), pairs)) {
            by_table.entry(found).or_default().insert(metric);
        }
    }
    let named = by_table.into_iter().map(|((table, index), metrics)| {
        let metrics = metrics.into_iter().map(str::to_owned).collect::<Vec<_>>();
        of_alarm(Some(table.to_owned()), index.map(str::to_owned), metrics.into())
    });
    let may_read = here().filter_map(|query| query.expression()).any(names_dynamodb) || alarm.evaluation_criteria().is_some_and(may_read);
    // Which tables a query reads, and which metrics of them, only CloudWatch can tell.
    let by_query = may_read.then(|| of_alarm(None, None, Fact::Unread));
    named.chain(by_query).collect()
}

fn pair(dimension: &Dimension) -> Option<(&str, &str)> {
    dimension.name().zip(dimension.value())
}

/// Criteria of a newer kind may read any metric.
fn may_read(criteria: &EvaluationCriteria) -> bool {
    criteria.as_prom_ql_criteria().ok().and_then(|criteria| criteria.query()).is_none_or(names_dynamodb)
}

/// Whether a query (Metrics Insights, PromQL) may read metrics of DynamoDB. Its text names the namespace `AWS/DynamoDB`.
fn names_dynamodb(query: &str) -> bool {
    query.to_ascii_lowercase().contains("dynamodb")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::types::{AlarmPromQlCriteria, Metric, MetricDataQuery, MetricStat};

    fn dimension(name: &str, value: &str) -> Dimension {
        Dimension::builder().name(name).value(value).build()
    }

    fn metric(namespace: &str, name: &str, table: &str) -> Metric {
        Metric::builder().namespace(namespace).metric_name(name).dimensions(dimension("TableName", table)).build()
    }

    fn stat(metric: Metric) -> MetricDataQuery {
        MetricDataQuery::builder().id("m").metric_stat(MetricStat::builder().metric(metric).build()).build()
    }

    fn query(expression: &str) -> MetricDataQuery {
        MetricDataQuery::builder().id("e").expression(expression).build()
    }

    /// Table, index and metrics.
    type Watched = (Option<String>, Option<String>, Option<Vec<String>>);

    fn found(alarm: MetricAlarm) -> Vec<Watched> {
        let told = |watch: Watch| (watch.table, watch.alarm.index.read().cloned().flatten(), watch.alarm.metrics.read().cloned());
        watches("111122223333", &alarm).into_iter().map(told).collect()
    }

    fn of(table: &str, index: Option<&str>, metrics: &[&str]) -> Watched {
        (Some(table.to_owned()), index.map(str::to_owned), Some(metrics.iter().map(|metric| (*metric).to_owned()).collect()))
    }

    #[test]
    fn an_alarm_on_one_metric_watches_its_table() {
        let alarm = |namespace: &str| {
            MetricAlarm::builder().namespace(namespace).metric_name("SystemErrors").dimensions(dimension("TableName", "t"))
        };
        let operation = alarm("AWS/DynamoDB").dimensions(dimension("Operation", "Query"));
        assert_eq!(found(operation.build()), [of("t", None, &["SystemErrors"])]);
        let index = alarm("AWS/DynamoDB").dimensions(dimension("GlobalSecondaryIndexName", "i"));
        assert_eq!(found(index.build()), [of("t", Some("i"), &["SystemErrors"])]);
        assert_eq!(found(alarm("Own").build()), []);
        assert_eq!(found(MetricAlarm::builder().namespace("AWS/DynamoDB").metric_name("UserErrors").build()), []);
    }

    #[test]
    fn an_alarm_on_a_sum_watches_the_tables_of_its_metrics() {
        let own = |name: &str, table: &str| stat(metric("AWS/DynamoDB", name, table));
        let elsewhere = MetricDataQuery::builder().id("o").account_id("444455556666");
        let elsewhere =
            elsewhere.metric_stat(MetricStat::builder().metric(metric("AWS/DynamoDB", "SystemErrors", "other")).build()).build();
        let alarm = MetricAlarm::builder().metrics(own("WriteThrottleEvents", "t")).metrics(own("ReadThrottleEvents", "t"));
        let alarm = alarm.metrics(own("SystemErrors", "u")).metrics(elsewhere).metrics(query("m1 + m2"));
        let wanted = [of("t", None, &["ReadThrottleEvents", "WriteThrottleEvents"]), of("u", None, &["SystemErrors"])];
        assert_eq!(found(alarm.build()), wanted);
    }

    #[test]
    fn an_alarm_on_a_query_may_watch_any_table() {
        let insights = |text: &str| MetricAlarm::builder().metrics(query(text)).build();
        let any = [(None, None, None)];
        assert_eq!(found(insights("SELECT SUM(ThrottledRequests) FROM \"AWS/DynamoDB\"")), any);
        assert_eq!(found(insights("SELECT MAX(CPUUtilization) FROM \"AWS/EC2\"")), []);
        let criteria = AlarmPromQlCriteria::builder().query("sum({\"@aws.namespace\"=\"AWS/DynamoDB\"})").build();
        let alarm = MetricAlarm::builder().evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria)).build();
        assert_eq!(found(alarm.clone()), any);
        assert!(watches("111122223333", &alarm).iter().all(|watch| watch.may_watch("t")));
    }
}
