//! The endpoints that the user sets, in the environment or in the AWS configuration files. The SDK panics on an empty endpoint. It ignores one
//! that is not a URL and calls AWS itself, which the user did not want. rel9 uses an endpoint without TLS, with a warning.

use super::connect_error::ConnectError;
use super::failure::without_password;
use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use std::net::IpAddr;
use std::path::PathBuf;

/// The services that rel9 may call, by the ids that the SDK uses for their endpoint settings: `AWS_ENDPOINT_URL_SSO_OIDC`. The last ones
/// provide credentials.
const SERVICES: &[&str] = &[
    "Application Auto Scaling",
    "Backup",
    "Backup Gateway",
    "CloudControl",
    "CloudFormation",
    "CloudTrail",
    "CloudWatch",
    "CloudWatch Logs",
    "Directory Service",
    "DLM",
    "DynamoDB",
    "EC2",
    "EFS",
    "ElastiCache",
    "EventBridge",
    "FSx",
    "Glacier",
    "Kinesis Video",
    "KMS",
    "Lightsail",
    "MemoryDB",
    "OpenSearch",
    "Organizations",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "Resource Groups Tagging API",
    "S3",
    "Scheduler",
    "SFN",
    "Storage Gateway",
    "WellArchitected",
    "STS",
    "SSO",
    "SSO OIDC",
];

const VARIABLE: &str = "AWS_ENDPOINT_URL";

/// Checks every endpoint that is set for these services. Returns one warning for each endpoint on the network without TLS.
///
/// # Errors
/// The first endpoint that is not a URL, with its setting.
pub(super) fn check(config: &SdkConfig, profile: Option<&str>) -> Result<Vec<String>, ConnectError> {
    let mut warnings = Vec::new();
    for service in SERVICES.iter().copied() {
        let Some(value) = of(config, service) else { continue };
        if !is_url(&value) {
            return Err(ConnectError::Endpoint { setting: setting(service, profile), value: shown(&value) });
        }
        if is_in_the_clear(&value) {
            let warning = format!(
                "{} is {}, without TLS: the access key's id, session tokens and all answers of AWS (names, tags, policies) cross the network \
                 unencrypted, and an attacker who changes answers changes the findings. Use https://, or an endpoint on this machine.",
                setting(service, profile),
                shown(&value)
            );
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    Ok(warnings)
}

/// An endpoint setting without passwords. A value that is not a URL may be a mistyped one, with the password anywhere before an @.
fn shown(value: &str) -> String {
    match value.rsplit_once('@') {
        Some((_, host)) if !is_url(value) => format!("…@{host}"),
        _ => without_password(value),
    }
}

/// Whether the calls to every service go to this machine: to an emulator.
pub(super) fn are_on_this_machine(config: &SdkConfig) -> bool {
    SERVICES.iter().all(|service| of(config, service).is_some_and(|url| is_on_this_machine(&url)))
}

/// Whether calls to an endpoint cross a network without TLS.
fn is_in_the_clear(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http")) && !is_on_this_machine(url)
}

fn is_on_this_machine(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let host = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => place.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The endpoint that is set for a service, from the same lookup as in the SDK's client of that service.
pub(super) fn of(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env(VARIABLE).profile("endpoint_url").build().ok()?;
    config.service_config()?.load_config(key)
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = match authority.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => port.parse::<u16>().is_ok(),
        _ => true,
    };
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && !authority.trim_start_matches(':').is_empty()
        && !authority.starts_with(':')
        && port
        && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// The setting that an endpoint of a service comes from, in the SDK's order: the environment first.
fn setting(service: &str, profile: Option<&str>) -> String {
    let own = format!("{VARIABLE}_{}", service.to_uppercase().replace(' ', "_"));
    if let Some(variable) = [own.as_str(), VARIABLE].into_iter().find(|name| std::env::var(name).is_ok()) {
        return variable.to_owned();
    }
    let profile = profile.map(str::to_owned).or_else(|| std::env::var("AWS_PROFILE").ok()).unwrap_or_else(|| "default".to_owned());
    let home = std::env::home_dir().unwrap_or_default();
    let file = |variable: &str, name: &str| std::env::var_os(variable).map_or_else(|| home.join(".aws").join(name), PathBuf::from);
    let files = [file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let has_one = |file: &&PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.to_ascii_lowercase().contains("endpoint_url"));
    let places: Vec<String> = files.iter().filter(has_one).map(|file| file.display().to_string()).collect();
    format!("{}: endpoint_url of profile {profile:?} (or of its services)", places.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::{is_in_the_clear, is_url, shown};

    #[test]
    fn an_endpoint_is_a_url() {
        for url in [
            "http://localhost:4566",
            "HTTPS://vpce-1.ec2.us-east-1.vpce.amazonaws.com",
            "http://[::1]:5000/",
            "http://[::1]",
            "https://host/path",
        ] {
            assert!(is_url(url), "{url}");
        }
        for other in [
            "",
            " ",
            "localhost",
            "localhost:4566",
            "http://",
            "http:///x",
            "http://:80",
            "ftp://host",
            "http://a b",
            "http://host:99999",
            "http://host:",
        ] {
            assert!(!is_url(other), "{other}");
        }
    }

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for url in [
            "http://localhost:4566",
            "http://LOCALHOST",
            "http://127.0.0.1:9",
            "http://127.8.9.1",
            "http://[::1]:5000/x",
            "https://10.0.0.1",
        ] {
            assert!(!is_in_the_clear(url), "{url}");
        }
        for url in [
            "http://10.0.0.1:4566",
            "HTTP://proxy.example",
            "http://localhost@evil.example",
            "http://[2001:db8::1]",
            "http://localhost.evil.example",
        ] {
            assert!(is_in_the_clear(url), "{url}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for value in ["https://user:secret@host:99999", "user:secret@host", "https://user:sec/ret@host", "ftp://user:secret@host"] {
            let shown = shown(value);
            assert!(!shown.contains("secret") && !shown.contains("ret@") && !shown.contains("user") && shown.contains("host"), "{shown}");
        }
        assert_eq!(shown("http:/host"), "http:/host");
    }
}
