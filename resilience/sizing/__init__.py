"""Reserves sized against scenarios: the response program, the reserve program, and both joined."""
