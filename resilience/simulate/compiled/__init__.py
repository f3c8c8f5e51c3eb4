"""The weekly step compiled: the same rules as `plain`, as loops over a block of scenarios.

Read `plain` first: each function here says the same in loops, with the scenario innermost so that a processor's vector
units work on it. Nothing is fused or reordered for speed beyond what exact arithmetic allows (no fast-math).
"""
