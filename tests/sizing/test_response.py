"""Best responses worked by hand, and by a second solver."""

import numpy as np
import pytest
from tests_sizing_small import by_clarabel, one_good, recipe, two_importers
