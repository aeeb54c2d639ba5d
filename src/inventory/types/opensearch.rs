//! Amazon OpenSearch Service: domains with OpenSearch or Elasticsearch.

use super::{KeyManager, properties, same_properties};
use chrono::{DateTime, Utc};

properties! {
    /// A domain with OpenSearch.
    Domain = "AWS::OpenSearchService::Domain", operation: "es:DescribeDomains", tags: "tag:GetResources", key: own {
        status: Option<String>,
        /// `OpenSearch_X.Y` or `Elasticsearch_X.Y`.
        engine_version: Option<String>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("es:DescribeDomains", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("es:DescribeDomains", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Whether somebody has paused the automated snapshots, which AWS allows for three days.
        snapshots_paused: bool,
        /// When the pause began; `null` without one.
        snapshots_paused_at: Option<DateTime<Utc>>,
        /// `green`, `yellow` or `red`. The service takes no automated snapshots of a red domain. Unread where the service cannot tell.
        #[from("es:DescribeDomainHealth")]
        health: String,
        /// The ARN-based access policy, as JSON text; `null` if there is none.
        policy: Option<String>,
        /// Whether only the domain's VPC reaches it.
        in_vpc: bool,
    }
}

same_properties! {
    /// A domain with Elasticsearch.
    ElasticsearchDomain as Domain = "AWS::Elasticsearch::Domain", operation: "es:DescribeDomains"
}
