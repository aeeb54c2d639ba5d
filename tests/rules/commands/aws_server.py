"""Runs AWS CLI commands for aws_client.py. It loads the CLI once and forks a process for each command, because loading takes most of the
time of a command. It prints `ready`, and ends when its standard input closes.

    python aws_server.py SOCKET
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
import types
from typing import Any

import awscli.botocore.waiter
import awscli.clidriver

SERVICES = ("backup", "dlm", "docdb", "dynamodb", "ec2", "efs", "kms", "neptune", "rds", "s3", "sns", "sts")
# Waiters ask at once, and then every 15 to 60 seconds; nothing changes in the emulator between two of their questions.
WAIT_SECONDS = 0.01


def loaded() -> Any:
    """The CLI, with the models of the services in its caches."""
    driver = awscli.clidriver.create_clidriver()
    for service in SERVICES:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        driver.session.create_client(service, region_name="us-east-1", **keys)
    awscli.botocore.waiter.time = types.SimpleNamespace(sleep=lambda _: time.sleep(WAIT_SECONDS))
    return driver


def serve(connection: socket.socket, driver: Any) -> None:
    """In a process of its own: the command, with the caller's files, folder and environment."""
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as message:
        wanted = json.load(message)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    try:
        # An option, because for some services version 1 of the CLI prefers an endpoint of its own to AWS_ENDPOINT_URL.
        code = driver.main([*wanted["arguments"], "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]])
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([code if isinstance(code, int) else 1]))


def main() -> None:
    driver = loaded()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(16)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes
    gc.freeze()
    print("ready", flush=True)
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            try:
                serve(connection, driver)
            finally:
                os._exit(0)
        connection.close()


if __name__ == "__main__":
    main()
