"""Wall time and peak memory of every report of 100,000 findings.

    cargo build --release
    python3 benches/reports.py target/release/rel9 [--findings N] [--runs N]

The findings are copies of the demo organisation's, under other account ids. `rel9 report` renders each report from the stored document, so every
figure includes reading and checking the document. The first line of the output is the audit that writes the document.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "fixtures" / "demo"
FORMATS = ["table", "json", "ndjson", "ocsf", "asff", "sarif", "junit", "csv", "markdown", "html", "wa", "openmetrics"]


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in MiB of one run, which may exit with 0, 1 or 3."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3):
        raise SystemExit(errors)
    return time.monotonic() - start, usage.ru_maxrss / 1024


def copies(folder: Path, count: int) -> None:
    """Writes copies of the demo organisation, each under other account ids."""
    for copy in range(count):
        for file in DEMO.glob("*.ndjson"):
            text = re.sub(r"\b\d{12}\b", lambda found: f"{(int(found[0]) + copy * 1_000_003) % 10**12:012}", file.read_text())
            (folder / f"{copy:04}-{file.name}").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rel9", type=Path)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    rel9 = str(arguments.rel9.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one").mkdir()
        copies(folder / "one", 1)
        audit = ["audit", "--policy", str(DEMO / "rel9.yaml"), "--format", "json=findings.json"]
        timed([rel9, *audit, "one"], folder)
        each = len(json.loads((folder / "findings.json").read_text())["findings"])
        (folder / "all").mkdir()
        copies(folder / "all", -(-arguments.findings // each))
        print(f"{'what':12}  {'seconds (min/median/max)':>26}  {'peak MiB':>8}  {'MB written':>10}")
        runs = {"audit": [rel9, *audit, "all"]}
        runs |= {form: [rel9, "report", "findings.json", "--format", f"{form}=report"] for form in FORMATS}
        for what, command in runs.items():
            measured = [timed(command, folder) for _ in range(arguments.runs)]
            seconds = sorted(run[0] for run in measured)
            spread = f"{seconds[0]:.2f} / {statistics.median(seconds):.2f} / {seconds[-1]:.2f}"
            written = (folder / ("findings.json" if what == "audit" else "report")).stat().st_size / 1e6
            print(f"{what:12}  {spread:>26}  {max(run[1] for run in measured):8.0f}  {written:10.1f}", flush=True)


if __name__ == "__main__":
    main()
