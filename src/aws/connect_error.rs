//! Errors that keep rel9 from reading an account at all, with advice.

use super::failure::Reply;
use super::{ON_REQUEST, SERVICES};
use std::fmt;

/// Why rel9 cannot read the account. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// Credentials are missing, or AWS does not accept them.
    Credentials { profile: Option<String>, why: String },
    /// The configuration files do not have this profile, which the user, or the profile `named_by`, refers to.
    UnknownProfile { profile: String, named_by: Option<String> },
    /// A Region that does not exist or that the account has not enabled.
    UnknownRegion { region: String, near: Vec<String>, enabled: Vec<String> },
    /// A service that rel9 does not read.
    UnknownService { service: String, near: Vec<String> },
    /// The AWS configuration files cannot be read.
    Files { why: String },
    /// The SDK fails because of the machine or the environment.
    Sdk { why: String },
    /// An endpoint that is empty or not a URL, and the setting that it comes from.
    Endpoint { setting: String, value: String },
    /// `sts:GetCallerIdentity` had no answer, or one without an account. `near` has Regions with names similar to the Region of the call.
    Identity { region: String, near: Vec<String>, why: String, hint: &'static str },
}

impl ConnectError {
    /// The error of the credentials; of `profile`, if the user named one.
    pub(super) fn of_credentials(profile: Option<String>, reply: &Reply) -> ConnectError {
        match reply.unknown_profile() {
            Some(unknown) => {
                ConnectError::UnknownProfile { named_by: profile.filter(|profile| profile != unknown), profile: unknown.to_owned() }
            }
            None => ConnectError::Credentials { profile, why: reply.text() },
        }
    }

    /// The exit code: 2 for errors that the user must correct, 3 for an account that could not be read.
    pub fn exit_code(&self) -> u8 {
        match self {
            ConnectError::Identity { .. } => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Credentials { profile, why } => {
                writeln!(f, "AWS credentials are missing, expired or wrong ({why}).")?;
                if why.starts_with("InvalidClientTokenId") {
                    writeln!(f, "Keys of the AWS China and AWS GovCloud (US) partitions need AWS_REGION to name a Region there.")?;
                }
                match profile {
                    Some(profile) => write!(
                        f,
                        "For profile {profile}: is it in the AWS configuration files? `aws sso login --profile {profile}`, or renew its keys. "
                    )?,
                    None => write!(
                        f,
                        "Name a profile (--profile NAME), set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or run where a role is attached. "
                    )?,
                }
                write!(f, "`aws sts get-caller-identity` must work first. Without an account: `rel9 audit --demo`.")
            }
            ConnectError::UnknownProfile { profile, named_by } => {
                write!(f, "The AWS configuration files have no profile {profile:?}")?;
                if let Some(other) = named_by {
                    write!(f, ", which profile {other:?} names as its source")?;
                }
                write!(f, ". `aws configure list-profiles` lists the profiles.")
            }
            ConnectError::UnknownRegion { region, near, enabled } => {
                write!(f, "The account has no enabled Region {region:?}.")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                write!(f, "\nEnabled are: {}.", enabled.join(", "))
            }
            ConnectError::UnknownService { service, near } => {
                write!(f, "rel9 does not read the service {service:?}.")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                let all: Vec<_> = SERVICES.iter().chain(ON_REQUEST).map(|service| service.name).collect();
                write!(f, "\nIt reads: {}.", all.join(", "))
            }
            ConnectError::Files { why } => write!(f, "The AWS configuration files cannot be used ({why})."),
            ConnectError::Sdk { why } => write!(f, "rel9 cannot call AWS: {why}."),
            ConnectError::Endpoint { setting, value } if value.trim().is_empty() => {
                write!(f, "{setting} is set but empty: remove it, or set it to a URL.")
            }
            ConnectError::Endpoint { setting, value } => {
                write!(f, "{setting} is {value:?}, which is not a URL: write it as http://localhost:4566 or https://host.")
            }
            ConnectError::Identity { region, near, why, hint } => {
                write!(f, "sts:GetCallerIdentity in {region} did not return the account ({why}).\n{hint}")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ConnectError {}
