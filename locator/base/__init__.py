"""Hold what knows no city: errors, geometry, language, opening hours, files."""
