"""Say to machines what some words need and where that leads."""

from __future__ import annotations

from locator.api.context import AppState
from locator.api.data import helpline_json
from locator.api.schemas_places import FoundNeed as NeedShape
from locator.base.i18n import text
from locator.city.needs import FoundNeed


def need_json(app: AppState, found: FoundNeed) -> NeedShape:
    """Return a need in the language of the request."""
    city, need = app.city, found.need
    lines = {line.id: line for line in city.helplines}
    names = city.facilities["name"]
    return {
        "id": need.id,
        "name": text(need.names),
        "rest": found.rest,
        "helplines": [helpline_json(lines[name]) for name in need.helplines],
        "layers": list(need.layers),
        "kinds": [
            {"layer": layer, "kind": kind, "name": text(city.kinds[kind])}
            for layer, kind in need.places
        ],
        "facilities": [{"id": name, "name": str(names[name])} for name in need.facilities],
        "profiles": list(need.profiles),
    }
