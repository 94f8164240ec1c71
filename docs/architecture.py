"""Draw which package imports which, from the imports themselves: `python docs/architecture.py`.

One row for each package in the order of the contracts of `pyproject.toml`, one column likewise; a
dot where the row imports the column. Imports go down, so no dot lies below the diagonal.
"""

from __future__ import annotations

import tomllib
from html import escape
from importlib import import_module
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
ROW, LEFT, TOP, WIDTH = 30, 118, 96, 980


def floors() -> list[list[str]]:
    """Return the packages of each layer, the uppermost first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def arrows(packages: list[str]) -> set[tuple[str, str]]:
    """Return which package imports which, directly."""
    graph = grimp.build_graph("locator", cache_dir=None)
    for package in packages:
        graph.squash_module(package)
    return {
        (importer, imported)
        for importer in packages
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported in packages and imported != importer
    }


def text(x: float, y: float, words: str, more: str = "") -> str:
    """Return one line of text."""
    return f'<text x="{x:g}" y="{y:g}"{more}>{escape(words)}</text>'


def draw() -> str:
    """Return the picture as SVG."""
    layers = floors()
    packages = [package for layer in layers for package in layer]
    found = arrows(packages)
    column = {package: LEFT + 16 + ROW * i for i, package in enumerate(packages)}
    row = {package: TOP + ROW * i for i, package in enumerate(packages)}
    height = TOP + ROW * len(packages) + 12
    words_x = LEFT + ROW * len(packages) + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="sans-serif" font-size="14" fill="#1a1a1a">',
        "<title>Which package imports which</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, layer in enumerate(layers):
        y, tall = row[layer[0]], ROW * len(layer)
        shade = "#eef2f7" if number % 2 == 0 else "#ffffff"
        lines.append(f'<rect y="{y}" width="{WIDTH}" height="{tall}" fill="{shade}"/>')
    for package in packages:
        name, x, y = package.removeprefix("locator."), column[package], row[package] + 20
        said = (import_module(package).__doc__ or "").strip().splitlines()[0]
        turned = f' transform="rotate(-60 {x:g} {TOP - 8})"'
        lines += [
            text(LEFT - 6, y, name, ' text-anchor="end" font-weight="bold"'),
            text(x, TOP - 8, name, turned),
            text(words_x, y, said),
            f'<rect x="{x - 9}" y="{y - 14}" width="18" height="18" fill="#c9d3df"/>',
        ]
    lines += [
        f'<circle cx="{column[lower]}" cy="{row[upper] + 15}" r="5" fill="#0b4f8a">'
        f"<title>{upper.removeprefix('locator.')} imports {lower.removeprefix('locator.')}</title>"
        "</circle>"
        for upper, lower in sorted(found, key=lambda pair: (row[pair[0]], row[pair[1]]))
    ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
