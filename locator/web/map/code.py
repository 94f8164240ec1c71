"""Serve the code that the maps run on: Leaflet's own files, and our own parts as one."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from xstatic.pkg import leaflet, leaflet_markercluster

from locator.base.errors import N_, NotFoundError
from locator.web.ahead import same_for_all
from locator.web.map.parts import NEEDS, files, in_order
from locator.web.static_files import STATIC, modified_ns, squeezed

blueprint = Blueprint("mapcode", __name__)

FOREVER = "public, max-age=31536000, immutable"
PARTS = STATIC / "map"
KINDS = {"js": "text/javascript", "css": "text/css"}
BETWEEN = "."
"""Stands between the names of parts in an address."""
BUNDLES = 64
"""So many different sets of parts are kept; the pages have about ten."""

_PACKAGES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "leaflet": (
        leaflet,
        "XStatic-Leaflet",
        (
            "leaflet.js",
            "leaflet.css",
            "images/layers.png",
            "images/layers-2x.png",
            "images/marker-icon.png",
            "images/marker-icon-2x.png",
            "images/marker-shadow.png",
        ),
    ),
    "markercluster": (
        leaflet_markercluster,
        "XStatic-Leaflet-MarkerCluster",
        ("leaflet.markercluster.js", "MarkerCluster.css", "MarkerCluster.Default.css"),
    ),
}
"""Package -> module, distribution, and the only files that are served."""


def asset_url(asset: str) -> str:
    """Return the address of a library's file, ``leaflet/leaflet.js``; it carries no language."""
    package, _, name = asset.partition("/")
    return f"{_root()}/vendor/{package}/{_version(package)}/{name}"


def code_url(parts: Sequence[str]) -> str:
    """Return the address of the script of `parts`, in their order; it changes with them."""
    return _bundle_url(tuple(parts), "js")


def code_urls(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of the scripts that a page loads for `parts`, in order."""
    return tuple(code_url(file) for file in files(parts))


def style_url(parts: Sequence[str]) -> str:
    """Return the address of the style of those of `parts` that have one."""
    return _bundle_url(_with(parts, "css"), "css")


def _bundle_url(parts: tuple[str, ...], ending: str) -> str:
    version = _known(parts, ending)[1]
    return f"{_root()}/maps/code/{version}/{BETWEEN.join(parts)}.{ending}"


def _root() -> str:
    return str(request.environ.get("locator.root", ""))


def _with(parts: Sequence[str], ending: str) -> tuple[str, ...]:
    """Return those of `parts` that have a file with this `ending`."""
    return _with_file(str(PARTS), tuple(parts), ending)


@lru_cache(maxsize=BUNDLES)
def _with_file(folder: str, parts: tuple[str, ...], ending: str) -> tuple[str, ...]:
    return tuple(part for part in parts if os.path.exists(f"{folder}/{part}.{ending}"))


@blueprint.get("/maps/code/<version>/<names>.<any(js, css):ending>")
@same_for_all
def code(version: str, names: str, ending: str) -> Response:
    """Serve some of our parts as one file: each request costs more than a part weighs."""
    parts = tuple(names.split(BETWEEN))
    if not set(parts) <= set(NEEDS) or parts not in _wholes(parts, ending):
        raise NotFoundError(N_("There is no such file."))
    data, present = _known(parts, ending)
    if version != present:
        raise NotFoundError(N_("There is no such file."))
    return unchanging(data, KINDS[ending])


def _wholes(parts: tuple[str, ...], ending: str) -> tuple[tuple[str, ...], ...]:
    """Return what may be asked for in place of `parts`: all that they need, or a page's files."""
    whole = in_order(parts)
    return (_with(whole, ending), *(files(whole) if ending == "js" else ()))


@blueprint.get("/vendor/<package>/<version>/<path:name>")
@same_for_all
def vendor(package: str, version: str, name: str) -> Response:
    """Serve one file of a library; a fixed list, nothing else."""
    path = _vendor_files().get((package, version, name))
    if path is None:
        raise NotFoundError(N_("There is no such file."))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return unchanging(path.read_bytes(), kind)


def vendor_bytes(asset: str) -> bytes:
    """Return a library's file, ``leaflet/leaflet.js``, for a page that takes it in."""
    package, _, name = asset.partition("/")
    return _vendor_files()[package, _version(package), name].read_bytes()


def code_text(parts: Sequence[str], ending: str) -> str:
    """Return the script (``js``) or the style (``css``) of `parts`, for a page that takes it in."""
    return _known(_with(parts, ending), ending)[0].decode()


def unchanging(data: bytes, kind: str) -> Response:
    """Return what may be kept for a year; text as small as brotli makes it, where it is read."""
    response = squeezed(data, kind)
    response.headers["Cache-Control"] = FOREVER
    return response


def _known(parts: tuple[str, ...], ending: str) -> tuple[bytes, str]:
    """Return the text of some parts as one, and its version, which it decides."""
    files = tuple([_path(part, ending) for part in parts])
    return _joined(files, modified_ns(files))


def _path(part: str, ending: str) -> str:
    return f"{PARTS}/{part}.{ending}"


@lru_cache(maxsize=BUNDLES)
def _joined(files: tuple[str, ...], _modified_ns: tuple[int, ...]) -> tuple[bytes, str]:
    data = b"".join(Path(file).read_bytes() for file in files)
    return data, hashlib.blake2b(data, digest_size=6).hexdigest()


@cache
def _version(package: str) -> str:
    return metadata.version(_PACKAGES[package][1])


@cache
def _vendor_files() -> dict[tuple[str, str, str], Path]:
    return {
        (package, _version(package), name): Path(module.BASE_DIR) / name
        for package, (module, _, names) in _PACKAGES.items()
        for name in names
    }
