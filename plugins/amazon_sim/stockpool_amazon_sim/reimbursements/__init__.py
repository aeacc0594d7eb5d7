"""What Amazon makes good: lost and damaged units, paid for or given back, and payments reversed."""
