//! Why nothing of an account can be read, and what to do about it.

use super::SERVICES;
use super::failure::Reply;
use std::fmt;

/// Why nothing can be read at all. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// There are no credentials, or AWS does not accept them.
    Credentials { profile: Option<String>, why: String },
    /// The configuration files have no such profile, which the user named, or the profile `named_by` does.
    UnknownProfile { profile: String, named_by: Option<String> },
    /// A Region that does not exist or that the account has not enabled.
    UnknownRegion { region: String, near: Vec<String>, enabled: Vec<String> },
    /// A service that rel9 does not read.
    UnknownService { service: String, near: Vec<String> },
    /// The AWS configuration files cannot be read.
    Files { why: String },
    /// The SDK stops at what the machine or the environment gives it.
    Sdk { why: String },
    /// An endpoint that is empty or no URL, and where it is set.
    Endpoint { setting: String, value: String },
    /// `sts:GetCallerIdentity` was not answered, or not with an account. `near` are Regions with a name like that of the Region asked.
    Identity { region: String, near: Vec<String>, why: String, hint: &'static str },
}

impl ConnectError {
    /// What is wrong with the credentials, those of `profile` when the user named one.
    pub(super) fn of_credentials(profile: Option<String>, reply: &Reply) -> ConnectError {
        match reply.unknown_profile() {
            Some(unknown) => {
                ConnectError::UnknownProfile { named_by: profile.filter(|profile| profile != unknown), profile: unknown.to_owned() }
            }
            None => ConnectError::Credentials { profile, why: reply.text() },
        }
    }

    /// The exit code of the design: 2 for what the user must set right, 3 for what could not be read.
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
                write!(f, ". `aws configure list-profiles` names those they have.")
            }
            ConnectError::UnknownRegion { region, near, enabled } => {
                write!(f, "The account has no enabled Region {region:?}.")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                write!(f, "\nEnabled are: {}.", enabled.join(", "))
            }
            ConnectError::UnknownService { service, near } => {
                write!(f, "rel9 reads no service {service:?}.")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                let all: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
                write!(f, "\nIt reads: {}.", all.join(", "))
            }
            ConnectError::Files { why } => write!(f, "The AWS configuration files cannot be used ({why})."),
            ConnectError::Sdk { why } => write!(f, "AWS cannot be asked: {why}."),
            ConnectError::Endpoint { setting, value } if value.trim().is_empty() => {
                write!(f, "{setting} is there but empty: take it away, or give it a URL.")
            }
            ConnectError::Endpoint { setting, value } => {
                write!(f, "{setting} is {value:?}, which is no URL: write it as http://localhost:4566 or https://host.")
            }
            ConnectError::Identity { region, near, why, hint } => {
                write!(f, "sts:GetCallerIdentity in {region} did not tell which account this is ({why}).\n{hint}")?;
                if !near.is_empty() {
                    write!(f, " Did you mean {}?", near.join(" or "))?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ConnectError {}
