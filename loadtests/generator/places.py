"""Where patients queue for the terminals of their city and kind, first come, first served (gevent).

Who comes to an idle terminal is served at once, in the middle of whatever else reaches the process: a queue of gevent's
own wakes its reader after all of it, and a visit would begin late by the work of every reply that came together.
"""

from collections import deque
from typing import Any, Generic, TypeVar

import gevent
from gevent.hub import Waiter

_Comer = TypeVar("_Comer")


class Place(Generic[_Comer]):
    """Who has come and waits, or the terminals, a greenlet each, that wait for somebody; use it from one thread."""

    def __init__(self) -> None:
        self._hub: Any = gevent.get_hub()
        self._came: deque[_Comer] = deque()
        self._idle: deque[Any] = deque()

    def put(self, comer: _Comer) -> None:
        """Let somebody come; an idle terminal goes on before this returns or, where not the hub calls, right after."""
        if not self._idle:
            self._came.append(comer)
        elif gevent.getcurrent() is self._hub:
            self._idle.popleft().switch(comer)
        else:
            self._hub.loop.run_callback(self._idle.popleft().switch, comer)

    def get(self) -> _Comer:
        """Return who comes next; wait for them."""
        if self._came:
            return self._came.popleft()
        waiter: Any = Waiter()
        self._idle.append(waiter)
        try:
            comer: _Comer = waiter.get()
        except BaseException:  # a terminal that is closed while it waits serves nobody
            if waiter in self._idle:
                self._idle.remove(waiter)
            raise
        return comer
