"""Make cities of all units of a country, and one table of who is served in them."""
