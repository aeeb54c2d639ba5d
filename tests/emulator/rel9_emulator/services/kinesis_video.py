"""Kinesis Video Streams: moto's streams, with tags for the tagging API and the change of their retention, which moto lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.kinesisvideo.models import KinesisVideoBackend as MotoKinesisVideoBackend
from moto.kinesisvideo.models import kinesisvideo_backends

from ..errors import ServiceError
from ..registry import backends_of, handles

Params = dict[str, Any]
SERVICE = "kinesisvideo"


class KinesisVideoBackend(MotoKinesisVideoBackend, TaggableResourcesMixin):
    """moto's backend, whose streams the tagging API knows."""

    SERVICE_NAMESPACE = "kinesisvideo"

    @property
    def _url_module(self) -> Any:
        from moto.kinesisvideo import urls

        return urls

    def create_stream(self, *args: Any, **settings: Any) -> str:
        """Without a retention, a stream keeps nothing."""
        arn = super().create_stream(*args, **settings)
        self.streams[arn].data_retention_in_hours = self.streams[arn].data_retention_in_hours or 0
        return arn

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for stream in self.streams.values():
            yield TaggedResource(stream.arn, stream.tags or {}, "kinesisvideo:stream")


backends_of(SERVICE, kinesisvideo_backends, KinesisVideoBackend)


@handles(SERVICE, "UpdateDataRetention")
def update_data_retention(backend: Any, params: Params) -> Params:
    wanted = (params.get("StreamARN"), params.get("StreamName"))
    stream = next((stream for stream in backend.streams.values() if wanted[0] == stream.arn or wanted[1] == stream.stream_name), None)
    if stream is None:
        raise ServiceError("ResourceNotFoundException", "The requested stream is not found or not active.")
    if params["CurrentVersion"] != stream.version:
        raise ServiceError("VersionMismatchException", "The stream version that you specified is not the latest version")
    sign = 1 if params["Operation"] == "INCREASE_DATA_RETENTION" else -1
    stream.data_retention_in_hours += sign * params["DataRetentionChangeInHours"]
    return {}
