"""Compare policies: the same frozen years for all, so that differences speak of policies and not of luck.

`measures` and `policies` say what may be done, and `reshare` what a second source makes of a network. `losses` finds what a
policy loses and `trial` spreads that over an engine. `sampling` says in what sense the years are a sample, `statistics`
what follows for differences and for being best. `comparison` is the verb and its answer.
"""
