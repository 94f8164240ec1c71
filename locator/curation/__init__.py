"""Make, refresh and check a city folder."""
