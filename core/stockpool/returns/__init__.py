"""Returns: units of an order that a customer sends back to the network."""
