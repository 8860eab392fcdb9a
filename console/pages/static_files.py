"""Scripts and styles, at URLs with the hash of their content: cached by browsers for a year, never stale."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent.parent / "static"

PREFIX = "/console/static"

router = APIRouter()

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    content: bytes
    compressed: bytes
    hash: str
    media_type: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return the files that are served, by their names."""
    found = sorted(each for each in FOLDER.rglob("*") if each.suffix in _TYPES)
    return {each.relative_to(FOLDER).as_posix(): _read(each) for each in found}


def _read(file: Path) -> StaticFile:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:20]
    return StaticFile(content, gzip.compress(content, mtime=0), digest, _TYPES[file.suffix])


def static_url(name: str) -> str:
    """Return the URL of a file."""
    return f"{PREFIX}/{static_files()[name].hash}/{name}"


@router.get(f"{PREFIX}/{{hash}}/{{name:path}}")
async def serve_static(request: Request) -> Response:
    """Return a file by its URL; 404 for another hash, so that wrong content is never cached."""
    file = static_files().get(request.path_params["name"])
    if file is None or file.hash != request.path_params["hash"]:
        return Response(status_code=404)
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}
    headers["content-security-policy"] = "default-src 'none'"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, media_type=file.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)


@cache
def icon(name: str) -> Markup:
    """Return a decorative icon, hidden from screen readers."""
    paths = _icons()[name]
    return Markup(  # noqa: S704 - of a file of ours
        '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        f' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{paths}</svg>'
    )


@cache
def _icons() -> Mapping[str, str]:
    icons: dict[str, str] = json.loads((FOLDER / "vendor" / "icons.json").read_text())
    return icons
