"""The seller's listings in Amazon's shop, and what becomes of them."""
