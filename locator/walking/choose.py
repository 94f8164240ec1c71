"""Choose the best walking model that a city folder allows."""

from __future__ import annotations

from collections.abc import Callable

from locator.city import City
from locator.walking import WalkingModel
from locator.walking.estimate import EstimateModel
from locator.walking.network import NetworkModel

MODELS: tuple[Callable[[City], WalkingModel | None], ...] = (
    NetworkModel.from_city,
    EstimateModel.from_city,
)
"""Makers of models, best first. A maker returns None where the folder lacks what it needs; the
last one, the estimate, always works."""


def choose_model(city: City) -> WalkingModel:
    """Return the first of `MODELS` that `city` has the data for."""
    return next(model for make in MODELS if (model := make(city)) is not None)
