"""A file of the draft as blocks beside its text: changes of blocks are written into the text."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from api.drafts.blocks import put_literal, show_blocks
from api.drafts.routes import show_draft_file
from api.http.responses import ExactJson
from console.drafts.drawing import blocks_html
from console.drafts.editing import is_script, refused
from console.drafts.files import file_url
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

_BLOCKS = f"{STORE}/program/draft/file/blocks"


@router.get(_BLOCKS)
async def blocks_page(page: PageOfStore) -> Response:
    """Return the blocks of a file, as a part of the editor's page."""
    path = page.request.query_params.get("path", "")
    return HTMLResponse(str(await blocks_html(page, path)))


@router.post(_BLOCKS)
async def change_page(page: PageOfStore) -> Response:
    """Write changes of blocks into the text, the last one first, so that the places of the others stay valid."""
    path, version = page.sent.first("path"), page.sent.first("version")
    root = (await page.call(show_blocks, path=path))["root"]
    try:
        for line, column, value in sorted(_changed(page, root), reverse=True):
            at = {"path": path, "version": version, "line": line, "column": column, "value": value}
            version = (await page.call(put_literal, body=at))["version"]
    except REFUSED as error:
        stored = (await page.call(show_draft_file, path=path))["text"]
        return await refused(page, path, stored, error)
    if is_script(page):
        text = (await page.call(show_draft_file, path=path))["text"]
        return ExactJson({"text": text, "version": version})
    return page.redirect(file_url(page, path), notice="Saved in your draft.")


def _changed(page: StorePage, root: Mapping[str, Any] | None) -> Iterator[tuple[int, int, str]]:
    """Yield the literals whose fields have changed, by their places."""
    for each in () if root is None else _literals(root):
        name = f"at:{each['line']}:{each['column']}"
        if page.sent.has(name) and page.sent.first(name) != each["value"]:
            yield each["line"], each["column"], page.sent.first(name)


def _literals(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if block["kind"] == "literal":
        yield block
    for each in block["blocks"]:
        yield from _literals(each)
