"""What Amazon charges, by dated rates."""
