"""Turn text into places, and published addresses into points."""
