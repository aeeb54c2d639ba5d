"""The protocol Smithy RPC v2 CBOR, which moto lacks: botocore's codec, used from the server's side.

The operation is in the path, `/service/NAME/operation/OPERATION`; bodies are CBOR maps, in which times have tag 1.
"""

from __future__ import annotations

import re
from typing import Any

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

PROTOCOL = "smithy-rpc-v2-cbor"
HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)")


def speaks(environ: dict[str, Any]) -> bool:
    """Whether a request is made in this protocol."""
    return environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor"


def operation(path: str) -> str | None:
    match = PATH.fullmatch(path)
    return match["operation"] if match else None


def read(body: bytes) -> Any:
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))


def write(shape: Any, value: Any) -> bytes:
    """A value of a shape of the service's model."""
    body = bytearray()
    RpcV2CBORSerializer()._serialize_data_item(body, value, shape)
    return bytes(body)


def write_plain(value: Any) -> bytes:
    """A value without times, of which no model tells the shape: errors, and damaged answers."""
    body = bytearray()
    _plain(RpcV2CBORSerializer(), body, value)
    return bytes(body)


def _plain(serializer: RpcV2CBORSerializer, body: bytearray, value: Any) -> None:
    if value is None:
        body.append(0xF6)
    elif isinstance(value, bool):
        serializer._serialize_type_boolean(body, value, None, None)
    elif isinstance(value, int):
        serializer._serialize_type_integer(body, value, None, None)
    elif isinstance(value, float):
        serializer._serialize_type_double(body, value, None, None)
    elif isinstance(value, str):
        serializer._serialize_type_string(body, value, None, None)
    elif isinstance(value, (list, dict)):
        major = serializer.LIST_MAJOR_TYPE if isinstance(value, list) else serializer.MAP_MAJOR_TYPE
        body += serializer._get_initial_byte(major, 31)  # of indefinite length, as some of AWS's answers
        for item in value if isinstance(value, list) else [part for pair in value.items() for part in pair]:
            _plain(serializer, body, item)
        body.append(0xFF)
    else:  # a time
        serializer._serialize_type_timestamp(body, value, None, None)
