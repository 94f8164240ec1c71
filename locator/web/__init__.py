"""Serve the pages and the API; the only place that knows Flask."""
