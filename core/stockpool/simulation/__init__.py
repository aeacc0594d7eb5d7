"""Deterministic simulation: the engine's real code, a simulated clock, a seeded scheduler.

One seed fixes the script of a *life*: what buyers, merchants, Amazon, workers, the broker and
chance do, in which order, and where processes die. The life runs in one process, so that a
failing seed fails again, step by step, anywhere.

* `script`: the steps that a seed stands for
* `steps`: what each kind of step does
* `world`: the engine's processes, the network, the shop and the broker of one life
* `shop`, `broker`: the other sides, with their own memory
* `proofs`: what must be true after every step, and at the end
* `life`: one script from beginning to end
* `shrinking`: the steps of a failing life that matter
* `runs`: many lives
"""
