"""MCF orders: taken, planned, shipped, followed, changed, cancelled, and returned."""
