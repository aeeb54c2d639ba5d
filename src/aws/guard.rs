//! Turns the SDK's panics about the machine or the environment into errors.

use super::connect_error::ConnectError;
use super::failure::one_line;
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;

pub(super) const NO_ROOT_CERTIFICATES: &str =
    "there are no root certificates: install them (package ca-certificates), or set SSL_CERT_FILE to a file of certificates";

/// Whether the machine has root certificates to verify AWS's. Without them, the SDK cannot connect, and its error does not say why.
pub(super) fn has_root_certificates() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

/// Runs a first step: reading the configuration, or the first call. The SDK's known panics occur there: on a machine without root certificates
/// (in a build with debug assertions; [`has_root_certificates`] finds this case in others), and for an access key id that no header can hold.
pub(super) async fn without_panic<T>(step: impl Future<Output = T>) -> Result<T, ConnectError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = AssertUnwindSafe(step).catch_unwind().await;
    std::panic::set_hook(hook);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
        let why = match text.unwrap_or("the AWS SDK stopped without a message") {
            text if text.contains("root certificates") => NO_ROOT_CERTIFICATES.to_owned(),
            text if text.contains("InvalidHeaderValue") => "the access key id has an invalid character".to_owned(),
            text => format!("the AWS SDK stopped ({})", one_line(text)),
        };
        ConnectError::Sdk { why }
    })
}
