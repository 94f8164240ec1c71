"""Choose the best walking model that a city folder allows."""

from __future__ import annotations

import logging

from locator.base.errors import LocatorError
from locator.city.added_streets import STREETS_FILE
from locator.city.model import City
from locator.walking import WalkingModel
from locator.walking.estimate import EstimateModel
from locator.walking.graph.osm import Progress, silent
from locator.walking.network.model import NetworkModel

log = logging.getLogger("locator.geocoding.streets")


def choose_model(city: City, *, progress: Progress = silent) -> WalkingModel:
    """Return the street network where `city` has one, else the estimate.

    Where the streets that travel with the folder cannot be used, the estimate says why
    (`EstimateModel.fault`). A graph that somebody built is not passed over like that.

    Parameters
    ----------
    city : City
    progress : callable
        Told of each step while a graph is being made; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    WalkingModel

    Raises
    ------
    GraphFileError
        A folder without a streets file holds a graph that cannot be used.
    """
    fault = None
    try:
        network = NetworkModel.from_city(city, progress=progress)
        if network is not None:
            return network
    except LocatorError as error:
        if not (city.folder / STREETS_FILE).is_file():
            raise
        fault = error
        log.warning("Walks are estimated, not counted along streets: %s", error)
    return EstimateModel.from_city(city, fault=fault)
