"""Draw what stands below a map: its scale, north, its source, and what its signs mean."""

from __future__ import annotations

from collections.abc import Sequence

from locator.base.i18n import gettext, number
from locator.reports.canvas import Canvas, Point, corners

Entry = tuple[str, str]
"""A sign (a tone, ``outline``, ``site`` or the shape of a marker) and its words."""

MARGIN = 8.0
TOP_ROW, ROW, FOOT = 20.0, 13.0, 4.0
LETTER, SMALL_LETTER = 4.0, 3.0
WIDEST_SCALE = 0.25
"""Of the width: more than the bar of the scale takes."""


def legend_high(entries: Sequence[Entry], width: float, source: str) -> float:
    """Return the height of all that stands below a map."""
    rows = len(_rows(entries, width)) + (not _has_room(source, width))
    return TOP_ROW + ROW * rows + FOOT


def _has_room(source: str, width: float) -> bool:
    """Tell whether the source stands between the scale and north, or needs a row of its own."""
    return WIDEST_SCALE * width + 84 + SMALL_LETTER * len(source) < width


def draw_legend(
    canvas: Canvas, entries: Sequence[Entry], *, source: str, scale: float, shade: float
) -> None:
    """Draw scale, north and source in a row, and the signs in as many as the width asks for.

    Parameters
    ----------
    canvas : Canvas
    entries : sequence of (sign, words)
    source : str
    scale : float
        Drawing units for each metre.
    shade : float
        Opacity of the tones.
    """
    top = canvas.height - legend_high(entries, canvas.width, source)
    _scale_bar(canvas, (MARGIN, top + 13), scale)
    _north(canvas, (canvas.width - MARGIN - 5, top + 4))
    if _has_room(source, canvas.width):
        at = (canvas.width - MARGIN - 24, top + 13)
        canvas.text(at, source, anchor="end", size=7, tone="muted")
    else:
        canvas.text((MARGIN, canvas.height - FOOT), source, size=7, tone="muted")
    for place, row in enumerate(_rows(entries, canvas.width)):
        y = top + TOP_ROW + ROW * place + 9
        for x, sign, words in row:
            _sign(canvas, (x, y), sign, shade)
            canvas.text((x + 18, y), words, size=8)


def _rows(entries: Sequence[Entry], width: float) -> list[list[tuple[float, str, str]]]:
    """Return the entries of each row as (x, sign, words)."""
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = MARGIN
    for sign, words in entries:
        wide = 26 + LETTER * len(words)
        if rows[-1] and x + wide > width:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, sign, words))
        x += wide
    return rows


def _sign(canvas: Canvas, at: Point, sign: str, shade: float) -> None:
    x, y = at
    box = [(x, y - 8), (x + 14, y - 8), (x + 14, y + 2), (x, y + 2)]
    if sign.startswith(("class", "walk")):
        canvas.area([box], sign, outline="muted", opacity=shade)
    elif sign == "outline":
        canvas.line([*box, box[0]], "warn", width=1.4)
    elif sign == "site":
        canvas.area([corners((x + 7, y - 3), 6, "diamond")], "paper", outline="ink")
    else:
        canvas.dot((x + 7, y - 3), "ink", radius=3, shape=sign)


def _scale_bar(canvas: Canvas, at: Point, scale: float) -> None:
    metres = _round_below(WIDEST_SCALE * canvas.width / scale)
    (x, y), long = at, metres * scale
    for part, tone in ((0, "ink"), (1, "paper")):
        left, right = x + part * long / 2, x + (part + 1) * long / 2
        box = [(left, y - 4), (right, y - 4), (right, y), (left, y)]
        canvas.area([box], tone, outline="ink")
    words = (
        gettext("{kilometres} km", kilometres=number(metres / 1000))
        if metres >= 1000
        else gettext("{metres} m", metres=number(metres))
    )
    canvas.text((x + long + 5, y), words, size=7.5)


def _round_below(metres: float) -> float:
    """Return 1, 2 or 5 of a power of ten, as large as fits."""
    power = 1.0
    while power * 10 <= metres:
        power *= 10
    return next(power * step for step in (5, 2, 1) if power * step <= metres or step == 1)


def _north(canvas: Canvas, top: Point) -> None:
    """Draw an arrow up with its letter; the maps' grid turns from north by less than a degree."""
    x, y = top
    canvas.area([[(x, y - 3), (x + 4, y + 9), (x, y + 6), (x - 4, y + 9)]], "ink")
    canvas.text((x - 6, y + 9), gettext("N"), anchor="end", size=8, bold=True)
