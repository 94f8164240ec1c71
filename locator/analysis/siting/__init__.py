"""Choose where the next facilities would serve most."""
