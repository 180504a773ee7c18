"""The viewer over a real socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from settlement.gateways.listening import bind
from shuaka.dashing.prometheus import Prometheus
from shuaka.dashing.server import viewer


@contextmanager
def served(prometheus: str) -> Iterator[int]:
    """Serve the viewer of a Prometheus and yield its port."""
    listener = bind("", "127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(viewer(Prometheus(prometheus)), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()
