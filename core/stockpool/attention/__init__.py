"""The attention queue: what a person must see, with its cause and its remedy."""
