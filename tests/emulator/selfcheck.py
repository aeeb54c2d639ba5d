"""Checks the emulator: every extended operation, every fault mode, the counters, the pages. Exits non-zero on a failure.

    python tests/emulator/selfcheck.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from checks import backup, cbor, cloud_control, data_services, gateway, remedies  # noqa: E402
from checks.harness import Emulator  # noqa: E402


def main() -> int:
    started = time.monotonic()
    emulator = Emulator()
    ready = time.monotonic() - started
    for check in (*backup.CHECKS, *data_services.CHECKS, *cbor.CHECKS, *cloud_control.CHECKS, *remedies.CHECKS, *gateway.STATEFUL, *gateway.CHECKS):
        emulator.run(check)
    emulator.expect("the server ends with its caller", emulator.stop(), 0)
    for failure in emulator.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    passed = emulator.checks - len(emulator.failures)
    print(f"{passed} of {emulator.checks} checks passed, {time.monotonic() - started:.1f} s (ready after {ready:.1f} s)")
    return 1 if emulator.failures else 0


if __name__ == "__main__":
    sys.exit(main())
