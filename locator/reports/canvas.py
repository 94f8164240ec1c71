"""Draw lines, areas and words as SVG, for pages and paper alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


class Canvas:
    """An SVG drawing without a single inline style, so that it passes a strict policy.

    The origin is top left, y grows downwards. ``tone`` is a name, not a colour ("ink", "faint",
    "accent", "warn", "class0" to "class4", "walk0" to "walk4", "river"): the page or paper that
    shows the drawing brings the colours, so that dark pages and black-and-white paper work.

    Parameters
    ----------
    width, height : float
        Of the view box; the page scales it.
    label : str
        What the drawing says, for those who do not see it.
    """

    def __init__(self, width: float, height: float, *, label: str) -> None:
        self.width, self.height, self.label = width, height, label
        self._parts: list[str] = []

    def line(
        self, points: Sequence[Point], tone: str, *, width: float = 1, dash: bool = False
    ) -> None:
        """Draw an open line through `points`."""
        dashes = ' stroke-dasharray="4 3"' if dash else ""
        self._parts.append(
            f'<polyline class="line-{tone}" fill="none" stroke-width="{width:g}"{dashes} '
            f'points="{_points(points)}"/>'
        )

    def area(
        self,
        rings: Sequence[Sequence[Point]],
        fill: str,
        *,
        outline: str | None = None,
        opacity: float = 1,
    ) -> None:
        """Fill a polygon: its shell first, then its holes."""
        path = " ".join(f"M{_points(ring, ' L')}Z" for ring in rings)
        edge = f" line-{outline}" if outline else ""
        clear = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._parts.append(
            f'<path class="fill-{fill}{edge}"{clear} fill-rule="evenodd" d="{path}"/>'
        )

    def network(self, lines: Iterable[Sequence[Point]], tone: str, *, width: float = 1) -> None:
        """Draw many open lines as one."""
        path = " ".join(f"M{_points(line, ' L')}" for line in lines)
        self._parts.append(
            f'<path class="line-{tone}" fill="none" stroke-width="{width:g}" d="{path}"/>'
        )

    def dot(
        self,
        at: Point,
        tone: str,
        *,
        radius: float = 2,
        shape: str = "circle",
        outline: str | None = None,
    ) -> None:
        """Draw a marker: ``circle``, ``square``, ``diamond`` or ``cross``."""
        x, y = at
        if shape == "circle":
            edge = f" line-{outline}" if outline else ""
            self._parts.append(
                f'<circle class="fill-{tone}{edge}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'
            )
        elif shape == "cross":
            if outline:
                for slope in (1, -1):
                    ends = [(x - radius, y - slope * radius), (x + radius, y + slope * radius)]
                    self.line(ends, outline, width=3)
            self.line([(x - radius, y - radius), (x + radius, y + radius)], tone, width=1.5)
            self.line([(x - radius, y + radius), (x + radius, y - radius)], tone, width=1.5)
        else:
            self.area([corners(at, radius, shape)], tone, outline=outline)

    def text(
        self,
        at: Point,
        words: str,
        *,
        anchor: Anchor = "start",
        size: float = 9,
        bold: bool = False,
        tone: str = "ink",
        has_halo: bool = False,
    ) -> None:
        """Write `words` on a baseline starting, centred or ending at `at`.

        A halo of paper keeps them readable on any ground.
        """
        weight = ' font-weight="600"' if bold else ""
        halo = ' paint-order="stroke" stroke-width="2.6" stroke-linejoin="round"'
        around = halo if has_halo else ""
        edge = " line-paper" if has_halo else ""
        self._parts.append(
            f'<text class="fill-{tone}{edge}"{around} x="{at[0]:.1f}" y="{at[1]:.1f}" '
            f'font-size="{size:g}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def markup(self, *, style: str = "") -> str:
        """Return the finished ``<svg>`` element, with a style sheet where no page brings one."""
        sheet = f"<style>{style}</style>" if style else ""
        return (
            f'<svg class="drawing" role="img" aria-label={quoteattr(self.label)} '
            f'viewBox="0 0 {self.width:g} {self.height:g}" xmlns="http://www.w3.org/2000/svg">'
            f"{sheet}{''.join(self._parts)}</svg>"
        )


def corners(at: Point, radius: float, shape: str) -> list[Point]:
    """Return the corners of a square or diamond marker."""
    x, y = at
    if shape == "square":
        return [
            (x - radius, y - radius),
            (x + radius, y - radius),
            (x + radius, y + radius),
            (x - radius, y + radius),
        ]
    return [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]


def _points(points: Sequence[Point], separator: str = " ") -> str:
    return separator.join(f"{x:.1f},{y:.1f}" for x, y in points)
