"""Keep a state of a city folder as one file, and open it again, whole or not at all.

The file is a ZIP archive of the folder's own files with their SHA-256 sums in ``snapshot.json``.
The same files make the same archive, byte for byte. What is made from others (``streets.graph``)
is left out; a folder may be opened in the place of a snapshot.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from locator.base.errors import N_, LocatorError
from locator.base.files import written

MANIFEST = "snapshot.json"
FORMAT = 1
DERIVED = (".graph",)
SAME_TIME = (1980, 1, 1, 0, 0, 0)

NO_SNAPSHOT = N_("{file} is no snapshot of a city folder: {detail}.")


class SnapshotError(LocatorError):
    """A file that is no snapshot, or not as it was written."""

    code = "snapshot"


def take_snapshot(folder: Path, out: Path) -> str:
    """Write the state of a city folder to one file.

    Parameters
    ----------
    folder : Path
        A city folder; whether it is sound is not asked, so that any state can be kept.
    out : Path
        The archive; an old one is replaced when the new one is whole.

    Returns
    -------
    str
        SHA-256 of the names and sums of all files: equal for equal states.

    Raises
    ------
    SnapshotError
        The folder is not there, or holds nothing.
    WriteError
        It cannot be written.
    """
    files = sorted(
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file()
        and path.suffix not in DERIVED
        and not path.name.startswith(".")
        and path.name != MANIFEST
        and path.resolve() != out.resolve()
    )
    if not files:
        raise SnapshotError(NO_SNAPSHOT, file=str(folder), detail="a folder without files")
    contents = {path.name: path.read_bytes() for path in files}
    sums = {name: sha256(content).hexdigest() for name, content in contents.items()}
    manifest = json.dumps({"format": FORMAT, "files": sums}, indent=1).encode()
    with written(out) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {MANIFEST: manifest, **contents}.items():
            entry = zipfile.ZipInfo(name, SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return sha256(json.dumps(sums).encode()).hexdigest()


@contextmanager
def opened_state(path: Path) -> Iterator[Path]:
    """Give the city folder that a path is, or that its snapshot holds while it is open.

    Parameters
    ----------
    path : Path
        A city folder, or a file of `take_snapshot`.

    Yields
    ------
    Path

    Raises
    ------
    SnapshotError
        No snapshot, or one that was changed since.
    """
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory(prefix="locator-") as name:
        folder = Path(name)
        for file, content in _checked(path).items():
            (folder / file).write_bytes(content)
        yield folder


def _checked(path: Path) -> dict[str, bytes]:
    """Return the files of a snapshot whose sums are right."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            sums = manifest["files"]
            if manifest["format"] != FORMAT or any(Path(one).name != one for one in sums):
                raise SnapshotError(NO_SNAPSHOT, file=str(path), detail="of another format")
            contents = {name: archive.read(name) for name in sums}
    except FileNotFoundError:
        raise SnapshotError(NO_SNAPSHOT, file=str(path), detail="it is not there") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise SnapshotError(NO_SNAPSHOT, file=str(path), detail="it cannot be read") from error
    for name, content in contents.items():
        if sha256(content).hexdigest() != sums[name]:
            raise SnapshotError(NO_SNAPSHOT, file=str(path), detail=f"{name} was changed")
    return contents
