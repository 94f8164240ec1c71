"""Serve the locator: ``python app.py``, or any WSGI server on ``app:create_app()``."""

if __name__ == "__main__":
    from locator.base.supervising import supervised

    generation = supervised()  # whoever supervises does not come back, and loads nothing
    from locator.base.lighter import pandas_without_pyarrow

    pandas_without_pyarrow()
    from locator.web.workers import run

    run(generation=generation)
else:
    from locator.web import create_app

    __all__ = ["create_app"]
