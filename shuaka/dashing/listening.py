"""A port of the loopback address, had before anything else starts: one in use is found at once."""

import socket

BACKLOG = 64


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise OSError if the port cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
