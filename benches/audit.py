"""Wall time and peak memory of an audit of the demo, of 1,000 templates and of an inventory of 100,000 resources, beside another build of rel9.

    cargo build --release
    python3 benches/audit.py target/release/rel9 [--other OLD_REL9] [--runs N]

The two builds take turns, so that whatever else the machine does slows both. The inventory is copies of the demo organisation, under other account
ids; the templates are those of templates.py.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from reports import DEMO, copies, timed
from templates import template

AUDIT = ["--all", "--fail-on", "never", "--allow-incomplete", "--format", "json=findings.json"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rel9", type=Path)
    parser.add_argument("--other", type=Path, help="the build to compare with")
    parser.add_argument("--resources", type=int, default=100_000)
    parser.add_argument("--templates", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    builds = [str(build.resolve()) for build in (arguments.other, arguments.rel9) if build]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("stacks", "inventory"):
            (folder / kind).mkdir()
        for number in range(arguments.templates):
            (folder / "stacks" / f"service-{number:04}.yaml").write_text(template(number))
        in_demo = sum(file.read_text().count('"kind": "resource"') + file.read_text().count('"kind":"resource"') for file in DEMO.glob("*.ndjson"))
        copies(folder / "inventory", -(-arguments.resources // in_demo))
        for label, subject in [
            ("demo", ["--demo"]),
            (f"{arguments.templates:,} templates", ["stacks"]),
            (f"{arguments.resources:,} resources", ["inventory"]),
        ]:
            times: dict[str, list[float]] = {build: [] for build in builds}
            memory: dict[str, list[float]] = {build: [] for build in builds}
            for _ in range(arguments.runs):
                for build in builds:
                    seconds, mebibytes = timed([build, "audit", *subject, *AUDIT], folder)
                    times[build].append(seconds)
                    memory[build].append(mebibytes)
            medians = {build: statistics.median(times[build]) for build in builds}
            for build in builds:
                spread = f"{min(times[build]):.2f} to {max(times[build]):.2f}"
                ratio = f", {medians[build] / medians[builds[0]]:.2f} of the other build" if build != builds[0] else ""
                print(f"{label}: {medians[build]:.2f} s ({spread}), {max(memory[build]):.0f} MiB, {build}{ratio}")


if __name__ == "__main__":
    main()
