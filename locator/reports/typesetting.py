"""Set pages with Typst, in a program of its own that ends when it is done.

Typst remembers what it has set, 29 MB after one report, and keeps threads; both go with a process.
The program imports nothing of ours, so that it starts at once. Only where none can be started are
pages set in the process that asks.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast


def typeset(
    source: str,
    *,
    fonts: str,
    inputs: Sequence[Mapping[str, str]],
    options: Mapping[str, Any],
) -> list[bytes]:
    """Return what Typst makes of a source, once for each of some inputs.

    Parameters
    ----------
    source : str
    fonts : str
        Folder of the fonts that it may use.
    inputs : sequence of mapping of str to str
        What the source finds in ``sys.inputs``.
    options : mapping
        As for `typst.Compiler.compile`. Only where a PDF cannot keep the standards asked for is it
        one that claims none.

    Returns
    -------
    list of bytes
        PDFs, or pictures.

    Raises
    ------
    RuntimeError
        Typst refuses the source, or its program was ended.
    """
    from locator.base.own_program import done_apart

    asked = json.dumps([source, fonts, [dict(one) for one in inputs], dict(options)])
    made = done_apart(Path(__file__), asked.encode(), what="Typst")
    return _set(asked) if made is None else cast(list[bytes], pickle.loads(made))


def _set(asked: str) -> list[bytes]:
    import typst

    source, folder, inputs, options = json.loads(asked)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )

    def compiled(given: dict[str, str], **options: Any) -> bytes:
        compiler = typst.Compiler(source.encode(), font_paths=fonts, sys_inputs=given)
        return cast(bytes, compiler.compile(**options))

    def made(given: dict[str, str]) -> bytes:
        try:
            return compiled(given, **options)
        except typst.TypstError:
            if not options.get("pdf_standards"):
                raise
            return compiled(given, **{**options, "pdf_standards": []})

    return [made(one) for one in inputs]


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_set(sys.stdin.buffer.read().decode())))
