"""Ctrl-C, which no visit may hear: it ends the process in order (gevent).

Python raises KeyboardInterrupt wherever the process happens to be, and under gevent that is any greenlet: a visit,
which then never ends and is missing from the counts, or who waits for the end of all. Here the loop hears the signal,
and the main greenlet gets the interrupt: Locust waits there for it.
"""

import signal

import gevent


def to_main() -> None:
    """Let SIGINT interrupt the main greenlet alone; where a shell or somebody else decided otherwise, leave it so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        gevent.signal_handler(signal.SIGINT, _interrupt)


def _interrupt() -> None:
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
