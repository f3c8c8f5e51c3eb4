"""The report: one HTML file that says what to hold, why, and what the answer rests on."""

from resilience.report.page import html, write_report

__all__ = ["html", "write_report"]
