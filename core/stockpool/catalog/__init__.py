"""Products, the listings of each channel, kits, and SKUs that share one physical pool."""
