//! Amazon OpenSearch Service: domains. AWS Backup does not know them. The service takes automated snapshots of every domain, which no API
//! lists; manual snapshots go to buckets, and only the domain itself lists those.

use crate::inventory::Fact;
use crate::inventory::types::{ResourceType, TypeInfo, opensearch};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, Needs};
use crate::protection::facts::{Mechanism, MechanismKind};
use crate::protection::points;
use crate::protection::schedule::late_after;
use chrono::Duration;

pub static DOMAIN: DataType = of_domains(&opensearch::Domain::INFO);
pub static ELASTICSEARCH_DOMAIN: DataType = of_domains(&opensearch::ElasticsearchDomain::INFO);

const fn of_domains(info: &'static TypeInfo) -> DataType {
    DataType {
        status: |resource| Some(&resource.get::<opensearch::Domain>()?.status),
        // Automated snapshots are restored inside the domain.
        ..DataType::only_in_its_service(
            info,
            ArnForm { service: "es", kind: "domain/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
            |_, resource, _| {
                let paused = resource.get::<opensearch::Domain>().is_some_and(|domain| domain.snapshots_paused == Fact::Read(true));
                let of_pause = if paused { vec!["snapshots_paused_at"] } else { Vec::new() };
                Needs {
                    operations: Vec::new(),
                    properties: [vec!["status", "engine_version", "snapshots_paused", "health"], of_pause].concat(),
                }
            },
            automated_snapshots,
        )
    }
}

/// "Domains running OpenSearch or Elasticsearch 5.3 and later": hourly snapshots, "up to 336 of them for 14 days"; earlier versions: daily ones,
/// "up to 14 of them […] for 30 days" (OpenSearch Service developer guide, "Creating index snapshots in Amazon OpenSearch Service"). The same
/// page on a red domain: no automated snapshots while it is red.
fn automated_snapshots(case: &Case, found: &mut Mechanisms) {
    let Some(domain) = case.resource.get::<opensearch::Domain>() else { return };
    let Some(Some(version)) = domain.engine_version.read() else { return };
    let (every, days) = if is_hourly(version) { (Duration::hours(1), 14) } else { (Duration::days(1), 14) };
    let mechanism = |last_at| {
        let allowed = late_after(every.num_seconds(), every.num_seconds());
        Mechanism {
            interval_seconds: Some(every.num_seconds()).into(),
            retention_days: Some(days).into(),
            promised_seconds: case.promised(case.resource.created_at, Some(days)),
            ..case.mechanism(MechanismKind::Automated, "automated snapshots of OpenSearch Service".to_owned(), last_at, Some(allowed))
        }
    };
    if case.resource.declared.is_some() {
        return found.all.push(mechanism(None));
    }
    // A domain that is being made has none yet.
    let is_made = domain.status.present().is_none_or(|status| status != "Creating");
    let last_at = match (domain.snapshots_paused.read(), domain.health.read().map(String::as_str)) {
        _ if !is_made => None,
        (Some(true), _) => domain.snapshots_paused_at.present().copied(),
        (Some(false), Some("green" | "yellow")) => Some(case.seen_at() - every),
        (Some(false), Some("red")) => {
            found.hidden.push(format!("since when {} is red, and without automated snapshots, shows nowhere", case.resource.arn));
            return;
        }
        _ => return,
    };
    found.windows.extend(last_at.and_then(|latest| {
        // They are too many to be told apart: the service keeps one for each hour or day.
        points::window(MechanismKind::Automated, latest - Duration::days(days), latest, case.as_of)
    }));
    found.all.push(mechanism(last_at));
}

/// Whether the engine is one of which the service takes hourly snapshots.
fn is_hourly(version: &str) -> bool {
    let Some(numbers) = version.strip_prefix("Elasticsearch_") else { return true };
    let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (5, 3)
}

#[cfg(test)]
mod tests {
    use super::is_hourly;

    #[test]
    fn old_versions_have_daily_snapshots() {
        assert!(["OpenSearch_2.19", "Elasticsearch_7.10", "Elasticsearch_5.3", "Elasticsearch_6.0"].into_iter().all(is_hourly));
        assert!(!["Elasticsearch_5.1", "Elasticsearch_2.3", "Elasticsearch_1.5"].into_iter().any(is_hourly));
    }
}
