//! How a failed AWS call appears in the coverage log: denied, unavailable or failed, with an error text. Makes no calls.

use super::answer::Flaw;
use crate::inventory::CoverageStatus;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::time::Duration;

/// Maximum length of an error text, in characters.
const LONGEST: usize = 300;

/// Codes of operations that a Region does not have.
///
/// `UnknownOperationException` and `InvalidAction` are AWS's answers to an operation that an endpoint does not know (common errors of the JSON
/// and the query protocols); `UnsupportedOperation` is in EC2's list of error codes. Codes about the account (`OptInRequired`, `NotSignedUp`)
/// do not count: a suspended account gets them too, and still has data. `TypeNotFoundException` and `UnsupportedActionException` are the Cloud
/// Control API's answers for a type that a Region does not have (service model, `cloudcontrol/2021-09-30`).
const UNAVAILABLE: &[&str] = &[
    "InvalidAction",
    "TypeNotFoundException",
    "UnknownOperation",
    "UnknownOperationException",
    "UnsupportedActionException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
];

/// Parts of AWS's error codes for denied calls: `AccessDenied` (query, S3), `AccessDeniedException` (JSON),
/// `AccessDeniedFault`, `KMSAccessDeniedFault`, `UnauthorizedOperation` (EC2), `AuthorizationError`, `NotAuthorized` …
const DENIED: &[&str] = &["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "Forbidden", "AllAccessDisabled"];

/// Codes about the credentials themselves. They have status 403 too, but a changed policy would not help.
const CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

/// Codes about credentials that were valid and no longer are.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// Resolver messages for a name that does not exist, as opposed to a lookup that failed: glibc (`EAI_NONAME`, `EAI_NODATA`), musl, macOS,
/// Windows.
const NO_HOST: &[&str] =
    &["name or service not known", "no address associated with", "name does not resolve", "nodename nor servname", "no such host is known"];

/// Services that every Region has: if the host of one is not found, the network is at fault, not the Region.
const EVERYWHERE: &[&str] = &["dynamodb", "ec2", "kms", "rds", "s3", "sts"];

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub status: CoverageStatus,
    /// AWS's error code and message on one line; `None` for a call that was not made because earlier ones failed.
    pub text: Option<String>,
}

impl Failure {
    /// A call that was not made, because earlier calls of the operation failed.
    pub fn not_called() -> Failure {
        Failure { status: CoverageStatus::Failed, text: None }
    }

    /// A list whose pagination loops.
    pub fn endless() -> Failure {
        Failure::failed("pagination loops: a page token repeats")
    }

    /// A list with too many consecutive pages without new items.
    pub fn idle(pages: u32) -> Failure {
        Failure::failed(&format!("the list does not end: {pages} pages in a row had nothing new"))
    }

    /// A list that is longer than any list of AWS.
    pub fn endless_pages(pages: u32) -> Failure {
        Failure::failed(&format!("the list does not end: it has more than {pages} pages"))
    }

    /// A call that did not end before the deadline.
    pub fn deadline(time: Duration) -> Failure {
        Failure::failed(&format!("deadline: not read within {} s, the time limit for an account (--deadline)", time.as_secs()))
    }

    fn failed(text: &str) -> Failure {
        Failure { status: CoverageStatus::Failed, text: Some(text.to_owned()) }
    }
}

/// How far a failed call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// AWS answered with an error.
    Service,
    /// The answer is not from AWS, or is incomplete.
    Answer,
    /// No answer in time.
    TimedOut,
    /// The host does not exist: the Region does not have the service.
    NoHost,
    /// The name lookup failed: the host may exist.
    NoNames,
    /// No connection, or the connection broke.
    Unreachable,
    /// No credentials to sign with.
    NoCredentials,
    /// The request was not made.
    NotSent,
}

/// A failed call, without the types of its operation.
#[derive(Clone, Debug)]
pub struct Reply {
    pub reached: Reached,
    pub code: Option<String>,
    pub message: Option<String>,
    pub http: Option<u16>,
    /// All causes of a failure without an answer. The code searches them and never prints them.
    causes: String,
}

impl Reply {
    /// Converts an SDK error.
    pub fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Reply {
        let http = error.raw_response().map(|response| response.status().as_u16());
        if let Some(flaw) = flaw_of(error) {
            return Reply { reached: Reached::Answer, code: None, message: Some(flaw.to_string()), http, causes: String::new() };
        }
        let (reached, causes) = match error {
            // The SDK also reports an answer that it cannot parse as an error of the service.
            SdkError::ServiceError(_) if error.code().is_none() && http.is_some_and(|status| status < 300) => {
                (Reached::Answer, String::new())
            }
            SdkError::ServiceError(_) => (Reached::Service, String::new()),
            SdkError::ResponseError(_) => (Reached::Answer, String::new()),
            SdkError::TimeoutError(_) => (Reached::TimedOut, String::new()),
            SdkError::DispatchFailure(failure) => {
                let causes = failure.as_connector_error().map(|error| causes(error)).unwrap_or_default();
                (reached(&causes, failure.is_timeout()), causes)
            }
            // The variant does not expose its source, but its debug form contains it. The code searches that form and never prints it.
            SdkError::ConstructionFailure(failure) => {
                let causes = format!("{failure:?}");
                (if speaks_of_credentials(&causes) { Reached::NoCredentials } else { Reached::NotSent }, causes)
            }
            _ => (Reached::NotSent, String::new()),
        };
        Reply { reached, code: error.code().map(str::to_owned), message: error.message().map(str::to_owned), http, causes }
    }

    /// The same for a call of this service.
    pub fn of_service(mut self, service: &str) -> Reply {
        if self.reached == Reached::NoHost && EVERYWHERE.contains(&service) {
            self.reached = Reached::NoNames;
        }
        self
    }

    /// `Ok` if the error code is one of `absent`, which mean that there is nothing; otherwise the failure.
    pub fn into_result(self, absent: &[&str]) -> Result<(), Failure> {
        if self.code.as_deref().is_some_and(|code| absent.contains(&code)) {
            return Ok(());
        }
        Err(Failure { status: self.status(), text: Some(self.text()) })
    }

    /// The status in the coverage log.
    pub fn status(&self) -> CoverageStatus {
        if self.reached == Reached::NoHost {
            return CoverageStatus::Unavailable;
        }
        let code = self.code.as_deref().unwrap_or("");
        if self.about_credentials() {
            CoverageStatus::Failed
        } else if UNAVAILABLE.contains(&code) {
            CoverageStatus::Unavailable
        } else if DENIED.iter().any(|part| code.contains(part)) || (code.is_empty() && self.http == Some(403)) {
            CoverageStatus::Denied
        } else {
            CoverageStatus::Failed
        }
    }

    /// Whether the credentials are missing, expired or wrong.
    pub fn about_credentials(&self) -> bool {
        self.reached == Reached::NoCredentials || self.code.as_deref().is_some_and(|code| CREDENTIALS.contains(&code))
    }

    /// The profile that is missing in the configuration files, if that is the cause.
    pub fn unknown_profile(&self) -> Option<&str> {
        let (before, _) = self.causes.split_once("` was not defined")?;
        Some(before.rsplit_once("profile `")?.1)
    }

    /// Code and message in one line.
    pub fn text(&self) -> String {
        let http = self.http.map(|status| format!("HTTP {status}"));
        let words = match (&self.code, &self.message, self.reached) {
            (Some(code), Some(message), _) => format!("{code}: {message}"),
            (Some(code), None, _) => code.clone(),
            (None, Some(flaw), Reached::Answer) => flaw.clone(),
            (None, Some(message), _) => format!("{}: {message}", http.unwrap_or_else(|| "error".to_owned())),
            (None, None, Reached::Service) => http.unwrap_or_else(|| "error without a code".to_owned()),
            (None, None, Reached::Answer) => match http {
                Some(http) => format!("an answer that is not AWS's ({http})"),
                None => "an answer that is not AWS's".to_owned(),
            },
            (None, None, Reached::TimedOut) => "no answer in time".to_owned(),
            (None, None, Reached::NoHost) => "the endpoint does not exist".to_owned(),
            (None, None, Reached::NoNames) => "the name of the endpoint could not be looked up".to_owned(),
            (None, None, Reached::Unreachable) => "no connection to the endpoint".to_owned(),
            (None, None, Reached::NoCredentials) => why_no_credentials(&self.causes).to_owned(),
            (None, None, Reached::NotSent) => "the request could not be made".to_owned(),
        };
        one_line(&words)
    }
}

/// Why a call has no answer.
fn flaw_of<E>(error: &SdkError<E>) -> Option<&Flaw> {
    let SdkError::DispatchFailure(failure) = error else { return None };
    let mut cause: Option<&(dyn Error + 'static)> = failure.as_connector_error().and_then(|error| error.source());
    while let Some(error) = cause {
        if let Some(flaw) = error.downcast_ref() {
            return Some(flaw);
        }
        cause = error.source();
    }
    None
}

fn reached(causes: &str, timeout: bool) -> Reached {
    let lower = causes.to_ascii_lowercase();
    if speaks_of_credentials(causes) {
        Reached::NoCredentials
    } else if lower.contains("dns error") || lower.contains("failed to lookup address") {
        if NO_HOST.iter().any(|words| lower.contains(words)) { Reached::NoHost } else { Reached::NoNames }
    } else if timeout || lower.contains("timed out") || lower.contains("timeout") {
        Reached::TimedOut
    } else {
        Reached::Unreachable
    }
}

fn speaks_of_credentials(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["credential", "profile", "identity resolver", "sso token", "session token"].iter().any(|word| lower.contains(word))
}

/// Parts of the causes of missing credentials, with rel9's own wording: the causes themselves may quote the output of a credential process.
const NO_CREDENTIALS: &[(&str, &str)] = &[
    ("external process", "the profile's credential_process failed"),
    ("credential process", "the profile's credential_process failed"),
    ("SSO token", "there is no valid SSO session"),
    ("sso-session", "the profile's SSO settings are wrong"),
    ("SSO config", "the profile's SSO settings are wrong"),
    ("credential source in", "the profile's keys or role are incomplete"),
    ("infinite loop", "the profile names itself as its source"),
    ("service error", "AWS gave no credentials for the profile's role"),
];

fn why_no_credentials(causes: &str) -> &'static str {
    NO_CREDENTIALS.iter().find(|(part, _)| causes.contains(part)).map_or("no credentials", |(_, words)| words)
}

/// Whether the error of a call means that the credentials, which were valid at first, ended.
pub fn tells_end_of_credentials(error: &str) -> bool {
    let code = error.split(':').next().unwrap_or_default();
    EXPIRED.contains(&code) || error == "no credentials" || NO_CREDENTIALS.iter().any(|(_, words)| *words == error)
}

/// An error and all its causes, in one text.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The text on one line, without control characters and without parts that change in every run: request ids and encoded authorisation messages.
pub fn one_line(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // EC2: "…operation. User: … is not authorized … Encoded authorization failure message: <600 letters that change every time>".
    if let Some(start) = text.find("Encoded authorization failure message") {
        text.truncate(start);
    }
    // "(Service: Kms, Request ID: 1234-5678)"
    while let Some((start, end)) = request_id(&text) {
        text.replace_range(start..end, "");
    }
    let words: Vec<_> = text.split_whitespace().map(without_password).collect();
    let line = words.join(" ");
    let line = line.replace(", )", ")").replace("()", "");
    let line = line.trim_end_matches([' ', ';', ',']);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// A URL without user and password.
pub fn without_password(url: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = url.split_at(start);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        // Text that is not a URL has no host: everything before the last @ may be a password.
        Some(at) if start > 0 => format!("{scheme}…@{}", &rest[at + 1..]),
        _ => url.to_owned(),
    }
}

/// Where a text names a request id, up to the end of the id.
fn request_id(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let (start, name) =
        ["request id:", "requestid:", "request-id:", "host id:", "hostid:"].iter().find_map(|name| Some((lower.find(name)?, *name)))?;
    let id = start + name.len();
    let blank = text[id..].len() - text[id..].trim_start().len();
    let length = text[id + blank..].find([' ', ',', ')', ';']).unwrap_or(text.len() - id - blank);
    Some((start, id + blank + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(code: &str, http: u16) -> Reply {
        Reply {
            reached: Reached::Service,
            code: (!code.is_empty()).then(|| code.to_owned()),
            message: Some("Message".to_owned()),
            http: Some(http),
            causes: String::new(),
        }
    }

    fn transport(reached: Reached) -> Reply {
        Reply { reached, code: None, message: None, http: None, causes: String::new() }
    }

    #[test]
    fn codes_have_a_status() {
        for code in [
            "AccessDenied",
            "AccessDeniedException",
            "AccessDeniedFault",
            "KMSAccessDeniedFault",
            "UnauthorizedOperation",
            "UnauthorizedException",
            "AuthorizationError",
            "NotAuthorized",
            "Client.UnauthorizedOperation",
        ] {
            assert_eq!(service(code, 403).status(), CoverageStatus::Denied, "{code}");
            assert_eq!(service(code, 400).status(), CoverageStatus::Denied, "{code}");
        }
        for code in ["UnknownOperation", "UnknownOperationException", "InvalidAction", "UnsupportedOperation"] {
            assert_eq!(service(code, 400).status(), CoverageStatus::Unavailable, "{code}");
        }
        for code in [
            "OptInRequired",
            "NotSignedUp",
            "SubscriptionRequiredException",
            "Throttling",
            "RequestLimitExceeded",
            "SlowDown",
            "InternalError",
            "ValidationError",
            "ExpiredToken",
            "AuthFailure",
        ] {
            assert_eq!(service(code, 403).status(), CoverageStatus::Failed, "{code}");
        }
        assert_eq!(service("", 403).status(), CoverageStatus::Denied);
        assert_eq!(service("", 500).status(), CoverageStatus::Failed);
    }

    #[test]
    fn transport_has_a_status() {
        assert_eq!(transport(Reached::NoHost).status(), CoverageStatus::Unavailable);
        for reached in [Reached::TimedOut, Reached::NoNames, Reached::Unreachable, Reached::Answer, Reached::NoCredentials] {
            assert_eq!(transport(reached).status(), CoverageStatus::Failed);
        }
        let lookup = |why: &str| reached(&format!("client error (Connect): dns error: failed to lookup address information: {why}"), false);
        assert_eq!(lookup("Name or service not known"), Reached::NoHost);
        assert_eq!(lookup("Temporary failure in name resolution"), Reached::NoNames);
        assert_eq!(transport(Reached::NoHost).of_service("backup").status(), CoverageStatus::Unavailable);
        assert_eq!(transport(Reached::NoHost).of_service("rds").status(), CoverageStatus::Failed);
        assert_eq!(reached("tcp connect error: Connection refused", false), Reached::Unreachable);
        assert_eq!(reached("HTTP connect timeout occurred after 5s", true), Reached::TimedOut);
        assert_eq!(reached("the credential provider was not enabled", false), Reached::NoCredentials);
    }

    #[test]
    fn credentials_end_by_their_time() {
        for code in EXPIRED {
            assert!(CREDENTIALS.contains(code), "{code}");
            assert!(tells_end_of_credentials(&service(code, 400).text()), "{code}");
        }
        assert!(tells_end_of_credentials(&transport(Reached::NoCredentials).text()));
        // An opt-in Region that refuses the session's tokens refuses them on the next run, too.
        for code in ["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "AccessDenied"] {
            assert!(!tells_end_of_credentials(&service(code, 401).text()), "{code}");
        }
    }

    #[test]
    fn passwords_are_left_out() {
        assert_eq!(without_password("https://user:pass@word@host:443/path"), "https://…@host:443/path");
        assert_eq!(without_password("https://host/path@2"), "https://host/path@2");
        assert_eq!(without_password("name@example.com"), "name@example.com");
        assert_eq!(one_line("no connection to http://user:secret@host"), "no connection to http://…@host");
    }

    #[test]
    fn absent_codes_are_answers() {
        assert_eq!(service("NoSuchLifecycleConfiguration", 404).into_result(&["NoSuchLifecycleConfiguration"]), Ok(()));
        assert!(service("NoSuchBucket", 404).into_result(&["NoSuchLifecycleConfiguration"]).is_err());
    }

    #[test]
    fn texts_are_one_steady_line() {
        let mut reply = service("UnauthorizedOperation", 403);
        reply.message = Some("You are not\nauthorized.\u{1b}[31m Encoded authorization failure message: aGVsbG8".to_owned());
        assert_eq!(reply.text(), "UnauthorizedOperation: You are not authorized. [31m");
        reply.message = Some("Denied (Service: Kms, Request ID: 1234-5678)".to_owned());
        assert_eq!(reply.text(), "UnauthorizedOperation: Denied (Service: Kms)");
        reply.message = Some("Denied (RequestId: 1234-5678)".to_owned());
        assert_eq!(reply.text(), "UnauthorizedOperation: Denied");
        reply.message = Some("x".repeat(5000));
        assert!(reply.text().chars().count() <= LONGEST + 1);
    }
}
