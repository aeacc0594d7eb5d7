"""For plugin authors: what their tests can import."""
