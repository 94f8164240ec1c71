"""Say where the person is who needs an AED, to be read to the dispatcher."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from locator.api.context import AppState
from locator.api.queries import described, frozen
from locator.web.i18n import gettext, metres
from locator.web.words.near import address_beside
from locator.web.words.starting import VAGUE_M, Origin


@frozen
class AccuracyParams:
    """How far off the position of a device may be."""

    accuracy_m: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = described(
        "How far off the position may be, m.", default=None
    )


@dataclass(frozen=True)
class Here:
    """Where the person is, to be read to the dispatcher; `vague`: do not rely on it."""

    address: str
    coordinates: str
    accuracy: str = ""
    vague: bool = False


def here_of(app: AppState, origin: Origin, *, point: bool, accuracy_m: float | None) -> Here:
    """Return what to read to the dispatcher; `point`: no words say what the place is."""
    accuracy = ""
    vague = accuracy_m is not None and accuracy_m > VAGUE_M
    if accuracy_m is not None:
        words = metres(10 * math.ceil(accuracy_m / 10))
        accuracy = gettext("Known to within {distance} only: say so.", distance=words)
        if not vague:
            accuracy = gettext("to within {distance}", distance=words)
    return Here(
        address=address_beside(app, origin.lon, origin.lat) if point else origin.label,
        coordinates=f"{origin.lat:.5f}, {origin.lon:.5f}",
        accuracy=accuracy,
        vague=vague,
    )
