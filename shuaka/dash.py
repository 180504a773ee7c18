"""`shuaka dash`: the dashboards as a page of this machine, from a Prometheus, without Grafana.

Exit codes: 0 ended, 1 the port is another's or the dashboards are not there, 2 the command line is wrong.
"""

from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from shuaka.compose import HOST
from shuaka.ending import FAILED, end

PORT: Final = 7376
PROMETHEUS: Final = "http://127.0.0.1:9090"


def dash(
    prometheus: Annotated[str, typer.Option(metavar="URL", help="The Prometheus to ask.")] = PROMETHEUS,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page stands; 0 is any free port.")] = PORT,
) -> None:
    """Show the dashboards in a browser: the same panels and queries as Grafana's, drawn by a page of ours."""
    import uvicorn  # noqa: PLC0415 - servers are imported by the command that serves

    from settlement.gateways.listening import PortError, bind  # noqa: PLC0415 - as above
    from shuaka.dashing.dashboards import NoDashboardsError  # noqa: PLC0415 - as above
    from shuaka.dashing.prometheus import Prometheus  # noqa: PLC0415 - as above
    from shuaka.dashing.server import viewer  # noqa: PLC0415 - as above

    if urlsplit(prometheus).scheme not in ("http", "https") or not urlsplit(prometheus).hostname:
        raise typer.BadParameter(f"{prometheus} is no URL such as {PROMETHEUS}", param_hint="--prometheus")
    try:
        page, listener = viewer(Prometheus(prometheus)), bind("", HOST, port)
    except (NoDashboardsError, PortError) as error:
        end(str(error), FAILED)
    print(f"dashboards  http://{HOST}:{listener.getsockname()[1]}/  from {prometheus}; Ctrl-C ends", flush=True)
    server = uvicorn.Server(uvicorn.Config(page, log_level="warning", access_log=False, server_header=False))
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
