"""Claims: units that Amazon owes, from the loss to the payment."""
