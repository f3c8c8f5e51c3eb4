"""Networks from other people's files: the ETO Chip Explorer's five-file form, and Excel workbooks."""

from resilience.loaders.eto import Loaded, read_eto
from resilience.loaders.excel import read_excel, write_excel

__all__ = ["Loaded", "read_eto", "read_excel", "write_excel"]
