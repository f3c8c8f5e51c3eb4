"""Figures looked up by name."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def looked_up(keys: pd.Series, figures: pd.Series | Mapping[str, float]) -> pd.Series:
    """The figure of each key, NaN where there is none.

    `keys.map(figures)` says the same but where pyarrow is installed and there are no keys: what it leaves then are
    strings, which nothing can be reckoned with.

    >>> looked_up(pd.Series(["a", "b"]), {"a": 2.0}).tolist(), looked_up(pd.Series([], dtype="str"), {"a": 2.0}).sum()
    ([2.0, nan], np.float64(0.0))
    """
    return keys.map(figures).astype(float)
