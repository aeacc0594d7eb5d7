"""Removal orders: stock taken out of the network, returned, disposed of or liquidated."""
