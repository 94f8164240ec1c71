"""Send files to keep."""

from __future__ import annotations

from flask import Response


def attachment(body: bytes | str, kind: str, name: str) -> Response:
    """Return a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=kind, headers=headers)


def csv_attachment(table: str, name: str) -> Response:
    """Return a table to keep; the mark at its start tells spreadsheets that it is UTF-8."""
    return attachment("\ufeff" + table, "text/csv", name)
