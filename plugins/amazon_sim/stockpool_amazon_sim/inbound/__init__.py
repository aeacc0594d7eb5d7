"""Goods on their way to Amazon: plans, packing, placement, transport, shipments, receiving."""
