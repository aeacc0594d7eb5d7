"""Units in centers: what is where, what moved it, and what is taken out again."""
