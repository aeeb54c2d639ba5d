"""Checks HTML reports in a real browser: python check.py --chromium PATH demo.html templates.html hostile.html large.html

Exits with an error that names the first failed check.
"""

import argparse
import json
import re
import time
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
COUNT = "document.getElementById('count').textContent"


def must(holds, what):
    if not holds:
        raise SystemExit(f"not as it must be: {what}")


def until(page, expression):
    """Waits for an expression to be true. Playwright's own wait evaluates strings in the page, which the page's policy forbids."""
    end = time.monotonic() + 20
    while not page.evaluate(expression):
        must(time.monotonic() < end, f"{expression} holds after a while")
        page.wait_for_timeout(10)


class Watched:
    """A page that records its network requests and errors."""

    def __init__(self, browser, path: Path, address="", **context):
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.problems, self.requests = [], []
        self.page.on("console", lambda message: self.problems.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + address)

    def __enter__(self):
        return self.page

    def __exit__(self, kind, *_):
        if kind is None:
            must(not self.problems, self.problems)
            must(len(self.requests) == 1, f"one request, for the page itself: {self.requests[:5]}")
        self.context.close()


def visible_rows(page):
    return page.locator("#table > tbody > tr:not(.detail)").count()


def no_violations(page, what):
    """axe-core finds nothing serious. It checks colours in the page's current mode."""
    page.evaluate(f"() => {{ {AXE} }}")
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    bad = [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:300]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    must(not bad, f"{what}: {bad}")
    rest = sorted(one["id"] for one in result["violations"])
    print(f"axe, {what}: nothing serious" + (f"; lesser: {', '.join(rest)}" if rest else ""))


def demo(browser, path):
    with Watched(browser, path) as page:
        before = page.evaluate(COUNT)
        must(" of " in before and before.endswith("findings"), f"the count says so: {before}")
        must(visible_rows(page) == 100, "a page has 100 rows")

        page.get_by_role("searchbox").fill("s3-bucket-versioning")
        until(page, f"{COUNT} !== {json.dumps(before)}")
        rules = page.evaluate("location.hash")
        must("q=s3-bucket-versioning" in rules, f"the search is in the address: {rules}")
        rows = visible_rows(page)
        must(0 < rows < 100, f"the search finds some: {rows}")
        page.get_by_label("Pass", exact=False).check()
        must(visible_rows(page) > rows, "passing ones too")
        page.get_by_role("button", name="Clear filters").click()
        must(page.evaluate(COUNT) == before, "without filters, all is as it was")

        page.locator("#region").select_option("eu-west-1")
        regions = page.locator("#table tbody td.c-region").all_inner_texts()
        must(regions and set(regions) == {"eu-west-1"}, f"one Region: {set(regions)}")
        page.get_by_role("button", name="Remove the filter Region: eu-west-1").click()
        must(page.evaluate(COUNT) == before and page.locator("#region").input_value() == "", "a filter can be taken away alone")

        page.get_by_role("button", name="Resource", exact=True).click()
        names = page.locator("#table tbody td.c-resource > span:first-child").all_inner_texts()
        must(names == sorted(names), f"sorted: {names[:5]}")
        must(page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending", "the header says so")
        page.get_by_role("button", name="Resource", exact=True).click()
        must(page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending", "and the other way round")
        page.get_by_role("button", name="Severity", exact=True).click()

        fold = page.locator(".fold").first
        fold.focus()
        page.keyboard.press("Enter")
        must(fold.get_attribute("aria-expanded") == "true", "the keyboard unfolds")
        detail = page.locator(f"#{fold.get_attribute('aria-controls')}")
        shown = detail.inner_text()
        must("Evidence" in shown and "Remediation" in shown and "arn:aws" in shown, f"a finding has its evidence: {shown[:200]}")
        links = detail.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        must(links and all(link.startswith(("https://", "#")) for link in links), f"links are https, or lead to findings: {links}")
        detail.get_by_role("button", name="Copy the ARN").click()
        until(page, "document.getElementById('copied').textContent !== ''")
        must(page.locator("#copied").inner_text() == "Copied", "copied")
        page.keyboard.press("Tab")
        fold.click()
        must(detail.count() == 0, "and folds")

        page.get_by_role("button", name="Next", exact=True).first.click()
        must(page.locator("#page").inner_text().startswith("Page 2"), "the next page")

        page.locator(".heat td.h0 a").first.click()
        until(page, "document.getElementById('rule').value === 'data-protected'")
        must(set(page.locator("#table td.c-status").all_inner_texts()) <= {"fail", "waived"}, "a cell without protection leads to what fails")

    links_lead_somewhere(browser, path)
    protection(browser, path)
    zero_hits(browser, path)
    grouped(browser, path)
    owners(browser, path)
    paper(browser, path)

    for scheme in ("light", "dark"):
        for width in (1400, 390):
            with Watched(browser, path, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
                page.locator(".fold").first.click()
                wide = page.evaluate("document.documentElement.scrollWidth")
                must(wide <= width, f"nothing sticks out at {width}: {wide}")
                no_violations(page, f"{scheme}, {width} wide")

    with Watched(browser, path, java_script_enabled=False) as page:
        must(page.locator(".card").count() == 4 and page.locator(".heat").is_visible(), "the summary needs no script")
        plain = page.locator("noscript").inner_text()
        must("Data has no backup to restore from" in plain and "sessions" in plain, f"nor does the list of what fails: {plain[:200]}")


def links_lead_somewhere(browser, path):
    """No link of the page, or of an unfolded finding, leads nowhere: each has an element of that id, or selects something."""
    with Watched(browser, path) as page:
        page.locator(".fold").first.click()
        places = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(link => link.getAttribute('href'))")
        missing = [place for place in set(places) if "=" not in place and page.locator(f"[id='{place[1:]}']").count() != 1]
        must(not missing, f"each place exists once: {missing}")
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        must(len(ids) == len(set(ids)), f"ids are there once: {sorted(one for one in ids if ids.count(one) > 1)}")
        counts = {}
        for place in sorted({place for place in places if "=" in place}):
            page.evaluate(f"location.hash = {json.dumps(place)}")
            until(page, "document.activeElement.id === 'findings'")
            page.evaluate("document.activeElement.blur()")
            counts[place] = int(page.evaluate(COUNT).split()[0].replace(",", ""))
        must(all(counts.values()), f"each selection has findings: {[place for place, count in counts.items() if count == 0]}")
        # A figure that is a link counts what the link selects.
        figures = page.evaluate(
            "[...document.querySelectorAll('.tiles a, .card dd a, .legend a, .counts a, .owners a, .tests td a')]"
            ".map(link => [link.getAttribute('href'), link.textContent])"
        )
        wrong = []
        for place, text in figures:
            number = text.replace(",", "").split()[0]
            if "=" in place and number.isdigit() and place in counts and counts[place] != int(number):
                wrong.append((place, text, counts[place]))
        must(not wrong, f"figures are what they count: {wrong[:5]}")
        must(len(figures) > 40, f"figures are links: {len(figures)}")


def protection(browser, path):
    """What protects the data: the plans and why they miss it, the backups, and a timeline."""
    with Watched(browser, path, "#rule=data-protected&status=all") as page:
        page.get_by_role("button", name="Unfold this page").click()
        backed_up = page.locator(".detail h4", has_text=re.compile("^Backups$")).count()
        must(page.locator("svg.timeline").count() >= backed_up > 40, f"each with a backup has a timeline: {backed_up}")
        said = page.locator("svg.timeline").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
        must(all(text.startswith("Timeline. Backups: ") for text in said), f"it is told in words: {said[:2]}")
        must(any("Restores: none" not in text for text in said) and any("Copies: none" not in text for text in said), "it has copies and restores")
        shapes = page.locator("svg.timeline path").evaluate_all("all => new Set(all.map(one => one.getAttribute('d'))).size")
        must(shapes >= 3, f"shapes tell them apart: {shapes}")
        out = page.evaluate(
            "[...document.querySelectorAll('svg.timeline .mark')].filter(mark => {"
            "  const [a, b] = [mark.getBoundingClientRect(), mark.closest('svg.timeline').getBoundingClientRect()];"
            "  return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top || a.bottom > b.bottom; }).length"
        )
        must(out == 0, f"marks lie within it: {out}")
        detail = page.locator(".detail").first.inner_text()
        must("Backup plans and DLM policies considered" in detail and "misses" in detail, f"it says what misses it: {detail[:600]}")
        must("There are no backups, no copies elsewhere, no restores." in detail, f"it says what there is not: {detail[:900]}")
        raw = page.locator(".detail .facts dd").all_inner_texts()
        must(not any(text.startswith(("{", "[")) for text in raw), "facts are words, not JSON")


def zero_hits(browser, path):
    with Watched(browser, path, "#region=eu-west-1") as page:
        page.get_by_role("searchbox").fill("nothing-is-called-so")
        until(page, "!document.getElementById('empty').hidden")
        told = page.locator("#empty").inner_text()
        must("No finding matches these filters." in told and "nothing-is-called-so" in told and "Region: eu-west-1" in told, f"it names the filters: {told}")
        must("Without “Search: nothing-is-called-so” there are " in told, f"and the one that excludes all: {told}")
        must(not page.locator("#table").is_visible(), "an empty table is not shown")
        page.locator("#empty").get_by_role("button", name="Remove the filter Search: nothing-is-called-so").click()
        must(page.locator("#table").is_visible() and page.locator("#region").input_value() == "eu-west-1", "it takes only that away")
        page.get_by_role("searchbox").fill("nothing-is-called-so")
        until(page, "!document.getElementById('empty').hidden")
        page.get_by_role("button", name="Clear all filters").click()
        must(page.locator("#table").is_visible() and page.locator("#region").input_value() == "", "or all of them")


def grouped(browser, path):
    with Watched(browser, path) as page:
        for label, of in (("By resource", "resources"), ("By rule", "rules")):
            page.get_by_label(label).check()
            must(page.evaluate(COUNT).endswith(of), f"it counts them: {page.evaluate(COUNT)}")
            groups = page.locator("#table tr.group")
            must(groups.count() > 10 and visible_rows(page) == groups.count(), "groups are folded")
            groups.first.locator(".fold").click()
            rows = visible_rows(page) - groups.count()
            badges = groups.first.locator(".badge").all_inner_texts()
            must(rows == sum(int(badge.split()[0].replace(",", "")) for badge in badges), f"a group has as many as it says: {rows}, {badges}")
            must("critical" in badges[0], f"the worst is first: {badges}")
            about = page.locator(".detail.about").count()
            must(about == (of == "resources"), "a resource says what it is")
            page.locator("#table > tbody > tr:not(.group) > .c-finding .fold").first.click()
            must(page.locator(".detail:not(.about)").count() == 1, "a finding unfolds in its group")
            page.locator("#table > tbody > tr:not(.group) > .c-finding .fold").first.click()
            groups.first.locator(".fold").click()
            must(visible_rows(page) == groups.count() and page.locator(".detail").count() == 0, "and all of it folds")
        must("group=rule" in page.evaluate("location.hash"), "the address says so")


def owners(browser, path):
    with Watched(browser, path) as page:
        choice = page.get_by_label("Tag that names the owner")
        must(choice.input_value() == "team", f"the tag that usually names an owner: {choice.input_value()}")
        choice.select_option("tier")
        heads = page.locator(".owners tbody th").all_inner_texts()
        must("gold" in heads and heads[-1] == "without the tag tier", f"its values, then what lacks it: {heads}")
        row = page.locator(".owners tbody tr").last
        number = row.locator("td a").first.inner_text()
        row.locator("td a").first.click()
        until(page, "location.hash.includes('untagged=tier')")
        must(page.evaluate(COUNT).split()[0] == number, f"a figure leads to what it counts: {number}, {page.evaluate(COUNT)}")


def paper(browser, path):
    with Watched(browser, path) as page:
        page.locator(".fold").first.click()
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        must(not page.locator("#filters").is_visible() and page.locator(".card").first.is_visible(), "paper has no controls")
        must(page.locator(".cover").is_visible() and not page.locator("header").is_visible(), "it has a cover")
        must(page.locator("#paper .of-group").count() > 30 and page.locator("#paper .detail").count() == 1, "all that is selected, and what is unfolded")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        must(not page.locator("#paper").is_visible(), "the screen does not keep it")

    with Watched(browser, path) as page:
        printed = page.pdf(prefer_css_page_size=True)
        pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
        must(2 < pages < 12, f"the demo has under 12 pages: {pages}")
        print(f"printed: {pages} pages")

    # A4 between its margins.
    with Watched(browser, path, viewport={"width": 703, "height": 1000}) as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        wide = page.evaluate("document.documentElement.scrollWidth")
        must(wide <= 703, f"paper cuts nothing off: {wide}")
        cells = page.evaluate(
            "[...document.querySelectorAll('.heat th[scope=col]')].filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"
        )
        must(not cells, f"no heading of the heat map lies over its cells: {cells}")
        must(page.locator(".plot td:nth-child(3)").first.is_visible(), "paper has the objectives")


def templates(browser, path):
    """A page of templates has no panel about what only a deployment shows, and no column that would be empty."""
    for width in (1400, 390):
        with Watched(browser, path, viewport={"width": width, "height": 900}) as page:
            panels = page.evaluate("[...document.querySelectorAll('main > section')].map(section => section.id)")
            must(panels == ["answer", "worst", "policy", "findings", "unread"], f"its panels: {panels}")
            must(page.locator("th.c-account").is_hidden() and page.locator("#account").is_hidden(), "no column of accounts")
            places = page.locator("#table td.c-resource .mono").all_inner_texts()
            must(width < 1000 or places and not any(place.startswith("/") for place in places), f"files without the folders that all share: {places[:3]}")
            page.get_by_role("button", name="Unfold this page").click()
            wide = page.evaluate("document.documentElement.scrollWidth")
            must(wide <= width, f"nothing sticks out at {width}: {wide}")
    with Watched(browser, path) as page:
        places = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(link => link.getAttribute('href'))")
        missing = [place for place in set(places) if "=" not in place and page.locator(f"[id='{place[1:]}']").count() != 1]
        must(not missing, f"each place exists once: {missing}")
        no_violations(page, "templates")


def hostile(browser, path):
    for width in (1400, 400):
        with Watched(browser, path, "#status=all", viewport={"width": width, "height": 900}) as page:
            page.get_by_role("button", name="Unfold this page").click()
            must(page.locator(".detail").count() > 0, "all are unfolded")
            must(page.evaluate("window.ran") is None, "nothing of theirs ran")
            must(page.locator("main img, main script, main iframe").count() == 0, "nothing of theirs is markup")
            must(page.locator("a[href^='javascript'], a[href^='http:'], a[href^='data']").count() == 0, "no address of theirs is a link")
            wide = page.evaluate("document.documentElement.scrollWidth")
            must(wide <= width, f"nothing sticks out at {width}: {wide}")
            tallest = page.evaluate("Math.max(...[...document.querySelectorAll('#table > tbody > tr:not(.detail)')].map(row => row.offsetHeight))")
            must(tallest < 500, f"no row is taller than its title and 300 characters: {tallest}")
            found = page.evaluate("document.body.innerText.match(/[\\u202a-\\u202e\\u2066-\\u2069\\u200b-\\u200f]/g)")
            must(found is None, f"no mark turns the writing: {found}")
            must("<script>" in page.locator("#table").inner_text(), "their texts are shown")


def large(browser, path):
    """A page of many thousand findings shows as few rows as a small one, and its search, filter, sorting and groups still reach all findings.
    `benches/browser.py` measures how fast."""
    with Watched(browser, path, "#status=all") as page:
        until(page, f"{COUNT} !== ''")
        all_of_them = page.evaluate(COUNT)
        must(all_of_them.startswith("100,000"), f"it has all findings: {all_of_them}")
        must(visible_rows(page) == 100, "a page has 100 rows")

        page.get_by_role("searchbox").fill("volume eu-west")
        until(page, f"{COUNT} !== {json.dumps(all_of_them)}")
        found = int(page.evaluate(COUNT).split()[0].replace(",", ""))
        must(1_000 < found < 100_000, f"the search finds those of all copies: {found}")
        rows = page.locator("#table > tbody > tr:not(.detail)").all_inner_texts()
        must(all("eu-west" in row for row in rows), "and no others")
        page.get_by_role("button", name="Clear filters").click()

        page.get_by_role("button", name="Resource", exact=True).click()
        names = page.locator("#table tbody td.c-resource > span:first-child").all_inner_texts()
        must(names == sorted(names), f"sorted: {names[:5]}")
        for label, of in (("By resource", "resources"), ("By rule", "rules")):
            page.get_by_label(label).check()
            must(page.evaluate(COUNT).endswith(of), f"it counts them: {page.evaluate(COUNT)}")
            must(visible_rows(page) <= 200, "groups come in pages too")
    print(f"large: {path.stat().st_size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--chromium", required=True)
    parser.add_argument("pages", nargs=4, type=Path)
    options = parser.parse_args()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        for check, path in zip((demo, templates, hostile, large), options.pages):
            check(browser, path.resolve())
        browser.close()


main()
