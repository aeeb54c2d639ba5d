"""The WSGI application in front of moto: identifies each call, counts it, and answers it with a fault, an extension, or moto."""

from __future__ import annotations

import io
import json
import socket
import traceback
from typing import Any
from urllib.parse import parse_qs

from .errors import ServiceError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.test import run_wsgi_app

from . import extension, faults, paging, registry, shapes
from .calls import Calls
from .identify import UNKNOWN, Call, identify

PREFIX = "/rel9/"


def create_app(service: Any) -> Any:
    """moto's application for a service, which passes moto's exceptions on."""
    app = create_backend_app(service)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, with a cache: moto searches all its folders for every request."""

    def __init__(self) -> None:
        super().__init__(create_app)
        self._backends: dict[str, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None:
            return None
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class BadControl(Exception):
    """An invalid request to /rel9/…."""


class Gateway:
    def __init__(self, plain: bool = False) -> None:
        self.plain = plain
        self.moto = Dispatcher()
        self.calls = Calls()
        self.faults = faults.Faults()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith(PREFIX) and "HTTP_AUTHORIZATION" not in environ:
            return _send(start_response, self._control(environ))
        # moto reads a chunked upload (S3 objects); nothing here depends on its body.
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = b""
        else:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
        call = identify(environ, body)
        if call is None:
            return self.moto(environ, start_response)
        self.calls.add(call)
        if self.plain or call.operation == UNKNOWN:  # a service that only moto knows
            return self.moto(environ, start_response)
        fault = self.faults.take(call)
        if fault and fault.mode in ("endless", "adrift"):
            call.endless = fault.mode
        elif fault and fault.mode in faults.SPOILED:
            return _send(start_response, faults.spoil(fault.mode, self._answer(call, environ)))
        elif fault:
            return self._fault(call, fault, start_response)
        return _send(start_response, self._answer(call, environ))

    def _answer(self, call: Call, environ: dict[str, Any]) -> extension.Response:
        """The answer without any fault."""
        try:
            moved = extension.redirect(call)
            if moved:
                return moved
            if extension.wants(call):
                return extension.respond(call, self.moto)
            chunks, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
            return int(status.split(" ", 1)[0]), dict(headers), b"".join(chunks)
        except Exception as error:  # an error, or an operation that moto lacks, must fail the test with the place of the error
            traceback.print_exc()
            message = f"{call.action}: {type(error).__name__}: {error}"
            return faults.error_response(call, 500, "EmulatorBroken", message)

    def _fault(self, call: Call, fault: faults.Fault, start_response: Any) -> Any:
        mode = fault.mode
        if mode == "hang":
            self.faults.hang(fault)
            mode = "error"
        if mode == "disconnect":
            call.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError("disconnected on request of the test")
        return _send(start_response, faults.response(call, mode, fault.code))

    def _control(self, environ: dict[str, Any]) -> extension.Response:
        name = environ["PATH_INFO"][len(PREFIX) :].strip("/")
        method = environ["REQUEST_METHOD"]
        try:
            body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
            answer = self._command(method, name, body, parse_qs(environ.get("QUERY_STRING", "")))
            status = 200
        except (BadControl, json.JSONDecodeError, KeyError, TypeError, ValueError, shapes.ShapeError, ServiceError) as error:
            answer, status = {"error": f"{type(error).__name__}: {error}"}, 400
        return status, {"Content-Type": "application/json"}, extension.to_json(answer)

    def _command(self, method: str, name: str, body: Any, query: dict[str, list[str]]) -> Any:
        if (method, name) == ("GET", "calls"):
            return {**self.calls.report(), "plain": self.plain}
        if (method, name) == ("GET", "seeds"):
            registry.load_all()
            return {f"{service}:{kind}": entry.shape for (service, kind), entry in sorted(registry.SEEDS.items())}
        if (method, name) == ("GET", "operations"):
            registry.load_all()
            names = {"handled": registry.HANDLERS, "amended": registry.AMENDMENTS}
            return {how: sorted(f"{service}:{operation}" for service, operation in table) for how, table in names.items()}
        if (method, name) == ("POST", "seed"):
            entries = body if isinstance(body, list) else [body]
            return {"seeded": [self._seed(entry) for entry in entries]}
        if (method, name) == ("POST", "fault"):
            return self._set_fault(**body)
        if (method, name) == ("POST", "page_size"):
            paging.Cap.size = None if body["n"] is None else max(1, int(body["n"]))
            return {"n": paging.Cap.size}
        if (method, name) == ("POST", "reset_calls"):
            self.calls.clear()
            return {}
        if (method, name) == ("POST", "reset"):
            return self.reset()
        raise BadControl(f"there is no {method} {PREFIX}{name}")

    def _seed(self, entry: dict[str, Any]) -> Any:
        unknown = set(entry) - {"account", "region", "service", "kind", "values", "strict"}
        if unknown:
            raise BadControl(f"a seed has no {', '.join(sorted(unknown))}")
        return extension.seed(
            entry["service"],
            entry["kind"],
            entry.get("account", "123456789012"),
            entry.get("region", "us-east-1"),
            entry["values"],
            entry.get("strict", True),
        )

    def _set_fault(
        self,
        operation: str,
        mode: str | None,
        region: str | None = None,
        account: str | None = None,
        times: int | None = None,
        after: int = 0,
        code: str | None = None,
    ) -> dict[str, Any]:
        if mode is not None and mode not in faults.MODES:
            raise BadControl(f"mode {mode!r} is none of {', '.join(faults.MODES)} or null")
        new = None if mode is None else faults.Fault(operation, mode, region, account, times, after, code)
        self.faults.set(new, operation, region, account)
        return {}

    def reset(self) -> dict[str, Any]:
        from moto.moto_api._internal.models import moto_api_backend

        self.faults.clear()
        paging.Cap.size = None
        with registry.LOCK:
            moto_api_backend.reset()
        self.calls.clear()
        return {}


def _send(start_response: Any, response: extension.Response) -> list[bytes]:
    status, headers, body = response
    headers = {k: v for k, v in headers.items() if k.lower() != "content-length"}
    headers["Content-Length"] = str(len(body))
    start_response(f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}", [(k, str(v)) for k, v in headers.items()])
    return [body]
