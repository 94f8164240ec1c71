"""Bring official sources into a city folder: download, check, write atomically."""
