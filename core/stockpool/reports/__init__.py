"""Reports of a network: read by the names of their columns, merged by natural key, compared."""
