"""Care for orders after they were placed: refunds, cancellations, and the money they move."""
