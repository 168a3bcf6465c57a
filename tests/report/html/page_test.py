#!/usr/bin/env python3
"""The report pages as a parser and a browser see them: no markup from data, no request, no breach of their own policy, a filter that
works, no page wider than a phone.

Usage: page_test.py REPORT_TEST     the test program that writes the pages (AuditPages)
Exit status 77: part of it was skipped, because Debian's python3-html5lib or chromium is missing.
"""

import base64
import hashlib
import html
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import html5lib
except ImportError:
    html5lib = None

CHROMIUM = shutil.which("chromium")
ELEMENTS = set(
    "html head meta title link style body main header nav section article footer script h1 h2 h3 h4 wbr p a b span code pre ul li dl dt dd div "
    "table thead tbody tfoot tr th td br form label select option input button output details summary mark "
    "svg g path rect text".split()
)
# Attributes and what each may hold: words of the page's own, numbers, and fragments.
ATTRIBUTES = {
    "href": r"#[a-z]+|#t\d+|data:,", "id": r"[a-z-]+|t\d+", "data-table": r"\d+", "data-verdict": r"[a-z]+", "class": r"[a-z -]+",
    "value": r"|[a-z]+|\d+", "d": r"M[-\d ]+(?:[CL][-\d ]+)+Z?", "transform": r"translate\(\d+ \d+\)", "viewBox": r"[\d ]+", "lang": "en",
    "charset": "utf-8", "http-equiv": "Content-Security-Policy", "preserveAspectRatio": "none", "hidden": "", "open": "",
    "name": "viewport|referrer|color-scheme", "rel": "icon", "type": "search|reset", "autocomplete": "off", "tabindex": "0",
    "scope": "col|row", "role": "[a-z]+", "aria-hidden": "true", "aria-label": "[A-Za-z ]+",
    **dict.fromkeys(["x", "width", "height", "rx", "y", "colspan"], r"[\d.]+"),
}
FOLDER = None


class Articles(html.parser.HTMLParser):
    """The rows of a page, and the text that says how many are shown."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.shown, self.in_output = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if "row" in (dict(attributes).get("class") or "").split():
            self.rows.append(dict(attributes))
        self.in_output = tag == "output"

    def handle_data(self, data):
        if self.in_output:
            self.shown += data

    def handle_endtag(self, tag):
        self.in_output = False

    def visible(self):
        return [row for row in self.rows if "hidden" not in row]


def pages(*names):
    return [path for path in sorted(FOLDER.glob("*.html")) if not names or path.stem in names]


@unittest.skipUnless(html5lib, "python3-html5lib is not installed")
class Markup(unittest.TestCase):
    def test_is_valid_and_holds_no_element_from_data(self):
        for page in pages():
            with self.subTest(page.name):
                document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.read_bytes())
                elements = [element for element in document.iter() if isinstance(element.tag, str)]
                names = [re.sub(r"^\{.*\}", "", element.tag) for element in elements]
                self.assertLessEqual(set(names), ELEMENTS)
                self.assertEqual((names.count("script"), names.count("style"), names.count("head")), (1, 1, 1))
                for element in elements:
                    for name, value in element.attrib.items():
                        if name == "content":
                            continue  # the policy: judged below
                        self.assertIn(name, ATTRIBUTES)
                        self.assertRegex(value, f"^(?:{ATTRIBUTES[name]})$")

    def test_has_each_text_as_it_is(self):
        document = html5lib.parse(pages("sample")[0].read_bytes(), namespaceHTMLElements=False)
        keys = ["".join(element.itertext()) for element in document.iter("code")]
        self.assertIn("id=</script><img src=x onerror=alert(1)> @admin `|`", keys)

    def test_policy_allows_exactly_the_style_and_the_script(self):
        for page in pages():
            text = page.read_text(encoding="utf-8")
            policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
            for name in ("style", "script"):
                inline = re.search(f"<{name}>(.*?)</{name}>", text, re.DOTALL).group(1)
                digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
                self.assertIn(f"{name}-src 'sha256-{digest}';", policy)
            self.assertTrue(policy.startswith("default-src 'none';"))
            self.assertNotIn("unsafe", policy)


@unittest.skipUnless(CHROMIUM, "chromium is not installed")
class Browser(unittest.TestCase):
    def look(self, page, *options, fragment=""):
        """The page's document as the browser has it after its script, what it wrote to the console, and the addresses it asked for."""
        with tempfile.TemporaryDirectory() as profile:
            log = Path(profile, "net.json")
            run = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--enable-logging=stderr",
                 "--disable-background-networking", "--disable-component-update", "--no-first-run", "--virtual-time-budget=2000",
                 f"--log-net-log={log}", *options, "--dump-dom", page.as_uri() + fragment],
                capture_output=True, timeout=120, check=False, text=True, env={**os.environ, "HOME": profile})
            self.assertIn("</html>", run.stdout, run.stderr)
            console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
            return run.stdout, console, set(re.findall(r'https?://[^"\s\\]*', log.read_text(errors="replace")))

    def write(self, name, text):
        path = FOLDER / name
        path.write_text(text, encoding="utf-8")
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def test_asks_for_nothing_and_keeps_its_policy(self):
        for page in pages("sample", "hostile", "many_tables"):
            with self.subTest(page.name):
                document, console, addresses = self.look(page)
                self.assertEqual(console, [])
                self.assertEqual([address for address in addresses if "leak.invalid" in address], [])
                self.assertNotIn('id="filter" role="search" hidden', document)

    def test_would_see_a_request_and_a_breach(self):
        image = '<!DOCTYPE html><html><body><img src="http://leak.invalid/x.png"></body></html>'
        _, _, addresses = self.look(self.write("control_request.htm", image))
        self.assertTrue([address for address in addresses if "leak.invalid" in address])
        breach = "<!DOCTYPE html><html><head><meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"></head>" \
                 "<body><script>1</script></body></html>"
        _, console, _ = self.look(self.write("control_breach.htm", breach))
        self.assertTrue(console)

    def test_shows_all_rows_without_a_filter(self):
        articles = Articles(self.look(pages("sample")[0])[0])
        self.assertEqual(len(articles.visible()), 10)
        self.assertEqual(articles.shown, "10 of 10 listed rows")

    def test_filters_by_verdict_table_and_text(self):
        page = pages("sample")[0]
        by_verdict = Articles(self.look(page, fragment="#show=invalid")[0])
        self.assertEqual([row["data-verdict"] for row in by_verdict.visible()], ["invalid"] * 3)
        self.assertEqual(by_verdict.shown, "3 of 10 listed rows")
        by_table = Articles(self.look(page, fragment="#table=roles")[0])
        self.assertEqual([row["data-verdict"] for row in by_table.visible()], ["insert"])
        by_text = Articles(self.look(page, fragment="#show=update&text=HOPPER")[0])
        self.assertEqual(len(by_text.visible()), 1)

    def test_is_no_wider_than_a_phone(self):
        for page in pages("sample", "hostile", "many_tables"):
            # In a frame, for a window of the browser's own is never that narrow; without the policy, which forbids the script that
            # measures and does not touch the layout.
            text = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text(encoding="utf-8"))
            frame = (
                f'<!DOCTYPE html><iframe width="390" height="900" frameborder="0" srcdoc="{html.escape(text)}" onload="'
                "document.getElementById('measured').textContent = JSON.stringify("
                '[contentDocument.documentElement.scrollWidth, contentWindow.innerWidth])"></iframe><p id="measured"></p>')
            document, _, _ = self.look(self.write("measured.htm", frame))
            needed, given = json.loads(re.search(r'id="measured">(.*?)</p>', document).group(1))
            with self.subTest(page.name):
                self.assertEqual(given, 390)
                self.assertLessEqual(needed, given)


def main():
    global FOLDER
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        subprocess.run([sys.argv[1], "--gtest_filter=AuditPages.*"], env={**os.environ, "DB_TRANSFER_TEST_PAGES": folder}, check=True,
                       stdout=subprocess.DEVNULL)
        result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    if not result.wasSuccessful():
        return 1
    return 77 if result.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
