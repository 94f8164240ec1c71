"""Import folium with its templates left for later: a map of ours needs few of the fifty.

Folium and branca compile each when they are imported, which takes half of that time.
"""

from __future__ import annotations

from typing import Any

import jinja2


class LaterTemplate(jinja2.Template):
    """A template that is compiled when it is used first."""

    _given: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *source: Any, **options: Any) -> LaterTemplate:
        """Return a template of which nothing is made yet."""
        later = object.__new__(cls)
        later._given = source, options
        return later

    def __getattr__(self, name: str) -> Any:
        """Return what only a template that is made has, and make it for that."""
        if name.startswith("__") or "_given" not in vars(self):
            raise AttributeError(name)
        source, options = self._given
        made = vars(jinja2.Template.__new__(type(self), *source, **options))
        vars(self).update(made)
        if name not in made:
            raise AttributeError(name)
        return made[name]


_usual = jinja2.Template
jinja2.Template = LaterTemplate  # type: ignore[misc]
try:
    import branca.element
    import folium
finally:
    jinja2.Template = _usual  # type: ignore[misc]

__all__ = ["LaterTemplate", "branca", "folium"]
