import errno
import json
from html.parser import HTMLParser

import markdown_it
import pandas as pd
import pytest
from table_tops import HOSTILE, SCRIPT

from resilience.errors import RunError
from resilience.exercise import write
from resilience.exercise.markdown import escaped, markdown
from resilience.report.blocks import Column, Facts, Section, Table

FILES = {f"players/day-{day}.{form}" for day in ("00", "15", "30", "60") for form in ("md", "html")}


class Tags(HTMLParser):
    """The tags of a page, and what stands in it as text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_package_holds_a_page_a_day_and_the_answers_in_both_forms(exercise, tmp_path):
    folder = write(exercise, tmp_path / "a" / "pack", study="name = 'x'\n")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    kept = {"facilitator.md", "facilitator.html", "study.toml", "manifest.json"}
    tables = {"options.csv", "least_loss.csv", "short.csv", "dry.csv", "cover.csv"}
    assert found >= FILES | kept | tables
    assert json.loads((folder / "manifest.json").read_text())["exercise"] == "twelve_weeks_without"
    options = pd.read_csv(folder / "options.csv")
    assert list(options["loss_usd"]) == pytest.approx(list(exercise.outcomes_table()["loss_usd"]))


def test_every_page_says_that_its_figures_are_a_models(written):
    assert all("Figures are a model" in text for text in written.values())


def test_a_folder_in_use_is_left_as_it_is(exercise, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        write(exercise, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_write_that_fails_half_way_leaves_nothing(exercise, tmp_path, monkeypatch):
    """The disk gives out at the third page."""
    from pathlib import Path

    given, whole = [], Path.write_text

    def fails(path, *args, **options):
        given.append(path)
        if path.parent.name == "players" and len([one for one in given if one.parent.name == "players"]) > 2:
            raise OSError(errno.ENOSPC, "No space left")
        return whole(path, *args, **options)

    monkeypatch.setattr(Path, "write_text", fails)
    with pytest.raises(RunError, match="The disk is full"):
        write(exercise, tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_name_is_text_in_html(hostile):
    for name, text in hostile.items():
        if name.endswith("html"):
            page = Tags(text)
            assert not [
                tag for tag, attrs in page.tags if tag in ("script", "a", "img") and "#" not in attrs.get("href", "")
            ]
            assert SCRIPT in "".join(page.words)
            assert "http" not in {attr for _, attrs in page.tags for attr in attrs.get("src", "").split(":")}


def test_a_hostile_name_is_text_in_markdown(hostile):
    """A parser of another hand finds no link, code or raw HTML, and as many cells in each row as there are columns."""
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")
    for name, text in hostile.items():
        if name.endswith("md"):
            tokens = parser.parse(text)
            every = [*tokens, *(child for token in tokens for child in token.children or ())]
            kinds = {token.type for token in every}
            assert not kinds & {"html_block", "html_inline", "link_open", "code_inline", "fence", "code_block", "image"}
            shown = "".join(token.content for token in every if token.type == "text")
            assert SCRIPT in shown
            assert "[a](javascript:x)`#" in shown


def test_a_table_reads_back_cell_by_cell():
    columns = (Column.text("Good", [HOSTILE, "- neon", "1. gas"]), Column.numbers("Held", "t", [1.5, 83.6, -2.0]))
    facts = Facts(rows=((HOSTILE, "+ more"),))
    section = Section(key="x", title="1. One", words=("- no list", "2) none", "= no head", "3.5 is a number"),
                      blocks=(Table(caption="C", columns=columns), facts))  # fmt: skip
    text = markdown(title="T", kicker="K", headline="H", sections=(section,))
    parser = markdown_it.MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(text)
    cells = [parser.renderInline(tokens[at + 1].content) for at, one in enumerate(tokens) if one.type == "td_open"]
    assert cells[1::2] == ["1.5", "83.6", "−2.0"]
    assert cells[2] == "- neon"
    assert [one.type for one in tokens].count("bullet_list_open") == 1
    assert "ordered_list_open" not in [one.type for one in tokens]
    assert "3.5 is a number" in text
    assert escaped("83.6") == "83.6"
