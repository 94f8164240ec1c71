"""Render templates as Jinja does, without asking each callable what it wants to be given."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from flask import Flask
from jinja2.runtime import Context, Macro


class QuickContext(Context):
    """A context that knows what macros and plain functions take: a page calls hundreds of them."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; whatever wants a context or the like is left to Jinja."""
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not FunctionType or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


def install(app: Flask) -> None:
    """Let the templates of `app` be rendered so."""
    app.jinja_env.context_class = QuickContext
