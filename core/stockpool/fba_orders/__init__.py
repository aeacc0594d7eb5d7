"""All orders that FBA stock was used for: Amazon's own sales and those of every channel."""
