"""Listen on a port, or leave with an explanation."""

from __future__ import annotations

import errno
import os
import socket
import sys


def bound(host: str | None, port: int | None) -> socket.socket:
    """Return a socket that has its port; nobody is let in before it listens.

    Parameters
    ----------
    host : str, optional
        Address to listen on; ``HOST`` of the environment, else this machine only.
    port : int, optional
        ``PORT`` of the environment, else 8000; 0 takes any free one.

    Returns
    -------
    socket

    Raises
    ------
    SystemExit
        The port cannot be had; it says why.
    """
    host = host or os.environ.get("HOST") or "127.0.0.1"
    port = port if port is not None else _port(os.environ.get("PORT") or "8000")
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as problem:
        made.close()
        sys.exit(_explain(problem, host, port))
    return made


def say_ready(listening: socket.socket) -> None:
    """Print where the server is.

    Parameters
    ----------
    listening : socket
        Bound.
    """
    host, port = listening.getsockname()[:2]
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host
    print(f"Ready: http://{shown}:{port}/  (stop with Ctrl+C)", flush=True)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        sys.exit(f"PORT is {text!r}; allowed: a number from 0 (any free one) to 65535.")
    return int(text)


def _explain(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. "
            f"Stop that one, or choose another port: PORT={port + 1 if port < 65535 else 0}."
        )
    if problem.errno == errno.EACCES:
        return f"Port {port} needs more rights; choose one above 1023: PORT=8000."
    return f"Cannot listen on {host}:{port}: {problem.strerror or problem}."
