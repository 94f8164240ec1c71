"""A small real piece of Kraków: some streets of Podgórze with their houses, as a city folder."""
