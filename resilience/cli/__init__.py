"""The command line: `resilience list, show, check, metrics, stress, new, run, export, doctor`."""

from resilience.cli.app import app, main

__all__ = ["app", "main"]
