"""Find the nearest facility on foot, and who has none within reach."""

__version__ = "0.2.0"
