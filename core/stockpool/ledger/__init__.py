"""The stock ledger: double-entry moves between named buckets, levels, ages, and their proof."""
