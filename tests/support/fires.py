"""A hazard to draw years from: now and then a chip plant burns."""

HAZARDS = """\
[[hazard]]
name = "fire"
note = "A chip plant burns."
rate_per_year = 0.2
severity = { kind = "triangular", low = 0.2, mode = 0.5, high = 1.0 }
weeks = { kind = "fixed", value = 3 }
where = { kind = "plant", tiers = ["material"] }
[[hazard.strike]]
kind = "outage"
[hazard.why]
rate_per_year = { confidence = "assumed", note = "a test" }
severity = { confidence = "assumed", note = "a test" }
weeks = { confidence = "assumed", note = "a test" }
where = { confidence = "assumed", note = "a test" }
strike = { confidence = "assumed", note = "a test" }
"""
