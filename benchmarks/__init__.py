"""How many orders a second: the engine beside the bare driver that writes the same rows.

`python -m benchmarks --help`; what is measured and how is described in `docs/performance.md`.
"""
