"""Runs a command in a separate terminal, types a line when the command asks, and prints all its output.

    python tests/reports/wa/terminal.py LINE COMMAND …

Exits with the command's exit code.
"""

from __future__ import annotations

import os
import pty
import sys

line, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown, typed = b"", False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:  # Linux reports this when the last writer has closed the terminal
        break
    if not part:
        break
    shown += part
    if not typed and b"[y/N]" in shown:
        os.write(terminal, line.encode() + b"\n")
        typed = True
sys.stdout.write(shown.decode(errors="replace"))
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
