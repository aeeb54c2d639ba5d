//! The HTTP client of a run. It reads every answer to its end, up to a size that no AWS answer has, and passes on only answers with the members
//! that the operation declares (see [`answer`](super::answer)).

use super::answer::Flaw;
use super::operation::Operation;
use aws_sdk_ec2::config::http::HttpRequest;
use aws_sdk_ec2::config::{ConfigBag, HttpClient, RuntimeComponents, SharedHttpClient};
use aws_sdk_ec2::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use std::future::Future;

/// Maximum size of an answer in bytes. A page of 1,000 snapshots with 50 tags each has about 10 MB.
pub const LARGEST: usize = 64 << 20;

tokio::task_local! {
    /// The operation of the current call.
    static CALLED: &'static Operation;
}

/// Makes a call of `operation`, and checks the answer.
pub fn calling<F: Future>(operation: &'static Operation, call: F) -> impl Future<Output = F::Output> {
    CALLED.scope(operation, call)
}

/// One HTTP client, like the SDK's default, for all clients of the run. Otherwise each client would parse the system's certificates and keep its
/// own connections. The SDK builds its default with `build_with_connector_fn`; the plain builder has no proxy settings.
pub fn client() -> SharedHttpClient {
    let client = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    });
    SharedHttpClient::new(WholeAnswers(client))
}

#[derive(Debug)]
struct WholeAnswers(SharedHttpClient);

impl HttpClient for WholeAnswers {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(WholeAnswer(self.0.http_connector(settings, components)))
    }

    /// Makes a connector at once, so that missing root certificates are reported before the first call.
    fn validate_base_client_config(&self, components: &RuntimeComponentsBuilder, config: &ConfigBag) -> Result<(), BoxError> {
        self.0.validate_base_client_config(components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        self.0.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct WholeAnswer(SharedHttpConnector);

impl HttpConnector for WholeAnswer {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let called = CALLED.try_with(|operation| *operation).ok().filter(|operation| asks_for(operation, &request));
        let reply = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = reply.await?;
            let body = read(response.take_body()).await?;
            if let Some(operation) = called.filter(|_| response.status().is_success()) {
                operation.answer.check(operation.name, &body).map_err(error_of)?;
            }
            *response.body_mut() = SdkBody::from(body);
            Ok(response)
        })
    }
}

/// The SDK retries a call after an I/O error. A retry may return an answer that was lost or truncated in transit; it cannot mend another wrong
/// answer.
fn error_of(flaw: Flaw) -> ConnectorError {
    match flaw {
        Flaw::Empty | Flaw::Cut => ConnectorError::io(Box::new(flaw)),
        _ => ConnectorError::other(Box::new(flaw), None),
    }
}

/// The services whose name in signatures is not their IAM prefix ("Actions, resources, and condition keys" of the service; its service model,
/// `signingName`).
const SIGNED_AS: [(&str, &str); 3] = [("cloudformation", "cloudcontrolapi"), ("cloudwatch", "monitoring"), ("tag", "tagging")];

/// Whether a request belongs to the operation, and not to fetching its credentials: such requests are signed for another service or another
/// action, or not at all.
fn asks_for(operation: &Operation, request: &HttpRequest) -> bool {
    let others = SIGNED_AS.iter().filter(|(service, _)| *service == operation.service).map(|(_, name)| *name);
    let scopes: Vec<String> = std::iter::once(operation.service).chain(others).map(|name| format!("/{name}/aws4_request")).collect();
    let signature = request.headers().get("authorization").unwrap_or_default();
    let signed = scopes.iter().any(|scope| signature.contains(scope));
    let action = request.body().bytes().and_then(|body| body.strip_prefix(b"Action="));
    signed && action.is_none_or(|action| action.split(|byte| *byte == b'&').next() == Some(operation.name.as_bytes()))
}

async fn read(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    if let Some(bytes) = body.bytes().filter(|bytes| bytes.len() <= LARGEST) {
        return Ok(bytes.to_vec());
    }
    let mut stream = ByteStream::new(body);
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.try_next().await.map_err(|error| ConnectorError::io(error.into()))? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(error_of(Flaw::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
