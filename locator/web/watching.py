"""Wait for what the connections of a server bring, without asking each of them at every turn.

waitress asks every connection what it waits for whenever anything happens to one of them: with
thousands that are kept open, and mostly rest, that takes longer than many an answer. Here only
those are asked to which something happened, and those that are being answered.
"""

from __future__ import annotations

import time
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from waitress import wasyncore

ALL_S = 1.0
"""All are asked again after so long: one that has been idle for too long is told to close."""


class Watch:
    """The connections of a server of waitress's, and what is waited for at each.

    Only for the thread that looks after connections. Another thread changes one only while it
    answers it, which it says when it begins (`begun`), and wakes this one when it is done.

    Parameters
    ----------
    server : waitress.server.TcpWSGIServer
        Its connections are of the class `locator.web.serving.Channel`.

    Attributes
    ----------
    begun : deque of int
        File descriptors of connections that another thread has begun to answer since the last turn.
    """

    def __init__(self, server: Any) -> None:
        self.begun: deque[int] = deque()
        server.watch = self
        self._connections: dict[int, Any] = server._map  # the server's own socket and trigger, too
        self._selector = DefaultSelector()
        self._known: dict[int, tuple[Any, int]] = {}
        self._stirring: set[int] = set()
        self._all_at_s = 0.0

    def turn(self, wait_s: float, *, everyone: bool = False) -> None:
        """Look after whatever has something to read or to write, within `wait_s` seconds.

        Parameters
        ----------
        wait_s : float
        everyone : bool
            Ask all connections, whatever happened to them.
        """
        now_s = time.monotonic()
        if everyone or now_s >= self._all_at_s:
            self._stirring |= self._connections.keys() | self._known.keys()
            self._all_at_s = now_s + ALL_S
        while self.begun:
            self._stirring.add(self.begun.popleft())
        self._stirring = {fd for fd in self._stirring if self._is_stirring(fd)}
        for key, events in self._selector.select(wait_s):
            if (connection := self._connections.get(key.fd)) is not None:
                if events & EVENT_READ:
                    wasyncore.read(connection)
                if events & EVENT_WRITE:
                    wasyncore.write(connection)
                if connection.accepting:  # and perhaps has let somebody in
                    self._stirring |= self._connections.keys() - self._known.keys()
            self._stirring.add(key.fd)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._selector.close()

    def _is_stirring(self, fd: int) -> bool:
        """Wait for what a connection wants, and tell whether that may change without an event."""
        connection = self._connections.get(fd)
        known, waited = self._known.get(fd, (None, 0))
        if known is not connection and waited:  # closed, and its number given to another one
            self._selector.unregister(fd)
            waited = 0
        if connection is None:
            self._known.pop(fd, None)
            return False
        wanted = self._wanted(connection)
        if not waited and wanted:
            self._selector.register(fd, wanted)
        elif waited and not wanted:
            self._selector.unregister(fd)
        elif waited != wanted:
            self._selector.modify(fd, wanted)
        self._known[fd] = connection, wanted
        return wanted != EVENT_READ or getattr(connection, "is_answered", False)

    @staticmethod
    def _wanted(connection: Any) -> int:
        reads = EVENT_READ if connection.readable() else 0
        return reads | (EVENT_WRITE if not connection.accepting and connection.writable() else 0)
