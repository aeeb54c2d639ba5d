//! Where the SDK panics at what the machine or the environment gives it.

use super::connect_error::ConnectError;
use super::failure::one_line;
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;

pub(super) const NO_ROOT_CERTIFICATES: &str =
    "there are no root certificates: install them (package ca-certificates), or name a file of them in SSL_CERT_FILE";

/// Whether the machine has certificates to know AWS by. Without any the SDK connects to nobody, and says no more than that.
pub(super) fn has_root_certificates() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

/// Takes a first step: reading the configuration, or the first call. What the SDK panics at, it panics at then. Known are a machine
/// without root certificates (in a build with debug assertions; [`has_root_certificates`] finds it in others), and an access key id that no
/// header can hold.
pub(super) async fn without_panic<T>(step: impl Future<Output = T>) -> Result<T, ConnectError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = AssertUnwindSafe(step).catch_unwind().await;
    std::panic::set_hook(hook);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
        let why = match text.unwrap_or("the AWS SDK stopped without a word") {
            text if text.contains("root certificates") => NO_ROOT_CERTIFICATES.to_owned(),
            text if text.contains("InvalidHeaderValue") => "the access key id has a character that no key has".to_owned(),
            text => format!("the AWS SDK stopped ({})", one_line(text)),
        };
        ConnectError::Sdk { why }
    })
}
