"""Games among the members."""
