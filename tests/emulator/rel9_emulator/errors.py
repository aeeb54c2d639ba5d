"""Errors of operations."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ServiceError(ServiceException):
    """An error by its code and message. moto's core writes it in the service's protocol, with the model's status.

    (moto looks for the error's shape in the service that the exception's module belongs to: hence this class.)
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
