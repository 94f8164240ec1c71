"""Serve the locator: ``python app.py``, or any WSGI server on ``app:create_app()``."""

from locator.web import create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    from locator.web.serving import run

    run()
