"""Files that the seller sends, and what was made of their rows."""
