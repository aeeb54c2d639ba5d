"""How fast a browser shows, searches and sorts the HTML report of 100,000 findings, beside a plain page of the same findings.

    cargo build --release
    python3 -m pip install -r tests/reports/html/requirements.txt
    python3 benches/browser.py target/release/rel9 [--chromium PATH] [--findings N] [--runs N]

The plain page is what a short script would write: one table row for each finding, hidden when it does not match, sorted by moving the rows. Both
pages do the same actions in the same browser, one page after the other. A figure is the minimum of all runs in milliseconds, from the action until
the browser has laid out the result; a ratio below 1 means that the report is faster.
"""

import argparse
import html
import json
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from reports import DEMO, copies, timed

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PLAIN_SCRIPT = """
const body = document.querySelector('tbody'), rows = [...body.rows], texts = rows.map((row) => row.textContent.toLowerCase());
const show = (matches) => rows.forEach((row, place) => { row.hidden = !matches(row, place); });
const search = (words) => show((_, place) => words.every((word) => texts[place].includes(word)));
const region = (name) => show((row) => name === '' || row.cells[5].textContent === name);
const sort = (column) => {
  const keys = new Map(rows.map((row) => [row, row.cells[column].textContent]));
  body.append(...rows.toSorted((one, other) => (keys.get(one) < keys.get(other) ? -1 : 1)));
};
window.ready = true;
"""
# For each action, what does it in the report and in the plain page. The report waits some milliseconds after the last key press before it searches.
ACTIONS = {
    "search": (
        "const q = document.getElementById('q'); q.value = 'volume eu-west'; q.dispatchEvent(new Event('input'));"
        " while (!location.hash.includes('q=volume')) await new Promise((wake) => setTimeout(wake));",
        "search(['volume', 'eu-west'])",
    ),
    "clear the search": ("document.querySelector('.chips .clear').click()", "search([])"),
    "filter by Region": (
        "const select = document.getElementById('region'); select.value = 'eu-west-1'; select.dispatchEvent(new Event('change'))",
        "region('eu-west-1')",
    ),
    "clear the filter": ("document.querySelector('.chips .clear').click()", "region('')"),
    "sort by resource": ("document.querySelector('.c-resource button').click()", "sort(3)"),
    "expand a finding": ("document.querySelector('.fold').click()", None),
    "group by resource": ("document.querySelector('#group input[value=resource]').click()", None),
    "group by rule": ("document.querySelector('#group input[value=rule]').click()", None),
    "stop grouping": ("document.querySelector('#group input[value=\"\"]').click()", None),
}


def plain_page(findings: list[dict]) -> str:
    """The findings as table rows, and nothing else."""
    rows = []
    for finding in findings:
        resource = finding["resource"]
        cells = [
            finding["severity"],
            finding["status"],
            f"{finding['rule']} {finding['title']} {finding['message']}",
            resource.get("name") or resource["id"],
            resource["account"],
            resource["region"],
        ]
        rows.append(f"<tr>{''.join(f'<td>{html.escape(cell)}' for cell in cells)}")
    return f"<!doctype html><meta charset=utf-8><table><tbody>{''.join(rows)}</table><script>{PLAIN_SCRIPT}</script>"


def measured(browser, page: Path, address: str, ready: str, which: int) -> dict[str, float]:
    """Milliseconds of the first paint, until the page takes input, and of each action."""
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(300_000)
    tab.goto(page.as_uri() + address)
    while not tab.evaluate(ready):
        tab.wait_for_timeout(5)
    took = {
        "first paint": tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"),
        "ready": tab.evaluate("performance.now()"),
    }
    for name, action in ACTIONS.items():
        if action[which] is not None:
            took[name] = tab.evaluate(
                f"async () => {{ const start = performance.now(); {action[which]}; document.body.offsetHeight; return performance.now() - start; }}"
            )
    context.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rel9", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    rel9 = str(arguments.rel9.resolve())
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        audit = ["audit", "--policy", str(DEMO / "rel9.yaml"), "--format", "json=findings.json"]
        (folder / "one").mkdir()
        copies(folder / "one", 1)
        timed([rel9, *audit, "one"], folder)
        each = len(json.loads((folder / "findings.json").read_text())["findings"])
        (folder / "all").mkdir()
        copies(folder / "all", -(-arguments.findings // each))
        timed([rel9, *audit, "--format", "html=report.html", "all"], folder)
        findings = json.loads((folder / "findings.json").read_text())["findings"]
        (folder / "plain.html").write_text(plain_page(findings), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=ARGUMENTS)
        best: tuple[dict[str, float], dict[str, float]] = ({}, {})
        for _ in range(arguments.runs):
            for which, (page, address, ready) in enumerate(
                [("report.html", "#status=all", "document.getElementById('count').textContent !== ''"), ("plain.html", "", "window.ready === true")]
            ):
                took = measured(browser, folder / page, address, ready, which)
                best[which].update({name: min(value, best[which].get(name, value)) for name, value in took.items()})
        browser.close()
        sizes = [(folder / page).stat().st_size / 1e6 for page in ("report.html", "plain.html")]
    print(f"{len(findings)} findings; the report has {sizes[0]:.1f} MB, the plain page {sizes[1]:.1f} MB")
    print(f"{'what':18}  {'report ms':>9}  {'plain ms':>9}  {'ratio':>6}")
    for name, value in best[0].items():
        plain = best[1].get(name)
        beside = "" if plain is None else f"  {plain:9.0f}  {value / plain:6.2f}"
        print(f"{name:18}  {value:9.0f}{beside}")


if __name__ == "__main__":
    main()
