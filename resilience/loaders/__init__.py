"""Networks from other people's files: the ETO Chip Explorer, workbooks, UN Comtrade, input-output tables."""

from resilience.loaders.comtrade import Trade, read_comtrade
from resilience.loaders.eto import Loaded, read_eto
from resilience.loaders.excel import read_excel, write_excel
from resilience.loaders.mrio import Economy, read_mrio
from resilience.loaders.template import write_template

__all__ = [
    "Economy",
    "Loaded",
    "Trade",
    "read_comtrade",
    "read_eto",
    "read_excel",
    "read_mrio",
    "write_excel",
    "write_template",
]
