"""Let the site be kept on a device: what installs it, and a worker that answers without a network.

For some pages there are others that stand in for them when there is no network; they are made
ahead, in every language, and the worker (``static/worker.js``) keeps them whole, with all files
that they need. No address that somebody asks from is ever sent for that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from html import unescape

from flask import Blueprint, Response, abort, current_app, request

from locator.api.context import AppState
from locator.api.json import encoded
from locator.base.compact import compact_json
from locator.city.field_types import LANGUAGES
from locator.web.ahead import same_for_all
from locator.web.i18n import current_language, gettext, prefix, speaking, text, url
from locator.web.security import urgent
from locator.web.state import state
from locator.web.static_files import STATIC, modified_ns, static_url

blueprint = Blueprint("keeping", __name__)

FILE = re.compile(r'(?:href|src)="([^"]*/(?:static|vendor|maps/code)/[^"]+)"')
"""What a page loads: all of it stands under addresses that change with it."""

NO_NEED = ("apple-touch-icon",)
"""Parts of names of what installing needs, and no page."""

LIGHT, ACCENT = "#fffefb", "#0d4d5d"

Made = Callable[[AppState, date], str]
"""Makes a page in the current language, good from a Monday on."""

Question = tuple[str, date, int]
"""What a page depends on: where the site lies, the Monday, and when a file changed last."""

_STAND_INS: dict[str, Made] = {}


@dataclass(frozen=True)
class Kept:
    """What a browser keeps: pages by path and language, and the content of it all as a version."""

    version: str
    pages: Mapping[tuple[str, str], str]
    files: tuple[str, ...]


def stands_in(path: str) -> Callable[[Made], Made]:
    """Have a page made for `path` when there is no network; the path ``""``: for any other."""

    def known(made: Made) -> Made:
        _STAND_INS[path] = made
        return made

    return known


def kept_page(path: str) -> str:
    """Return the page that stands in for `path`; none of another version than asked for."""
    given = request.args.get("v")
    if given is not None and given != _kept().version:
        abort(404)  # a page of now would not fit the files of then
    return _page(state(), _question(), path, current_language())


@blueprint.get("/sw.js")
@urgent
def worker() -> Response:
    """Serve the worker, which changes with every byte of what it keeps."""
    kept = _kept()
    root = _root()
    told = {
        "name": f"aed{root}/",
        "root": root,
        "version": kept.version,
        "files": kept.files,
        "pages": {
            f"{root}{prefix(language)}{path}": _address(path, language, kept.version)
            for path, language in kept.pages
            if path
        },
        # The default language last: its prefix begins every other.
        "otherwise": {
            f"{root}{prefix(language)}/": _address("", language, kept.version)
            for language in sorted(LANGUAGES, key=prefix, reverse=True)
        },
    }
    code = b"const KEPT = " + compact_json(told) + b";\n" + (STATIC / "worker.js").read_bytes()
    return Response(code, mimetype="text/javascript")


@blueprint.app_template_global("worker_url")
def worker_url() -> str:
    """Return the address of the worker: it may answer for what lies below the same prefix."""
    return f"{_root()}/sw.js"


@blueprint.get("/manifest.webmanifest")
@same_for_all
def manifest() -> Response:
    """Serve what a device needs to know to install the site, in the reader's language."""
    city = text(state().catalogue.names)
    name = gettext("Services nearby")
    told = {
        "id": f"{_root()}/",
        "name": f"{name} – {city}",
        "short_name": name,
        "description": gettext(
            "Find the nearest city service and the walk to it, and see who is left out."
        ),
        "lang": current_language(),
        "dir": "ltr",
        "start_url": url("home.page"),
        "scope": f"{_root()}/",
        "display": "standalone",
        "background_color": LIGHT,
        "theme_color": ACCENT,
        "categories": ["government", "health", "navigation"],
        "icons": [
            _icon("icon-192.png", 192, "any"),
            _icon("icon-512.png", 512, "any"),
            _icon("icon-maskable-512.png", 512, "maskable"),
        ],
        "screenshots": [
            _screen("screen-narrow.png", "780x1688", "narrow"),
            _screen("screen-wide.png", "1280x800", "wide"),
        ],
        "shortcuts": [
            {
                "name": gettext("AED now"),
                "url": url("aed.page"),
                "icons": [_icon("icon-aed-192.png", 192, "any")],
            },
            {"name": gettext("Map of all services"), "url": url("map.page")},
        ],
    }
    response = Response(encoded(told), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon(name: str, side: int, purpose: str) -> dict[str, str]:
    sizes = f"{side}x{side}"
    return {"src": static_url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}


def _screen(name: str, sizes: str, form_factor: str) -> dict[str, str]:
    return {
        "src": static_url(name),
        "sizes": sizes,
        "type": "image/png",
        "form_factor": form_factor,
        "label": gettext("The nearest services, with the walk in minutes"),
    }


def _root() -> str:
    return str(request.environ.get("locator.root", ""))


def _address(path: str, language: str, version: str) -> str:
    return f"{_root()}{prefix(language)}{path}/offline?v={version}"


def _question() -> Question:
    today = state().now().date()
    monday = today - timedelta(days=today.weekday())
    # A file that changes while the server runs, as when somebody works on it, is another version.
    changed_ns = max(modified_ns(_watched()))
    return _root(), monday, changed_ns


@cache
def _watched() -> tuple[str, ...]:
    """Return what changes when a file does; of one that is new, that is its folder."""
    return tuple(map(str, (STATIC, *STATIC.rglob("*"))))


def _kept() -> Kept:
    app, question = state(), _question()
    return app.memo.get(("offline", *question), partial(_made, app, question))


def _made(app: AppState, question: Question) -> Kept:
    pages = {
        (path, language): _page(app, question, path, language)
        for path in _STAND_INS
        for language in LANGUAGES
    }
    links = (unescape(link) for page in pages.values() for link in FILE.findall(page))
    files = tuple(dict.fromkeys(link for link in links if not any(n in link for n in NO_NEED)))
    content = "\n".join((*pages.values(), *files)).encode() + (STATIC / "worker.js").read_bytes()
    return Kept(hashlib.blake2b(content, digest_size=6).hexdigest(), pages, files)


def _page(app: AppState, question: Question, path: str, language: str) -> str:
    """Return the page as it would be at its own address, whoever asks for it."""
    root, monday, _ = question
    script = {"SCRIPT_NAME": root + prefix(language), "locator.root": root}

    def made() -> str:
        with (
            speaking(language),
            current_app.app_context(),  # what the request has found out for itself stays with it
            current_app.test_request_context(path or "/", environ_overrides=script),
        ):
            return _STAND_INS[path](app, monday)

    return app.memo.get(("offline", *question, path, language), made)
