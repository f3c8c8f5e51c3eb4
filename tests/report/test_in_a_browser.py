"""The report as Chromium shows it: no request, a quiet console, nothing past the edge, keys that sort, no barrier."""

import json
from importlib.resources import files

import pytest
from browser import CHROMIUM, Page, browser

from resilience.report import html

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)")

PAST_THE_EDGE = """[document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
  .filter(part => !part.closest(".wide") && part.getBoundingClientRect().right > innerWidth + 0.5)
  .map(part => part.outerHTML.slice(0, 80))]"""
PUSHED = """(() => {
  const wide = [...document.querySelectorAll(".wide:has(table)")].filter(part => part.scrollWidth > part.clientWidth);
  wide.forEach(part => { part.scrollLeft = part.scrollWidth; });
  const lost = wide.filter(part => part.querySelector("tbody th").getBoundingClientRect().left < 0);
  return [wide.length, lost.map(part => part.textContent.slice(0, 80))];
})()"""
OFF_THE_SHEET = """[...document.querySelectorAll("table, svg")]
  .filter(part => part.getBoundingClientRect().right > innerWidth + 1).map(part => part.textContent.slice(0, 80))"""
COLUMN = """[...document.activeElement.closest("table").tBodies[0].rows].map(
  row => row.cells[document.activeElement.parentElement.cellIndex].firstChild.textContent.trim())"""
ORDER = "document.activeElement.parentElement.getAttribute('aria-sort')"
BARRIERS = """axe.run(document, {resultTypes: ["violations"]}).then(found => JSON.stringify(
  found.violations.map(one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))])))"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


def opened(chromium, tmp_path, page, **how):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    return Page(chromium, path.as_uri(), **how)


def test_the_page_asks_for_nothing_and_its_console_stays_empty(chromium, hostile, beside, tmp_path):
    page = opened(chromium, tmp_path, html(hostile, beside=beside))
    assert (page.asked, page.said) == (set(), [])
    assert page.value("document.querySelectorAll('section').length") > 15


def test_a_page_that_asks_for_something_would_be_seen(chromium, tmp_path):
    page = opened(chromium, tmp_path, '<!DOCTYPE html><title>x</title><img src="http://planted.invalid/dot.png">')
    assert page.asked == {"http://planted.invalid/dot.png"}
    assert page.said  # that it was not found


def test_the_page_allows_no_script_but_its_own(chromium, result, tmp_path):
    planted = html(result).replace("</main>", "<script>document.title = 'planted'</script></main>")
    page = opened(chromium, tmp_path, planted)
    assert page.value("document.title") != "planted"
    assert "Content Security Policy" in json.dumps(page.said)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_reaches_past_the_edge(chromium, known, beside, tmp_path, width):
    page = opened(chromium, tmp_path, html(known, beside=beside), width=width)
    page.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    across, *wide = page.value(PAST_THE_EDGE)
    assert (wide, page.value("innerWidth")) == ([], width)
    assert across <= width


def test_a_row_keeps_its_name_where_a_wide_table_is_pushed_aside(chromium, known, tmp_path):
    page = opened(chromium, tmp_path, html(known), width=390)
    page.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    wide, pushed = page.value(PUSHED)
    assert wide > 3
    assert pushed == []


def test_a_table_is_sorted_by_keys_alone(chromium, known, tmp_path):
    page = opened(chromium, tmp_path, html(known))
    page.value("document.querySelector('#losses .wide').focus()")
    for _ in range(3):  # scenario, chance, loss without
        page.press("Tab")
    assert page.value("document.activeElement.textContent") == "Loss without"
    assert page.value(COLUMN) == ["10,530", "2,000", "30"]
    page.press("Enter")
    assert (page.value(COLUMN), page.value(ORDER)) == (["30", "2,000", "10,530"], "ascending")
    page.press(" ")
    assert (page.value(COLUMN), page.value(ORDER)) == (["10,530", "2,000", "30"], "descending")
    page.value("document.querySelector('#losses th button').focus()")
    page.press("Enter")
    assert page.value(COLUMN) == ["Chip fire", "Gas stop", "Short strike"]


def test_folded_tables_open_to_be_printed(chromium, result, tmp_path):
    page = opened(chromium, tmp_path, html(result))
    assert page.value("document.querySelector('details').open") is False
    page.value("dispatchEvent(new Event('beforeprint'))")
    assert page.value("[...document.querySelectorAll('details')].every(one => one.open)") is True


def test_axe_finds_no_barrier(chromium, known, beside, tmp_path):
    page = opened(chromium, tmp_path, html(known, beside=beside))
    page.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.value(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8") + "; 0")
    assert json.loads(page.value(BARRIERS)) == []


def test_axe_would_find_one(chromium, tmp_path):
    page = opened(chromium, tmp_path, '<!DOCTYPE html><html lang="en"><title>x</title><svg role="img"></svg></html>')
    page.value(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8") + "; 0")
    assert "svg-img-alt" in [barrier[0] for barrier in json.loads(page.value(BARRIERS))]


def test_every_table_fits_a_sheet_of_paper(chromium, known, beside, tmp_path):
    page = opened(chromium, tmp_path, html(known, beside=beside), width=688)  # A4 less its margins
    page.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.print()
    assert page.value(OFF_THE_SHEET) == []


def test_heads_are_plain_words_on_paper(chromium, known, tmp_path):
    """Chromium repeats heads on the next sheet, but paints no button there."""
    page = opened(chromium, tmp_path, html(known))
    shown = "[...new Set([...document.querySelectorAll('th button')].map(one => getComputedStyle(one).display))]"
    assert "contents" not in page.value(shown)
    page.print()
    assert page.value(shown) == ["contents"]
