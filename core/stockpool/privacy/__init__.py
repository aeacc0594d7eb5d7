"""A buyer's personal data: where it lies, handing it out, and erasing it. The books stay."""
