"""The program `aws` of the proofs: passes its command line, files, folder and environment to aws_server.py, and ends as the command ends."""

import json
import os
import socket
import sys

connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["AWS_SERVER"])
wanted = {"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}
socket.send_fds(connection, [b"-"], [0, 1, 2])
connection.sendall(json.dumps(wanted).encode())
connection.shutdown(socket.SHUT_WR)
ended = connection.recv(1)
sys.exit(ended[0] if ended else "the AWS CLI ended without an exit code")
