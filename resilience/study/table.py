"""What every table of a study keeps to."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """What every table of a study keeps to: no unknown keys, no change, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def tuples(value: object) -> object:
    """TOML's arrays, which are lists, as what does not change."""
    return tuple(tuples(entry) for entry in value) if isinstance(value, list) else value
