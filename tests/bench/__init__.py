"""Measure what the project promises; run with `make bench`."""
