"""A study: one question about one network, as a TOML file says it.

The file is data: it names scenarios, a release rule, how losses count and what may be bought, and one dict maps each
`kind` to the class it stands for. Everything wrong with it is told at once, with the line it stands on.

`study` is the whole; `scenario`, `release`, `sizing` and `sweep` are its tables, `rules` what a table with a `kind`
stands for. `changes` puts values in from outside, `schema` is the JSON Schema of it all, with `shapes` for tables with
a `kind`. What is wrong with a file is told by `resilience.written`.
"""

from resilience.study.release import read_release
from resilience.study.schema import schema
from resilience.study.study import Study

__all__ = ["Study", "read_release", "schema"]
