"""Two-stage programs taken apart: the L-shaped method, for more scenarios than one program can hold.

`structure` groups scenarios that share coefficients and derives the cut; `oracle` is what a worker does; `pool` what is
known of each structure, with `plans`; `master` the first stage with its cuts; `search` the method; `keep` saves cuts;
`decompose` is the verb; `outline` what cuts alone say.
"""

from resilience.sizing.lshaped.decompose import Decomposed, decompose
from resilience.sizing.lshaped.oracle import Corners, Inside, Way, suited
from resilience.sizing.lshaped.outline import outline

__all__ = ["Corners", "Decomposed", "Inside", "Way", "decompose", "outline", "suited"]
