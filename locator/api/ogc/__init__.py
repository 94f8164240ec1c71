"""Answer as OGC API - Features has it: collections, their features by page, place, time and CRS.

Part 1 (core, GeoJSON, HTML, OpenAPI 3.0) and Part 2 (coordinate systems by reference).
"""
