from __future__ import annotations

from types import ModuleType

from resilience import sharing


def test_every_name_exported_is_there_and_no_other():
    public = {name for name, held in vars(sharing).items() if name[0] != "_" and not isinstance(held, ModuleType)}
    assert sorted(public) == sharing.__all__
