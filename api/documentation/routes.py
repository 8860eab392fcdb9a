"""Swagger UI at `/docs`, from this server only: its files come with a package, none from another host."""

from functools import cache
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Laurel</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true});\n'
"""A separate file, since the page's policy forbids inline scripts."""

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI sets styles of single elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


async def show_page(_request: Request) -> Response:
    """Show the page."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


async def show_file(request: Request) -> Response:
    """Return a file of the page."""
    name = request.url.path.rpartition("/")[2]
    content = _START.encode() if name == "start.js" else _content(name)
    media_type = _FILES.get(name, "text/javascript")
    return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


@cache
def _content(name: str) -> bytes:
    return (resources.files("fastapi_swagger.resources") / name).read_bytes()


ROUTES = [
    Route("/docs", show_page, include_in_schema=False),
    *[Route(f"/docs/{name}", show_file, include_in_schema=False) for name in ("start.js", *_FILES)],
]
