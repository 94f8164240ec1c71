"""Compare a city folder with its official sources, and take over what a person accepts."""
