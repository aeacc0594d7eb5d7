"""The orders of Amazon's own shop, which compete for the same units."""
