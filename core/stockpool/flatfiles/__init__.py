"""Amazon's tab-delimited files, both directions: pure reading and writing, no database."""
