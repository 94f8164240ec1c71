"""Let the site be found and shared: canonical addresses, sitemap, robots, icons, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode
from xml.sax.saxutils import escape

from flask import Blueprint, Flask, Response, current_app, g, request

from locator.base.errors import N_, NotFoundError
from locator.base.i18n import prefix
from locator.city.field_types import LANGUAGES
from locator.city.lookup import known_layer
from locator.reports.cover import cover_png
from locator.web.i18n import LONGEST_PART
from locator.web.pages import PAGES
from locator.web.security import expensive
from locator.web.state import state
from locator.web.static_files import STATIC

blueprint = Blueprint("found", __name__)

MEANINGFUL = ("layer", "kind", "minutes", "group", "district")
"""Parameters that make another page; a position or a filter does not, and is nobody's business."""

ASKED = (
    *("nearest", "combined_coverage", "aed_offline", "offline"),
    *("embed_nearest", "embed_map", "moderate", "country"),
)
"""Pages that are nothing without a question, a frame or a table, for those without a network, or
for few."""

DAY_S = 86_400
VALID_DAYS = 180
"""How long security.txt says that it holds; it is made anew whenever it is asked for."""

CONTACTS = ("mailto:", "https://", "tel:")

NO_CONTACT = N_("Nobody is named here to report faults of security to.")


def install(app: Flask) -> None:
    """Check the setting, and give templates the addresses of a page.

    Raises
    ------
    ValueError
        If SECURITY_CONTACT is no address of the kinds that security.txt knows.
    """
    contact = app.config["SECURITY_CONTACT"]
    if contact and (not contact.startswith(CONTACTS) or not contact.isprintable()):
        raise ValueError(
            f"SECURITY_CONTACT is {contact!r}; allowed: an address with {', '.join(CONTACTS)}"
        )
    app.jinja_env.globals.update(canonical_url=canonical_url, share_picture=share_picture)


def canonical_url(language: str) -> str:
    """Return the whole address of the page being shown in `language`, as it is to be found."""
    if "canonical_path" not in g:  # a page says its address in every language, and some twice
        g.canonical_site, g.canonical_path = site(), _canonical_path()
    return f"{g.canonical_site}{prefix(language)}{g.canonical_path}"


def _canonical_path() -> str:
    path = request.path if len(request.path) <= LONGEST_PART else "/"
    pairs = parse_qsl(request.query_string.decode("latin-1"))
    kept = [pair for pair in pairs if pair[0] in MEANINGFUL and 0 < len(pair[1]) <= LONGEST_PART]
    query = urlencode(sorted(dict.fromkeys(kept)))
    return quote(path) + (f"?{query}" if query else "")


def share_picture() -> str:
    """Return the whole address of the picture that stands for the page being shown."""
    given = (request.view_args or {}).get("layer_id") or request.args.get("layer", "")
    layer = given if given in state().catalogue.layers else "all"
    return f"{site()}/share/{layer}.png"


def site() -> str:
    """Return the address of the site, without language and slash at its end."""
    return request.host_url.rstrip("/") + str(request.environ.get("locator.root", ""))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Tell crawlers what is no page, and where all pages are listed."""
    kept_out = ("/api/", "/maps/", "/tiles/", "/*lat=", "/*lon=", "/*?q=", "/*&q=")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in kept_out)]
    return _text("\n".join([*lines, "", f"Sitemap: {site()}/sitemap.xml", ""]), "text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List every page in every language."""
    date = escape(state().catalogue.data_date)
    here = site()
    entries = "".join(
        f"<url><loc>{escape(here + prefix(language) + quote(path))}</loc>"
        f"<lastmod>{date}</lastmod></url>\n"
        for path in _paths()
        for language in LANGUAGES
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return _text(f'{head}<urlset xmlns="{namespace}">\n{entries}</urlset>\n', "application/xml")


def _paths() -> Iterator[str]:
    listed = (name for name in PAGES if name not in ASKED)
    rules = (next(current_app.url_map.iter_rules(f"{name}.page")) for name in listed)
    yield from (rule.rule for rule in rules if not rule.arguments)
    app = state()
    for layer in app.catalogue.layers.values():
        yield f"/layers/{layer.id}"
        if not layer.moves:
            yield f"/coverage/{layer.id}"
    yield from (f"/facilities/{name}" for name in app.city.facilities.index)


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Serve the icon where browsers look for it without being told."""
    return _kept((STATIC / "favicon.ico").read_bytes(), "image/x-icon")


@blueprint.get("/apple-touch-icon.png")
def touch_icon() -> Response:
    """Serve the icon of a home screen."""
    return _kept((STATIC / "apple-touch-icon.png").read_bytes(), "image/png")


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Say whom to tell of faults of security (RFC 9116), where the operator named somebody."""
    contact = current_app.config["SECURITY_CONTACT"]
    if not contact:
        raise NotFoundError(NO_CONTACT)
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=VALID_DAYS)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {site()}/.well-known/security.txt",
    )
    return _text("\n".join(lines) + "\n", "text/plain")


@blueprint.get("/share/<layer>.png")
@expensive
def share(layer: str) -> Response:
    """Serve the picture of a layer, or of ``all``, that is shown where a page is shared."""
    app = state()
    chosen = [] if layer == "all" else [known_layer(app.catalogue, layer)]
    png = app.memo.get(("share", layer), lambda: cover_png(app.city, chosen))
    response = _kept(png, "image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _text(body: str, kind: str) -> Response:
    return _kept(body.encode(), f"{kind}; charset=utf-8")


def _kept(body: bytes, kind: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
    return response
