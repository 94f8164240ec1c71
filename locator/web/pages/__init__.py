"""Answer the pages: one address, one module and one template share one name."""

PAGES = (
    "home",
    "nearest",
    "layers",
    "layer",
    "facility",
    "map",
    "aed",
    "aed_coverage",
    "aed_offline",
    "coverage",
    "layer_coverage",
    "combined_coverage",
    "what_if_layers",
    "what_if",
    "where_next",
    "report",
    "data",
    "about",
    "accessibility",
    "api",
    "embed",
    "embed_nearest",
    "embed_map",
)
"""Modules of this package; each has a blueprint of its name, whose first address is the page."""
