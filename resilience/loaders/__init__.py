"""Networks from other people's files: the ETO Chip Explorer's five-file form, workbooks, UN Comtrade."""

from resilience.loaders.comtrade import Trade, read_comtrade
from resilience.loaders.eto import Loaded, read_eto
from resilience.loaders.excel import read_excel, write_excel
from resilience.loaders.template import write_template

__all__ = ["Loaded", "Trade", "read_comtrade", "read_eto", "read_excel", "write_excel", "write_template"]
