"""Name the tones of drawings, and the columns that read from the left, for paper and page alike."""

from __future__ import annotations

WORDS = ("text", "date")
"""Kinds of columns that are read from the left."""

TONES: dict[str, tuple[int, int, int]] = {
    "ink": (28, 34, 40),
    "muted": (92, 101, 112),
    "faint": (214, 219, 224),
    "paper": (255, 255, 255),
    "accent": (20, 92, 130),
    "warn": (166, 60, 24),
    # The base map under a map: so light that shades and signs over it stay what they are.
    "river": (88, 150, 196),
    "green": (178, 214, 156),
    "street": (105, 105, 102),
    # Light to dark: reads in grey as well, and every area also carries its number.
    "class0": (240, 244, 246),
    "class1": (205, 222, 231),
    "class2": (150, 188, 206),
    "class3": (86, 141, 170),
    "class4": (24, 84, 120),
    # Walks, from a short one to a long one: two tones within the standard, three beyond it. Their
    # lightness falls evenly (94, 80, 65, 46, 25 of 100), so that they are told apart in grey.
    "walk0": (224, 243, 238),
    "walk1": (158, 208, 198),
    "walk2": (224, 141, 74),
    "walk3": (176, 84, 34),
    "walk4": (92, 38, 20),
}


def tone_style() -> str:
    """Return the rules that give the drawings' tones their colours, the same as on paper."""
    rules = []
    for name, (red, green, blue) in TONES.items():
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        rules.append(f".fill-{name} {{ fill: {colour}; }} .line-{name} {{ stroke: {colour}; }}")
    return "\n".join(rules) + "\n"
