"""Read opening hours in OpenStreetMap's grammar: state, next change, words."""
