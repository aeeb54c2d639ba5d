"""Calls, wall time and peak memory of a live audit of the scale account, compared with Prowler on the same emulator.

    cargo build --release
    python3 -m venv V && V/bin/pip install -r tests/emulator/requirements.txt
    V/bin/python benches/scale.py target/release/rel9 [--prowler PATH] [--runs N]

The account (tests/emulator/seed_scale.py) has 2 Regions, each with 100 volumes, 50 own snapshots, 30 RDS instances, 10 Aurora clusters,
60 tables, 10 EFS file systems, 30 FSx file systems, volumes and backups each, 30 buckets and 1 plan. With --plain, the emulator is unchanged moto: without the emulator's additions, and with
moto's 1,300 snapshots of other accounts in each Region. --prowler takes a Prowler executable of another virtual environment. It uses the same
emulator after rel9, so its environment does not need moto[server].
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROWLER_CHECKS = (ROOT / "benches" / "prowler-checks.txt").read_text().split()


def control(endpoint: str, path: str, body: object | None = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(endpoint + path, data=data, method="POST" if data else "GET")) as answer:
        return json.loads(answer.read() or "null")


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, int, int]:
    """Wall seconds, peak memory in KiB and exit code of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return time.monotonic() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rel9")
    parser.add_argument("--prowler")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/emulator/server.py"), "--port", "0", *(["--plain"] if arguments.plain else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        endpoint = json.loads(server.stdout.readline())["endpoint"]
        regions = {"account": "123456789012", "region": "us-east-1", "service": "ec2", "kind": "enabled_regions"}
        if not arguments.plain:
            control(endpoint, "/rel9/seed", regions | {"values": {"RegionNames": ["us-east-1", "eu-west-1"]}})
        subprocess.run([sys.executable, str(ROOT / "tests/emulator/seed_scale.py"), "--endpoint", endpoint], check=True, stdout=subprocess.DEVNULL)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        programs = {"rel9": [arguments.rel9, "audit", "--quiet", "--format", "json", "--regions", "us-east-1,eu-west-1"]}
        if arguments.prowler:
            checks = ["--checks", *PROWLER_CHECKS, "--region", "us-east-1", "eu-west-1", "--no-banner", "-M", "json-ocsf", "-o", tempfile.mkdtemp()]
            programs["prowler"] = [arguments.prowler, "aws", *checks]
        print(f"{'program':8}  {'calls':>6}  {'seconds (min/median/max)':>26}  {'peak MiB':>8}  exit")
        for name, command in programs.items():
            runs = arguments.runs if name == "rel9" else 1
            measured = []
            for _ in range(runs):
                control(endpoint, "/rel9/reset_calls", {})
                measured.append(timed(command, environment | ({"HOME": os.environ["HOME"]} if name == "prowler" else {})))
            calls = control(endpoint, "/rel9/calls")["total"]
            seconds = sorted(run[0] for run in measured)
            spread = f"{seconds[0]:.1f} / {statistics.median(seconds):.1f} / {seconds[-1]:.1f}"
            print(f"{name:8}  {calls:6}  {spread:>26}  {max(run[1] for run in measured) / 1024:8.0f}  {measured[-1][2]}")
    finally:
        server.stdin.close()
        server.wait(timeout=10)


if __name__ == "__main__":
    main()
