"""Answer walks along a street graph."""
