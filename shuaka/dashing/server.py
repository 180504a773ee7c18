"""The page's server: the page itself, its assets, the dashboards' JSON, and the way to Prometheus. Loopback alone.

Only names of this machine are answered to (Host), so that no page of elsewhere reads through a browser that is here.
"""

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from shuaka.dashing.dashboards import dashboards
from shuaka.dashing.prometheus import Prometheus

ASSETS: Final = Path(__file__).parents[1] / "assets"
SERVED: Final = {
    "dash.js": ASSETS / "dash" / "dash.js",
    "draw.js": ASSETS / "dash" / "draw.js",
    "units.js": ASSETS / "dash" / "units.js",
    "dash.css": ASSETS / "dash" / "dash.css",
    "uPlot.iife.min.js": ASSETS / "uplot" / "uPlot.iife.min.js",
    "uPlot.min.css": ASSETS / "uplot" / "uPlot.min.css",
}
PAGE: Final = ASSETS / "dash" / "dash.html"
POLICY: Final = (
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    "frame-ancestors 'none'",
)
HEADERS: Final = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
"""uPlot places its parts by style attributes; nothing else comes from elsewhere."""
HERE: Final = ("127.0.0.1", "localhost", "[::1]")


def viewer(prometheus: Prometheus) -> Starlette:
    """Return the page as an ASGI application."""
    known = dashboards()

    def page(_: Request) -> Response:
        return FileResponse(PAGE, headers=HEADERS)

    def asset(request: Request) -> Response:
        file = SERVED.get(request.path_params["name"])
        return FileResponse(file, headers=HEADERS) if file else _missing()

    def listed(_: Request) -> Response:
        rows = [{"language": one.language, "name": one.name, "title": one.title} for one in known.values()]
        return JSONResponse({"prometheus": prometheus.url, "dashboards": rows}, headers=HEADERS)

    def dashboard(request: Request) -> Response:
        found = known.get((request.path_params["language"], request.path_params["name"]))
        return FileResponse(found.file, media_type="application/json", headers=HEADERS) if found else _missing()

    async def scrape(_: Request) -> Response:
        return JSONResponse({"seconds": await run_in_threadpool(prometheus.scrape_s)}, headers=HEADERS)

    async def asked(request: Request) -> Response:
        answer = await run_in_threadpool(prometheus.ask, request.path_params["question"], request.url.query)
        return Response(answer.body, answer.status, HEADERS, media_type="application/json")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/assets/{name}", asset),
            Route("/dashboards", listed),
            Route("/dashboards/{language}/{name}.json", dashboard),
            Route("/scrape", scrape),
            Route("/api/v1/{question:path}", asked),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HERE))],
    )


def _missing() -> Response:
    return JSONResponse({"message": "there is nothing under this name"}, 404, HEADERS)
