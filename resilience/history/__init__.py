"""Past disruptions, as their sources report them, held against what a network says would have happened.

Nothing in the toolkit was chosen or adjusted to fit these events.
"""

from resilience.history.backtest import backtest, losses, markdown
from resilience.history.events import Event, Figure, Outcome, Override, load, network_of, read

__all__ = ["Event", "Figure", "Outcome", "Override", "backtest", "load", "losses", "markdown", "network_of", "read"]
