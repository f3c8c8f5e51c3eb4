"""The report as Chromium shows it: no request, a quiet console, nothing past the edge."""

import json
import re
import shutil
import subprocess

import pytest

from resilience.report import html

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)")

MEASURE = """<script>
const wide = [...document.querySelectorAll("body *")]
  .filter(part => !part.closest(".wide") && part.getBoundingClientRect().right > innerWidth + 0.5);
const found = wide.map(part => part.outerHTML.slice(0, 80));
document.title = JSON.stringify([innerWidth, document.documentElement.scrollWidth, found]);
</script></body>"""


def browse(page, folder, *, width=1280):
    """What Chromium makes of the page, what its console says, and what the page (not the browser) asks for."""
    path, log, profile = folder / "page.html", folder / "net.json", folder / "profile"
    path.write_text(page, encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    command += [f"--log-net-log={log}", f"--user-data-dir={profile}", f"--window-size={width},900", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    asked = {event["url"] for event in events if event.get("initiator", "not an origin") != "not an origin"}
    return done.stdout, console, {address for address in asked if address != path.as_uri()}


@needs_chromium
def test_the_page_asks_for_nothing_and_its_console_stays_empty(hostile, tmp_path):
    _, console, asked = browse(html(hostile), tmp_path)
    assert (console, asked) == ([], set())


@needs_chromium
def test_a_page_that_asks_for_something_would_be_seen(tmp_path):
    _, _, asked = browse('<!DOCTYPE html><title>x</title><img src="http://planted.invalid/dot.png">', tmp_path)
    assert asked == {"http://planted.invalid/dot.png"}


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_reaches_past_the_edge(result, tmp_path, width):
    page = re.sub(r"<meta http-equiv=[^>]+>", "", html(result)).replace("</body>", "")
    framed = f'<iframe style="border:0" width="{width}" height="900" srcdoc="{_quoted(page + MEASURE)}"></iframe>'
    dom, console, _ = browse(f"<!DOCTYPE html><title>frame</title><body>{framed}{REPORT_OUT}</body>", tmp_path)
    assert console == []
    inside, across, wide = json.loads(
        re.search(r"<title>(.*?)</title>", dom).group(1).replace("&lt;", "<").replace("&gt;", ">")
    )
    assert (inside, wide) == (width, [])
    assert across <= width


REPORT_OUT = """<script>
const frame = document.querySelector("iframe");
frame.onload = () => { document.title = frame.contentDocument.title; };
</script>"""


def _quoted(page):
    return page.replace("&", "&amp;").replace('"', "&quot;")
