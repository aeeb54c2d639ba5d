//! The connection to an account: credentials, their identity, the Regions in scope, and everything that the shards of a run share.

use super::answer::Answer;
use super::call::Reader;
use super::connect_error::ConnectError;
use super::failure::{Reached, Reply, causes, one_line};
use super::guard::{NO_ROOT_CERTIFICATES, has_root_certificates, without_panic};
use super::limits::Run;
use super::operation::{Operation, at_least_one};
use super::progress::{Progress, Silent};
use super::s3::ListedBucket;
use super::{ON_REQUEST, SERVICES, Service, endpoints, record, regions, s3, transport};
use crate::inventory::arn::Partition;
use crate::inventory::{CoverageStatus, GLOBAL};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Default of `--max-rps`: calls per second in the whole run. The rate of each operation in each Region leaves room for production (see
/// [`call`](super::call)), because AWS counts its limits that way. This rate limits the load on the machine and the network, and still reads an
/// account with a few hundred resources in seconds.
pub const DEFAULT_MAX_RPS: NonZeroU32 = at_least_one(200);

/// Default of `--deadline`: how long reading an account may take.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(3_600);

/// Attempts for a call, including the first, unless `AWS_MAX_ATTEMPTS` is set.
const ATTEMPTS: u32 = 5;

const LONGEST_PAUSE: Duration = Duration::from_secs(10);

const GET_CALLER_IDENTITY: Operation = Operation::new("sts", "GetCallerIdentity", Answer::query(&["Account", "Arn"]));
const DESCRIBE_REGIONS: Operation = Operation::new("ec2", "DescribeRegions", Answer::ec2(&["regionInfo/*/regionName"]));

/// The operations that connecting to an account calls.
pub const OPERATIONS: &[&Operation] = &[&GET_CALLER_IDENTITY, &DESCRIBE_REGIONS];

/// Timeouts; every wait for AWS has one.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until a connection is established.
    pub connect: Duration,
    /// Until the first byte of an answer.
    pub read: Duration,
    /// For one attempt, connection and answer.
    pub attempt: Duration,
    /// For a call with all its attempts and the delays between them.
    pub operation: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            attempt: Duration::from_secs(40),
            operation: Duration::from_secs(90),
        }
    }
}

/// What to read, and at which rate.
#[derive(Clone)]
pub struct Options {
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Regions by name; `None` means all that the account has enabled.
    pub regions: Option<Vec<String>>,
    /// Services by the names in [`SERVICES`]; `None` means all. Keys are always read, for every resource that uses them.
    pub services: Option<Vec<String>>,
    /// Calls per second in the whole run.
    pub max_rps: NonZeroU32,
    /// How long reading an account may take; facts that are not read by then are unread.
    pub deadline: Duration,
    pub timeouts: Timeouts,
    pub progress: Arc<dyn Progress>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            profile: None,
            regions: None,
            services: None,
            max_rps: DEFAULT_MAX_RPS,
            deadline: DEFAULT_DEADLINE,
            timeouts: Timeouts::default(),
            progress: Arc::new(Silent),
        }
    }
}

/// How calls of one operation ended: status, items, error.
type Outcomes = Vec<(CoverageStatus, u64, Option<String>)>;
pub(super) type Logged = Vec<(&'static Operation, Outcomes)>;

/// An account that can be read.
pub struct Session {
    /// The 12 digits of the account.
    pub account: String,
    /// Such as `aws` or `aws-cn`.
    pub partition: String,
    /// The caller's ARN, from `sts:GetCallerIdentity`.
    pub caller_arn: String,
    /// The Region for calls that belong to no Region.
    pub home_region: String,
    /// The Regions in scope, sorted.
    pub regions: Vec<String>,
    /// The account's enabled Regions, sorted; `None` if AWS did not return them.
    pub(super) enabled_regions: Option<Vec<String>>,
    services: Vec<&'static Service>,
    config: SdkConfig,
    custom_endpoint: bool,
    run: Arc<Run>,
    /// The log entries of connecting, which belong to every shard.
    first: Logged,
    buckets: OnceCell<(Option<Vec<ListedBucket>>, Logged)>,
}

impl Session {
    /// All shards: the account's own, and one for each Region.
    pub fn shards(&self) -> Vec<String> {
        std::iter::once(GLOBAL.to_owned()).chain(self.regions.iter().cloned()).collect()
    }

    /// The services in scope.
    pub fn services(&self) -> impl Iterator<Item = &'static Service> {
        self.services.iter().copied()
    }

    pub(super) fn reads(&self, service: &str) -> bool {
        self.services.iter().any(|known| known.name == service)
    }

    pub(super) fn progress(&self) -> &dyn Progress {
        self.run.progress.as_ref()
    }

    /// A reader whose log has only the entries of connecting.
    pub(super) fn reader(&self, region: &str) -> Reader {
        let place = if region == GLOBAL { &self.home_region } else { region };
        let config = self.config.to_builder().region(Region::new(place.to_owned())).build();
        let run = Arc::clone(&self.run);
        let reader = Reader::new(&self.account, region, &self.partition, config, self.custom_endpoint, run);
        record(&reader, &self.first);
        reader
    }

    /// The account's buckets and the outcome of listing them; the first shard that needs the list reads it.
    pub(super) async fn buckets(&self) -> (Option<&[ListedBucket]>, &Logged) {
        let read = || async {
            let reader = self.reader(GLOBAL);
            let buckets = s3::list(&reader).await;
            (buckets, logged(&reader, s3::ACCOUNT_OPERATIONS))
        };
        let (buckets, logged) = self.buckets.get_or_init(read).await;
        (buckets.as_deref(), logged)
    }
}

fn logged(reader: &Reader, operations: &[&'static Operation]) -> Logged {
    operations.iter().map(|operation| (*operation, reader.recorded(operation))).collect()
}

/// Connects: finds credentials, and reads their identity and the account's Regions.
///
/// # Errors
/// See [`ConnectError`]. If only the Regions cannot be listed, the requested Regions (or otherwise the home Region) are in scope, and the
/// failure is in every shard's coverage log: such an audit is incomplete, not impossible.
pub async fn connect(options: &Options) -> Result<Session, ConnectError> {
    let services = services(options.services.as_deref())?;
    let config = configuration(options).await?;
    let home_region = config.region().map_or_else(String::new, |region| region.as_ref().to_owned());
    let (account, caller_arn) = identity(&config, options, &home_region).await?;
    let partition = crate::inventory::arn::partition(&caller_arn).to_owned();

    let run = Run::new(options.max_rps, options.deadline, Arc::clone(&options.progress));
    let run = Arc::new(if endpoints::are_on_this_machine(&config) { run.against_emulator() } else { run });
    let custom_endpoint = endpoints::of(&config, "S3").is_some();
    let reader = Reader::new(&account, &home_region, &partition, config.clone(), custom_endpoint, Arc::clone(&run));
    reader.record(&GET_CALLER_IDENTITY, CoverageStatus::Ok, 1, None);
    let enabled = enabled_regions(&reader).await;
    let enabled_regions = enabled.clone();
    let regions = scope(options.regions.as_deref(), enabled, &home_region)?;

    Ok(Session {
        account,
        partition,
        caller_arn,
        home_region,
        regions,
        enabled_regions,
        services,
        config,
        custom_endpoint,
        run,
        first: logged(&reader, OPERATIONS),
        buckets: OnceCell::new(),
    })
}

pub(super) async fn configuration(options: &Options) -> Result<SdkConfig, ConnectError> {
    without_panic(load(options)).await?
}

async fn load(options: &Options) -> Result<SdkConfig, ConnectError> {
    // The SDK treats broken files as empty, and would look for credentials and endpoints elsewhere.
    if let Err(error) = aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await {
        return Err(ConnectError::Files { why: one_line(&causes(&error)) });
    }
    let attempts = std::env::var("AWS_MAX_ATTEMPTS").ok().and_then(|value| value.parse().ok()).filter(|attempts| *attempts > 0);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(options.timeouts.connect)
        .read_timeout(options.timeouts.read)
        .operation_attempt_timeout(options.timeouts.attempt)
        .operation_timeout(options.timeouts.operation)
        .build();
    let client = transport::client();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client.clone())
        .retry_config(RetryConfig::adaptive().with_max_attempts(attempts.unwrap_or(ATTEMPTS)).with_max_backoff(LONGEST_PAUSE))
        .timeout_config(timeouts);
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile).credentials_provider(credentials_of(profile, client).await);
    }
    let config = loader.load().await;
    for warning in endpoints::check(&config, options.profile.as_deref())? {
        options.progress.warned(&warning);
    }
    if config.region().is_some_and(|region| !region.as_ref().is_empty()) {
        return Ok(config);
    }
    let first = options.regions.as_deref().and_then(|regions| regions.first()).map_or("", String::as_str);
    Ok(config.into_builder().region(Region::new(Partition::of_region(first).first_region)).build())
}

/// The credentials of a profile that the user names. As with the AWS CLI, they override keys in the environment. The SDK's chain would use the
/// environment's keys first, so that rel9 would judge another account than the requested one.
async fn credentials_of(profile: &str, client: SharedHttpClient) -> ProfileFileCredentialsProvider {
    let loaded = aws_config::defaults(BehaviorVersion::latest()).http_client(client.clone()).profile_name(profile).load().await;
    let config = ProviderConfig::without_region().with_region(loaded.region().cloned()).with_http_client(client);
    ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build()
}

async fn identity(config: &SdkConfig, options: &Options, region: &str) -> Result<(String, String), ConnectError> {
    let call = async { aws_sdk_sts::Client::new(config).get_caller_identity().send().await };
    let call = transport::calling(&GET_CALLER_IDENTITY, call);
    let reply = match without_panic(call).await? {
        Ok(answer) => match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => return Ok((account, arn)),
            _ => {
                return Err(ConnectError::Identity {
                    region: region.to_owned(),
                    near: Vec::new(),
                    why: "the answer has no account".to_owned(),
                    hint: NOT_STS,
                });
            }
        },
        Err(error) => Reply::of(&error),
    };
    let is_plain = config.endpoint_url().is_some_and(|endpoint| endpoint.starts_with("http://"));
    if reply.http.is_none() && !is_plain && !has_root_certificates() {
        return Err(ConnectError::Sdk { why: NO_ROOT_CERTIFICATES.to_owned() });
    }
    let profile = options.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
    if reply.about_credentials() {
        return Err(ConnectError::of_credentials(profile, &reply));
    }
    let near = match reply.reached {
        Reached::NoHost | Reached::NotSent if !regions::NAMES.contains(&region) => near(region, regions::NAMES.iter().copied()),
        _ => Vec::new(),
    };
    Err(ConnectError::Identity { region: region.to_owned(), near, why: reply.text(), hint: hint(&reply) })
}

const NOT_STS: &str = "Check AWS_ENDPOINT_URL and proxies (HTTPS_PROXY): the answer did not come from AWS STS.";

fn hint(reply: &Reply) -> &'static str {
    let of_aws = reply.code.is_some() || reply.http.is_some_and(|status| status >= 500);
    match (reply.reached, reply.status()) {
        (Reached::Answer, _) => NOT_STS,
        (Reached::Service, _) if !of_aws => NOT_STS,
        (Reached::NoHost | Reached::NoNames | Reached::NotSent, _) => {
            "Check the Region's name (--profile, AWS_REGION), AWS_ENDPOINT_URL, proxies (HTTPS_PROXY) and the network's name resolution."
        }
        (Reached::TimedOut | Reached::Unreachable, _) => "Check the network, proxies (HTTPS_PROXY) and AWS_ENDPOINT_URL.",
        (_, CoverageStatus::Denied) => {
            "Every identity may call it unless a policy denies it: `rel9 permissions` prints the permissions that rel9 needs."
        }
        _ => "Try again; if the error persists, check AWS_ENDPOINT_URL and the AWS Health Dashboard.",
    }
}

async fn enabled_regions(reader: &Reader) -> Option<Vec<String>> {
    let client = aws_sdk_ec2::Client::new(&reader.config);
    let call = client.describe_regions().all_regions(false).send();
    let named = |answer: aws_sdk_ec2::operation::describe_regions::DescribeRegionsOutput| {
        let regions = answer.regions.unwrap_or_default();
        regions.into_iter().filter_map(|region| region.region_name).collect()
    };
    reader.list(&DESCRIBE_REGIONS, call, named).await
}

/// The Regions to read: the requested ones, which must be enabled if the enabled Regions are known, or all.
fn scope(asked: Option<&[String]>, enabled: Option<Vec<String>>, home_region: &str) -> Result<Vec<String>, ConnectError> {
    let mut regions = match (asked, enabled) {
        (Some(asked), Some(enabled)) => {
            if let Some(unknown) = asked.iter().find(|region| !enabled.contains(region)) {
                let near = near(unknown, enabled.iter().map(String::as_str));
                return Err(ConnectError::UnknownRegion { region: unknown.clone(), near, enabled });
            }
            asked.to_vec()
        }
        (Some(asked), None) => asked.to_vec(),
        (None, Some(enabled)) => enabled,
        (None, None) => vec![home_region.to_owned()],
    };
    regions.sort();
    regions.dedup();
    Ok(regions)
}

fn services(asked: Option<&[String]>) -> Result<Vec<&'static Service>, ConnectError> {
    let Some(asked) = asked else {
        return Ok(SERVICES.iter().collect());
    };
    let known = || SERVICES.iter().chain(ON_REQUEST);
    let unknown = |name: &&String| !["kms", ALL].contains(&name.as_str()) && !known().any(|service| service.name == name.as_str());
    if let Some(service) = asked.iter().find(unknown) {
        return Err(ConnectError::UnknownService { service: service.clone(), near: near(service, known().map(|service| service.name)) });
    }
    let is_asked = |name: &str| asked.iter().any(|asked| asked == name);
    let defaults = SERVICES.iter().filter(|service| is_asked(ALL) || is_asked(service.name));
    Ok(defaults.chain(ON_REQUEST.iter().filter(|service| is_asked(service.name))).collect())
}

/// In `--services`: every service that is read by default.
pub const ALL: &str = "all";

/// Suggestions for a mistyped name, nearest first, at most three.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut near: Vec<_> = known
        .map(|known| (strsim::damerau_levenshtein(&name.to_ascii_lowercase(), known), known))
        .filter(|(distance, _)| *distance <= 3)
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, known)| known.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn regions_in_scope() {
        let enabled = names(&["us-east-1", "eu-west-1"]);
        assert_eq!(scope(None, Some(enabled.clone()), "x"), Ok(names(&["eu-west-1", "us-east-1"])));
        assert_eq!(scope(None, None, "eu-west-1"), Ok(names(&["eu-west-1"])));
        let twice = names(&["us-east-1", "us-east-1"]);
        assert_eq!(scope(Some(&twice), Some(enabled.clone()), "x"), Ok(names(&["us-east-1"])));
        let error = scope(Some(&names(&["us-eats-1"])), Some(enabled), "x").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("Did you mean us-east-1?"), "{error}");
    }

    #[test]
    fn services_in_scope() {
        assert_eq!(services(None).map(|all| all.len()), Ok(SERVICES.len()));
        let some = services(Some(&names(&["s3", "ec2", "kms"]))).unwrap();
        assert_eq!(some.iter().map(|service| service.name).collect::<Vec<_>>(), ["ec2", "s3"]);
        let with_more = services(Some(&names(&["all", "keyspaces"]))).unwrap();
        assert_eq!(with_more.len(), SERVICES.len() + 1);
        assert!(services(None).unwrap().iter().all(|service| service.name != "keyspaces"));
        assert_eq!(services(Some(&names(&["keyspaces"]))).unwrap().len(), 1);
        let error = services(Some(&names(&["ec3"]))).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("Did you mean ec2"), "{error}");
    }
}
