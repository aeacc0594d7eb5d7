"""Orders: intake, reservation, edits, cancellation, fulfillment orders and what became of them."""
