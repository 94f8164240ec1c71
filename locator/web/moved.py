"""Send those who come to an address of before to where its page is now."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from locator.web.i18n import url

blueprint = Blueprint("moved", __name__)

MOVED = {"/coverage/together": "combined_coverage.page"}
"""Address of before -> endpoint of now."""


def _page() -> Response:
    path = request.url_rule.rule if request.url_rule else ""
    return redirect(url(MOVED[path], request.args.to_dict(flat=False)), code=308)


for _path in MOVED:
    blueprint.add_url_rule(_path, "page", _page)
