"""Runs an extended operation: parse the request, ask the handler (or moto and then the amendment), cut the page,
check the answer against the service's model, and write it in the service's protocol. moto's core parses and writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator
from moto.core.exceptions import ServiceException, _RESTError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from werkzeug.test import EnvironBuilder, run_wsgi_app

from . import cbor, paging, registry, shapes
from .errors import ServiceError
from .faults import REQUEST_ID, error_response
from .identify import BOTOCORE_NAMES, Call, service_model

Response = tuple[int, dict[str, str], bytes]
App = Callable[..., Any]

# Root elements of XML answers that the model does not name but strict SDKs check: moto's and AWS's.
ROOTS = {"s3:GetBucketVersioning": (b"GetBucketVersioningResponse", b"VersioningConfiguration")}


class MotoError(Exception):
    """moto answered with an error, which goes to the caller unchanged."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"moto answered {response[0]}")
        self.response = response


def wants(call: Call) -> bool:
    """Whether this emulator, not moto, answers the operation. With a page cap or an endless list, it answers every paged operation."""
    registry.load(call.service)
    if call.protocol == cbor.PROTOCOL:  # which moto does not speak
        return True
    key = (call.service, call.operation)
    if key in registry.HANDLERS or key in registry.AMENDMENTS:
        return True
    if (paging.Cap.size is None and not call.endless) or call.operation not in call.service_model.operation_names:
        return False
    return paging.pager(call) is not None


def respond(call: Call, moto: App) -> Response:
    try:
        return _write(call, _answer(call, moto))
    except MotoError as error:
        return error.response if call.protocol == call.moto_protocol else _translated(call, error.response)
    except shapes.ShapeError as error:
        return error_response(call, 500, "EmulatorAnswerHasWrongShape", f"{call.action}: {error}")
    except ServiceException as error:
        return _write(call, error)
    except _RESTError as error:  # moto's older way of raising errors
        return _write(call, ServiceError(error.error_type, error.message))


def _answer(call: Call, moto: App) -> dict[str, Any]:
    params = parse(call)
    _check_input(call, params)
    pager = paging.pager(call)
    if pager:
        pager.check(call, params)
    key = (call.service, call.operation)
    if key in registry.HANDLERS:
        with registry.LOCK:
            answer = dict(registry.HANDLERS[key](backend_of(call), params) or {})
    else:
        answer = _ask_all(call, params, pager, moto)
        if key in registry.AMENDMENTS:
            with registry.LOCK:
                registry.AMENDMENTS[key](backend_of(call), params, answer)
    if pager:
        pager.cut(params, answer)
        if call.endless:
            pager.go_on(answer, call.endless)
    output = call.operation_model.output_shape
    if output is None:
        if answer:
            raise shapes.ShapeError(f"the operation gives nothing, not {answer!r}")
        return {}
    return shapes.check(output, answer, call.operation)


def redirect(call: Call) -> Response | None:
    """S3's answer to a call for a bucket in another Region: the Region to go to."""
    if call.service != "s3":
        return None
    from .services.s3 import wrong_region

    home = wrong_region(backend_of(call), call.operation, call.uri_params.get("Bucket"), call.region)
    if home is None:
        return None
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    status, headers, body = error_response(call, 301, "PermanentRedirect", message)
    return status, {**headers, "x-amz-bucket-region": home}, body


def backend_of(call: Call) -> Any:
    return registry.backend(call.service, call.account, call.region)


def parse(call: Call) -> dict[str, Any]:
    """The operation's parameters, by the names of the service's model."""
    if call.protocol == cbor.PROTOCOL:
        return dict(cbor.read(call.body) if call.body else {})
    request = call.request()
    parsed = PROTOCOL_PARSERS[call.protocol](call.operation_model, map_type=dict).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": call.uri_params,
        }
    )
    members = call.operation_model.input_shape.members if call.operation_model.input_shape else {}
    # moto's parser turns an absent query parameter into an empty list.
    absent = {k for k, v in (parsed or {}).items() if v == [] and members[k].serialization.get("location") == "querystring"}
    return {k: v for k, v in (parsed or {}).items() if k not in absent}


def _check_input(call: Call, params: dict[str, Any]) -> None:
    shape = call.operation_model.input_shape
    if shape is None:
        return
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        code = "ValidationException" if call.names_errors_of_json else "InvalidParameterValue"
        raise ServiceError(code, report.generate_report())


def _write(call: Call, result: Any) -> Response:
    if call.protocol == cbor.PROTOCOL:
        return _write_cbor(call, result)
    serializer = get_serializer_class(call.botocore_name, call.protocol)(operation_model=call.operation_model)
    written = serializer.serialize(result)
    body = written["body"].encode() if isinstance(written["body"], str) else written["body"]
    if call.action in ROOTS:
        body = body.replace(*ROOTS[call.action])
    return written["status_code"], {**written["headers"], "x-amzn-RequestId": REQUEST_ID}, body


def _write_cbor(call: Call, result: Any) -> Response:
    if isinstance(result, ServiceException):
        shape = next((shape for shape in call.operation_model.error_shapes if shape.name == result.code), None)
        status = shape.metadata.get("error", {}).get("httpStatusCode", 400) if shape else 400
        return error_response(call, status, result.code, result.message)
    shape = call.operation_model.output_shape
    body = cbor.write(shape, result) if shape else b""
    return 200, {**cbor.HEADERS, "x-amzn-RequestId": REQUEST_ID}, body


def _translated(call: Call, response: Response) -> Response:
    """moto's error, which is JSON, in the protocol of the call."""
    status, _, body = response
    error = json.loads(body)
    code = str(error.get("__type", "")).rsplit("#", 1)[-1]
    return error_response(call, status, code, str(error.get("message") or error.get("Message") or ""))


def _ask_all(call: Call, params: dict[str, Any], pager: paging.Pager | None, moto: App) -> dict[str, Any]:
    """moto's complete answer: all its pages, from which the emulator cuts its own."""
    if pager is None:
        return ask_moto(call, params, moto)
    params = {k: v for k, v in params.items() if k not in (pager.limit_key, pager.input_token)}
    answer = ask_moto(call, params, moto)
    page = answer
    while page.get(pager.output_token) and (not pager.more_results or page.get(pager.more_results)):
        page = ask_moto(call, {**params, pager.input_token: page[pager.output_token]}, moto)
        answer[pager.result_key] = answer.get(pager.result_key, []) + page.get(pager.result_key, [])
    return answer


def ask_moto(call: Call, params: dict[str, Any], moto: App) -> dict[str, Any]:
    """moto's answer to an operation, as a dict. The call goes through moto's dispatcher, with the caller's credentials."""
    model = call.operation_model
    request = create_serializer(call.moto_protocol, include_validation=False).serialize_to_request(params, model)
    body = request["body"]
    headers = {
        **request["headers"],
        "Host": call.environ.get("HTTP_HOST", "localhost"),
        "Authorization": call.environ.get("HTTP_AUTHORIZATION", ""),
        "x-moto-account-id": call.account,
    }
    form = body if isinstance(body, dict) else None
    builder = EnvironBuilder(
        path=request["url_path"],
        method=request["method"],
        query_string=request.get("query_string") or None,
        headers=headers,
        data=form if form is not None else body,
    )
    if form is not None:
        builder.content_type = "application/x-www-form-urlencoded; charset=utf-8"
    environ = builder.get_environ()
    chunks, status, answer_headers = run_wsgi_app(moto, environ, buffered=True)
    code, content = int(status.split(" ", 1)[0]), b"".join(chunks)
    if code >= 400:
        raise MotoError((code, dict(answer_headers), content))
    raw = {"status_code": code, "headers": dict(answer_headers), "body": content}
    parsed = create_parser(call.moto_protocol).parse(raw, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def seed(service: str, kind: str, account: str, region: str, values: dict[str, Any], strict: bool) -> Any:
    """Creates state that otherwise arises only over time. The values are members of the API's own answers; see the README for the kinds."""
    service = {"efs": "elasticfilesystem"}.get(service, service)
    registry.load(service)
    if (service, kind) not in registry.SEEDS:
        known = ", ".join(sorted(k for s, k in registry.SEEDS if s == service)) or "none"
        raise ServiceError("UnknownSeed", f"{service} has no seed {kind!r} (it has: {known})")
    entry = registry.SEEDS[service, kind]
    kept_nulls = {key for key, value in values.items() if value is None}
    if entry.shape:
        shape = service_model(BOTOCORE_NAMES.get(service, service)).shape_for(entry.shape)
        unknown = kept_nulls - set(shape.members)
        if unknown:
            raise shapes.ShapeError(f"{kind}: {entry.shape} has no member {', '.join(sorted(unknown))}")
        values = shapes.check(shape, values, kind, required=False, enums=strict)
        # null removes a member, also one that the emulator would fill in
        values.update(dict.fromkeys(kept_nulls))
    with registry.LOCK:
        return registry.SEEDS[service, kind].function(registry.backend(service, account, region), values)


def to_json(value: Any) -> bytes:
    return json.dumps(value, default=lambda other: other.isoformat(), sort_keys=True).encode()


