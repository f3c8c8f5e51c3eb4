"""The network: goods, who makes them, what they need, how they move, who wants them."""

from resilience.network.network import CONFIDENCES, FINAL, Network

__all__ = ["CONFIDENCES", "FINAL", "Network"]
