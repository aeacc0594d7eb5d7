"""The deadline book: everything that closes, in one calendar."""
