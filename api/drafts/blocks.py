"""A file of a draft as blocks, and changes of single literals."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.drafts.checks import encoded, schema_at
from api.drafts.routes import FILE_EXAMPLE, PathInQuery, admin_of, draft_of
from api.drafts.saving import DraftState, save_file
from api.drafts.schemas import MAX_FILE_BYTES, FilePath, SavedFile, Version
from api.drafts.views import saved_view
from api.http.errors import BadInput, FileChanged, NotFound
from api.http.requests import RequestModel, read_body, request_body
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from database import Transaction
from workbench.blocks import Block, BlockKind, NotChanged, blocks_of, literal_at, literal_of, with_literal
from workbench.drafts.merging import version_of

router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])

MAX_LITERAL = 2000

_EXAMPLE = {
    "path": FILE_EXAMPLE["path"],
    "version": version_of(FILE_EXAMPLE["text"]),
    "line": 4,
    "column": 28,
    "value": "7",
}


class PutLiteral(RequestModel):
    """A literal of a file by its place, and its new content as text: a number, true or false, or a text."""

    path: FilePath
    version: Version
    line: int = Field(ge=1, le=MAX_FILE_BYTES)
    column: int = Field(ge=1, le=MAX_FILE_BYTES)
    value: Annotated[str, Field(max_length=MAX_LITERAL)]


class BlockView(TypedDict):
    """A part of a file. `value`: the content of a literal, as text; `type`: what it may be changed to.

    `choices`: the possible texts, if they are known. A block of the kind `text` is changed in the text of the file.
    """

    kind: BlockKind
    label: str
    line: int
    column: int
    info: str
    type: Literal["number", "truth", "text"] | None
    value: str | None
    choices: list[str]
    blocks: list[dict[str, Any]]


class FileBlocks(TypedDict):
    """A file as blocks, and the version of its text; null: it cannot be read."""

    version: str
    root: BlockView | None


@router.get("/blocks", summary="Show a file of your draft as blocks", response_model=FileBlocks)
async def show_blocks(store_request: AdminRequest, path: PathInQuery) -> Response:
    """Return every part of a file in your draft; a part without a block of its own is shown as maps, lists and text."""
    draft = await draft_of(store_request)
    text = _text(draft, path)
    root = await asyncio.to_thread(_drawn, draft, path, text)
    return ExactJson({"version": version_of(text), "root": None if root is None else _view(root)})


@router.put(
    "/blocks", summary="Change a literal", response_model=SavedFile, openapi_extra=request_body(PutLiteral, _EXAMPLE)
)
async def put_literal(request: Request, store_request: AdminRequest) -> Response:
    """Replace one literal in the text of a file of your draft; everything else, including comments, stays."""
    posted = await read_body(request, PutLiteral)
    admin, now = admin_of(store_request), store_request.now
    draft = await draft_of(store_request)
    text = _text(draft, posted.path)
    if version_of(text) != posted.version:
        raise FileChanged(posted.path, stored=text, sent=text)
    try:
        changed = await asyncio.to_thread(_changed, draft, posted, text)
    except NotChanged as error:
        raise BadInput.at("value", str(error), "notWritable") from None

    def write(tx: Transaction) -> dict[str, Any]:
        saved = save_file(tx, admin, posted.path, changed, version=posted.version, now=now)
        return saved_view(saved, posted.path)

    return ExactJson(await store_request.database.write(write))


def _text(draft: DraftState, path: str) -> str:
    text = draft.text(path)
    if text is None:
        raise NotFound(path)
    return text


def _drawn(draft: DraftState, path: str, text: str) -> Block | None:
    return blocks_of(path, text, schema_at(path, encoded(draft.texts)))


def _changed(draft: DraftState, posted: PutLiteral, text: str) -> str:
    root = _drawn(draft, posted.path, text)
    found = None if root is None else literal_at(root, posted.line, posted.column)
    if found is None:
        raise NotChanged("there is no literal here: load the file again")
    value = literal_of(posted.value, found.value)
    return with_literal(posted.path, text, posted.line, posted.column, value)


def _view(block: Block) -> dict[str, Any]:
    value = block.value
    kind = "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    shown = str(value).lower() if isinstance(value, bool) else None if value is None else f"{value}"
    return {
        "kind": block.kind,
        "label": block.label,
        "line": block.line,
        "column": block.column,
        "info": block.info,
        "type": kind if block.kind == "literal" else None,
        "value": shown,
        "choices": list(block.choices),
        "blocks": [_view(each) for each in block.blocks],
    }
