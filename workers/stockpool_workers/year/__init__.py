"""A year in the life of a seller, on a clock that is moved by days.

Everything goes through the engine's own services, as a merchant and the workers would use them; the
simulated Amazon decides what becomes of it. `stockpool demo --scenario year` tells it.
"""
