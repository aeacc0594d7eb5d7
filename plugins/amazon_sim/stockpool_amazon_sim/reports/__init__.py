"""Files that Amazon makes of what is true."""
