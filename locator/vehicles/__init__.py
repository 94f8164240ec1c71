"""Say where the vehicles that carry an AED are."""
