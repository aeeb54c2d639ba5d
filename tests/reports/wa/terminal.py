"""Runs a command in a terminal of its own, types a line into it when it asks, and prints all that it showed.

    python tests/wa/terminal.py LINE COMMAND …

Ends as the command ends.
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
    except OSError:  # how Linux tells that nobody writes any more
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
