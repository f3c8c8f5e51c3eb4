import re
from importlib import import_module
from pathlib import Path

import resilience

PAGES = Path(__file__).parents[2] / "docs" / "reference"


def test_every_public_name_has_an_entry_in_the_reference():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    entries: set[object] = set()
    for name in re.findall(r"automodule:: (\S+)", text):
        module = import_module(name)
        own = [value for value in vars(module).values() if getattr(value, "__module__", "") == name]
        listed = [getattr(module, each) for each in getattr(module, "__all__", ())]
        entries |= {id(thing) for thing in [module, *(listed or own)]}
    assert [
        each for each in resilience.__all__ if each != "__version__" and id(getattr(resilience, each)) not in entries
    ] == []
