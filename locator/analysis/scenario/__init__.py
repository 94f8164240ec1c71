"""Compare a city with what it could be."""
