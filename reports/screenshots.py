#!/usr/bin/env python3
"""Makes the README's pictures of the demo's reports, docs/images/report.png and table.png, with a Chromium that is installed.

    python3 reports/screenshots.py --rel9 PATH [--chromium PATH]
"""

import argparse
import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
AUDIT = ["audit", "--demo"]
COLUMNS, LINES = 100, 24
# What the table uses of a terminal's styles, in colours that can be read on its ground.
STYLES = {
    "1": "font-weight:bold",
    "2": "color:#8b949e",
    "31": "color:#ff7b72",
    "32": "color:#7ee787",
    "33": "color:#e3b341",
    "35": "color:#d2a8ff",
    "36": "color:#79c0ff",
}


def terminal(rel9):
    """All that a person sees in a terminal of COLUMNS columns; its last screen is what the picture shows."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen([rel9, *AUDIT], stdout=writer, stdin=subprocess.DEVNULL, env=environment):
        os.close(writer)
        shown = b""
        try:
            while part := os.read(reader, 65536):
                shown += part
        except OSError:  # how Linux tells that the other end is closed
            pass
    os.close(reader)
    return shown.decode().replace("\r\n", "\n")


def as_html(text):
    """Text with ANSI styles as HTML."""
    out, opened = [], 0
    for place, part in enumerate(re.split(r"\x1b\[([\d;]*)m", text)):
        if place % 2 == 0:
            out.append(html.escape(part))
            continue
        codes = [code for code in part.split(";") if code]
        if not codes or codes[0] == "0":
            out.append("</span>" * opened)
            opened = 0
        else:
            style = ";".join(STYLES[code] for code in codes if code in STYLES)
            out.append(f'<span style="{style}">')
            opened += 1
    return "".join(out) + "</span>" * opened


def picture(chromium, page, out, width, height):
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}",
             f"--window-size={width},{height}", f"--screenshot={out}", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )
    print(f"{out.relative_to(IMAGES.parent.parent)}: {out.stat().st_size // 1000} kB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rel9", required=True, help="the program")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        audited = subprocess.run([options.rel9, *AUDIT, "--format", f"html={report}", "--quiet"], stderr=subprocess.PIPE, text=True)
        # The demo fails its gate.
        if audited.returncode != 1:
            raise SystemExit(audited.stderr)
        picture(options.chromium, report, IMAGES / "report.png", 1280, 1070)

        lines = "\n".join(terminal(options.rel9).rstrip("\n").split("\n")[-LINES:])
        table = Path(folder) / "table.html"
        table.write_text(
            '<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#0d1117;color:#e6edf3}'
            'pre{margin:0;padding:20px 24px;font:14px/19px "DejaVu Sans Mono",monospace}</style>'
            f"<pre>$ rel9 {' '.join(AUDIT)}\n…\n{as_html(lines)}</pre>",
            "utf-8",
        )
        picture(options.chromium, table, IMAGES / "table.png", 900, 40 + 19 * (LINES + 2))


main()
