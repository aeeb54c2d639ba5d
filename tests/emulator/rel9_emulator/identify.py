"""Identifies the AWS call of a request: service, operation, Region and account, for every protocol."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import NotFound, ServiceOperationRouter
from moto.core.utils import get_service_model

from . import cbor

# Credential scopes mostly have IAM's name of a service, which mostly is botocore's name too.
IAM_NAMES = {"monitoring": "cloudwatch", "tagging": "tag"}
BOTOCORE_NAMES = {
    "aoss": "opensearchserverless",
    "cloudcontrolapi": "cloudcontrol",
    "elasticfilesystem": "efs",
    "es": "opensearch",
    "states": "stepfunctions",
    "tag": "resourcegroupstaggingapi",
    "timestream": "timestream-write",
}
SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
ACTION = re.compile(rb"(?:^|&)Action=([^&]+)")
UNKNOWN = "?"
UNSIGNED = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}


_models: dict[str, tuple[Any, ServiceOperationRouter]] = {}
_loading = Lock()


def service_model(botocore_name: str) -> Any:
    return _model(botocore_name)[0]


def _model(botocore_name: str) -> tuple[Any, ServiceOperationRouter]:
    """A service's model and router, loaded once (EC2's takes a second, and callers come in parallel)."""
    if botocore_name not in _models:
        with _loading:
            if botocore_name not in _models:
                model = get_service_model(botocore_name)
                _models[botocore_name] = model, ServiceOperationRouter(model)
    return _models[botocore_name]


@dataclass
class Call:
    """One AWS call. `service` is IAM's name for it, so `service:operation` is the IAM action."""

    service: str
    operation: str
    region: str
    access_key: str
    account: str
    environ: dict[str, Any]
    body: bytes
    uri_params: dict[str, Any] = field(default_factory=dict)
    endless: str | None = None
    """Every page of its answer names an earlier page as the next (`endless`), or is empty and names a new one (`adrift`)."""

    @property
    def action(self) -> str:
        """The name in faults and counts. Cloud Control's has the type, because every type is read for itself."""
        if self.service == "cloudcontrolapi":
            return f"cloudformation:{self.operation}({json.loads(self.body or b'{}').get('TypeName')})"
        return f"{self.service}:{self.operation}"

    @property
    def botocore_name(self) -> str:
        return BOTOCORE_NAMES.get(self.service, self.service)

    @property
    def service_model(self) -> Any:
        return service_model(self.botocore_name)

    @property
    def operation_model(self) -> Any:
        return self.service_model.operation_model(self.operation)

    @property
    def protocol(self) -> str:
        """The protocol of the call. Some models name CBOR first, but SDKs that speak JSON with the service still do."""
        if cbor.speaks(self.environ):
            return cbor.PROTOCOL
        declared = str(self.service_model.protocol)
        return "json" if declared == cbor.PROTOCOL and "HTTP_X_AMZ_TARGET" in self.environ else declared

    @property
    def moto_protocol(self) -> str:
        """The protocol in which moto understands the call."""
        return "json" if self.protocol == cbor.PROTOCOL else self.protocol

    @property
    def names_errors_of_json(self) -> bool:
        """Whether the service's general errors have the names that they have in services with JSON."""
        return self.protocol in ("json", "rest-json", cbor.PROTOCOL)

    def request(self) -> Request:
        """The request as moto reads it. Every reader gets its own stream."""
        return Request({**self.environ, "wsgi.input": io.BytesIO(self.body)})


def identify(environ: dict[str, Any], body: bytes) -> Call | None:
    """The AWS call that a request makes, or None when it is not one. The operation is `?` where botocore does not know it."""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope:
        key, region, service = scope["key"], scope["region"], scope["service"]
    elif "X-Amz-Credential=" in environ.get("QUERY_STRING", ""):
        query = parse_qs(environ["QUERY_STRING"])
        key, _, region, service, _ = (query["X-Amz-Credential"][0].split("/") + [""] * 4)[:5]
    else:
        action = _form_action(environ, body)
        if action not in UNSIGNED:
            return None
        key, region, service = "", "us-east-1", UNSIGNED[action]
    service = IAM_NAMES.get(service, service)
    call = Call(service, UNKNOWN, region, key, _account(environ, key), environ, body)
    try:
        call.operation, call.uri_params = _operation(call)
    except (NotFound, NotImplementedError, UnknownServiceError):
        pass
    return call


def _operation(call: Call) -> tuple[str, dict[str, Any]]:
    protocol = call.protocol
    if protocol in ("query", "ec2"):
        action = _form_action(call.environ, call.body)
        if action:
            return action, {}
    elif protocol == "json":
        target = call.environ.get("HTTP_X_AMZ_TARGET", "")
        if "." in target:
            return target.rsplit(".", 1)[1], {}
    elif protocol == cbor.PROTOCOL:
        return cbor.operation(call.environ.get("PATH_INFO", "")) or UNKNOWN, {}
    operation, uri_params = _model(call.botocore_name)[1].match(call.request())
    return operation.name, uri_params


def _form_action(environ: dict[str, Any], body: bytes) -> str:
    for text in (body, environ.get("QUERY_STRING", "").encode()):
        match = ACTION.search(text)
        if match:
            return unquote(match[1].decode())
    return ""


def _account(environ: dict[str, Any], access_key: str) -> str:
    """moto's own mechanism: a header, else the account whose IAM or STS made the access key, else the default account."""
    from moto.iam.models import get_account_id_from

    header = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    return header or get_account_id_from(access_key)
