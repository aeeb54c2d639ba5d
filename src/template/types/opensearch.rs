//! OpenSearch Service domains.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::encryption::{Encryption, Flag, off, switch_wins};
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Row, Table, part, row};

const ARN: &str = "arn:{partition}:es:{region}:{account}:domain/{id}";

/// `OpenSearch_X.Y` or `Elasticsearch_X.Y`; by default the latest version of OpenSearch (API, CreateDomain, EngineVersion).
const ENGINE: Row = row("engine_version", ["EngineVersion", "engine_version"], As::Text, Absent::Text("OpenSearch"));
/// Without the prefix; 1.5 by default (CloudFormation template reference, AWS::Elasticsearch::Domain, ElasticsearchVersion; provider).
const ELASTICSEARCH: Row =
    row("engine_version", ["ElasticsearchVersion", "elasticsearch_version"], As::By(with_prefix), Absent::Text("Elasticsearch_1.5"));
const POLICY: Row =
    row("policy", ["AccessPolicies", "+policy.access_policies|access_policies"], As::Parts(policy_text::read), Absent::Null);
const IN_VPC: Row = row("in_vpc", ["VPCOptions", "vpc_options"], As::Given, Absent::False);

macro_rules! domain {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $terraform:literal, $policy:literal, $version:expr) => {
        $(#[doc = $doc])*
        pub static $name: Table = Table {
            type_name: $type_name,
            cloudformation: &[$type_name],
            terraform: &[$terraform],
            identity: Identity { arns: &["DomainArn"], ..Identity::named(["DomainName", "domain_name"], ARN) },
            encryption: Some(Encryption {
                // Off by default (API, CreateDomain, EncryptionAtRestOptions; provider, `encrypt_at_rest`).
                flag: Some(Flag { at: FLAG, absent: off, copied_from: ["", ""], source_wins: switch_wins }),
                off: None,
                // Without a key, the AWS managed key aws/es (provider, `kms_key_id`: "If not specified then it defaults to using the
                // aws/es service KMS key").
                on: KeyManager::Aws,
                key: ["EncryptionAtRestOptions.KmsKeyId", "encrypt_at_rest.kms_key_id"],
            }),
            rows: &[$version, POLICY, IN_VPC],
            parts: &[part(&[$policy], "domain_name", "+policy").inline("access_policies")],
            ..BLANK
        };
    };
}

const FLAG: Paths = ["EncryptionAtRestOptions.Enabled", "encrypt_at_rest.enabled"];

domain! {
    /// A domain with OpenSearch, or with Elasticsearch by the newer type.
    DOMAIN, "AWS::OpenSearchService::Domain", "aws_opensearch_domain", "aws_opensearch_domain_policy", ENGINE
}
domain! {
    /// A domain with Elasticsearch.
    ELASTICSEARCH_DOMAIN, "AWS::Elasticsearch::Domain", "aws_elasticsearch_domain", "aws_elasticsearch_domain_policy", ELASTICSEARCH
}

fn with_prefix(scope: &Scope, node: &Node) -> Outcome {
    scope.known_text(node).map(|version| format!("Elasticsearch_{version}").into())
}
