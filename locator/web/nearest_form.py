"""Hold what a visitor filled in to find the nearest facilities."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from locator.base.echo import WORDS
from locator.base.errors import LocatorError, OutsideCityError, faults_of
from locator.web.i18n import url
from locator.web.layout import LONGEST_SEARCH

LONGEST_CODE = 40
"""Characters of anything in a form but words; what is longer was not made by the form."""


@dataclass(frozen=True)
class Form:
    """What the visitor filled in; shown again whatever happens."""

    q: str
    lat: str
    lon: str
    accuracy_m: str
    layers: tuple[str, ...]
    kind: tuple[str, ...]
    operator: tuple[str, ...]
    ownership: str
    step_free: str
    open: str
    status: str
    pace: str
    k: str
    at: str
    profile: str
    night: str
    max_walk: str = ""

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> Form:
        """Return the form; words win over coordinates that were kept from before."""
        q = args.get("q", "").strip()
        return cls(
            q=q,
            lat="" if q else args.get("lat", "").strip(),
            lon="" if q else args.get("lon", "").strip(),
            accuracy_m="" if q else args.get("accuracy_m", "").strip(),
            layers=tuple(dict.fromkeys(v for v in args.getlist("layer") if v)),
            kind=tuple(dict.fromkeys(v for v in args.getlist("kind") if v)),
            operator=tuple(dict.fromkeys(v for v in args.getlist("operator") if v)),
            ownership=args.get("ownership", ""),
            step_free=args.get("step_free", ""),
            open=args.get("open", ""),
            status=args.get("status", ""),
            pace=args.get("pace", ""),
            k=args.get("k", ""),
            at=args.get("at", ""),
            profile=args.get("profile", ""),
            night=args.get("night", ""),
            max_walk=args.get("max_walk", ""),
        )

    def shown(self) -> Form:
        """Return the form as it is filled in again: what is too long to be meant is cut short."""
        long = [
            entry.name
            for entry in fields(self)
            if entry.name not in ("q", "layers", "kind", "operator")
            and len(getattr(self, entry.name)) > LONGEST_CODE
        ]
        q = self.q if len(self.q) <= LONGEST_SEARCH else self.q[:WORDS]
        layers = tuple(layer for layer in self.layers if len(layer) <= LONGEST_CODE)
        return replace(
            self,
            q=q,
            layers=layers,
            kind=tuple(kind for kind in self.kind if len(kind) <= WORDS),
            operator=tuple(one for one in self.operator if len(one) <= LONGEST_SEARCH),
            **dict.fromkeys(long, ""),
        )

    def args(self, **changes: Any) -> MultiDict[str, str]:
        """Return the query parameters that are filled in, with `changes`."""
        values: dict[str, Any] = {
            "q": self.q,
            "lat": self.lat,
            "lon": self.lon,
            # It belongs to the point, and goes with it.
            "accuracy_m": "" if {"q", "lat"} & changes.keys() else self.accuracy_m,
            "layer": list(self.layers),
            **self.traits(),
            "open": self.open,
            "status": self.status,
            "pace": self.pace,
            "k": self.k,
            "at": self.at,
            "profile": self.profile,
            "night": self.night,
            "max_walk": self.max_walk,
        } | changes
        return MultiDict(
            {key: value for key, value in values.items() if value not in ("", [], None)}
        )

    def traits(self) -> dict[str, Any]:
        """Return what is chosen of the facilities, as query parameters."""
        return {
            "kind": list(self.kind),
            "operator": list(self.operator),
            "ownership": self.ownership,
            "step_free": self.step_free,
        }

    def accuracy(self) -> MultiDict[str, str]:
        """Return what is known of how far off a position may be, as query parameters."""
        return MultiDict({"accuracy_m": self.accuracy_m} if self.accuracy_m else {})

    def url(self, **changes: Any) -> str:
        """Return the address of this page with `changes`."""
        return url("nearest.page", self.args(**changes))


def without_hidden(form: Form, error: LocatorError) -> Form:
    """Return the form without what is wrong in fields that its visitor does not see."""
    wrong = {fault.parameter for fault in faults_of(error)}
    if isinstance(error, OutsideCityError) or wrong & {"lat", "lon"}:
        form = replace(form, lat="", lon="", accuracy_m="")  # no start to keep
    return replace(
        form,
        accuracy_m="" if "accuracy_m" in wrong else form.accuracy_m,
        k="" if "k" in wrong else form.k,
        max_walk="" if "max_walk" in wrong else form.max_walk,
        at="" if "at" in wrong else form.at,
    )
