"""What a user's program looks like to a strict type checker; `make lint` reads it, nobody runs it.

An ignored fault that was none would be one: what is marked has to be refused.
"""

from __future__ import annotations

import locator


def program() -> None:
    """Use every public name as its types allow, and some as they do not."""
    city: locator.OpenCity = locator.open("folder", language="pl")
    found: locator.CoverageFrames = city.coverage("nurseries", minutes=15, ownership="public")
    low, high = found.range
    share: float = found.share + low + high
    change: locator.ScenarioFrames = city.scenario(
        close=["nurseries-003"], move={"nurseries-004": (19.94, 50.06)}
    )
    gained: int = change.gained
    city.sites("nurseries", n=3, objective="budget", budget=share, price=gained)
    city.map(["nurseries"]).save("map.html")
    city.nearest([(19.94, 50.06), "Rynek Główny 1"], "nurseries", k=3, walk=True)
    city.isochrone("Rynek Główny 1", minutes=[5, 10]).explore("minutes")
    city.nearest("Rynek Główny 1", "nurseries", status="gone")  # type: ignore[arg-type]
    city.coverage("nurseries", ownership="foreign")  # type: ignore[arg-type]
    city.coverage("nurseries", minute=15)  # type: ignore[call-arg]
    print(city.coverage("nurseries").shares)  # type: ignore[attr-defined]
    print(locator.opened)  # type: ignore[attr-defined]
