"""Turn an OpenStreetMap extract into a street graph."""
