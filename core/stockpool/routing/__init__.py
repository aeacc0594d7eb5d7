"""Which pool ships an order, and why. Rules over values only: no database, no clock."""
