"""Draw the base map of a city from its own files, as vector tiles."""
