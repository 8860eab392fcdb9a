"""Imports: responses."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, JsonObject, Scroll, Total
from loyalty.store.imports import ImportType

_TABLE = "email,firstName\nanna.kowalska@example.com,Anna\n"

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"import[file]": {"type": "string", "format": "binary"}},
                    "required": ["import[file]"],
                },
                "example": {"import[file]": _TABLE},
            },
            "text/csv": {"schema": {"type": "string"}, "example": _TABLE},
            "application/jsonl": {
                "schema": {"type": "string"},
                "example": '{"email": "anna.kowalska@example.com", "firstName": "Anna"}\n',
            },
        },
    }
}
"""The file, as a field of a form or as the body itself."""

Status = Literal["queued", "inprogress", "paused", "done", "cancelled", "failed"]


class ImportId(TypedDict):
    """The id of an import."""

    importId: Id


class Progress(TypedDict):
    """The progress of an import: lines read, of these applied, repeated and refused; and bytes of the file."""

    read: int
    done: int
    repeated: int
    refused: int
    bytes: int
    ofBytes: int


class Import(TypedDict):
    """An import. `itemsToImport`: its lines, counted by line breaks.

    `user` is the id of the administrator who uploaded it, or whose API key did, and `createdBy` their username.
    """

    importId: Id
    type: ImportType
    uploadedDate: Instant
    fileName: str
    status: Status
    itemsToImport: int
    progress: Progress
    updatedAt: Instant
    user: NotRequired[str]
    createdBy: NotRequired[str]
    errorMessage: NotRequired[str]
    finishedAt: NotRequired[Instant]


class Imports(TypedDict):
    """A page of imports."""

    items: list[Import]
    total: Total


class ImportItem(TypedDict):
    """The result of a line. `succeed` with `repeated`: it had been applied before, under the id that the line gives.

    For a `failed` line: its key, a code, the column and the cure.
    """

    importId: Id
    line: int
    status: Literal["succeed", "failed"]
    createdAt: Instant
    updatedAt: Instant
    repeated: NotRequired[bool]
    entity: NotRequired[JsonObject]
    key: NotRequired[str]
    code: NotRequired[str]
    path: NotRequired[str]
    message: NotRequired[str]


# The functional syntax, because `import` is a keyword of Python.
ImportDetails = TypedDict(
    "ImportDetails",
    {"import": Import, "items": list[ImportItem], "total": NotRequired[Total], "scroll": NotRequired[Scroll]},
)
ImportDetails.__doc__ = """An import, and a page of what came of its lines."""
