"""Drafts of programs: request bodies and answers."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Instant
from api.programs.schemas import MAX_REVISION, Drop
from program_files.folders.layout import LONGEST_PATH
from program_files.text.problems import Severity
from workbench.drafts.merging import ChangeKind

MAX_FILE_BYTES = 512 * 1024
"""Of one file of a draft, in UTF-8."""
MAX_DRAFT_BYTES = 4 * 1024 * 1024
"""Of all files that a draft changes."""
MAX_DRAFT_FILES = 500
"""Files that a draft changes."""
MAX_BODY_BYTES = 2 * MAX_DRAFT_BYTES

MAX_VERSION_LENGTH = 64
MAX_PLAN_DAYS = 90

Version: TypeAlias = Annotated[str, Field(max_length=MAX_VERSION_LENGTH)]
FilePath: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_PATH)]


class PutDraftFile(RequestModel):
    """The text of a file. `version`: that of the text which was edited, as it was shown; "": there was no such file."""

    path: FilePath
    text: str
    version: Version


class ResolvedFile(RequestModel):
    """What becomes of a file that the draft and another revision changed; `text` null: it is removed.

    `version`: that of its text in the draft, as it was shown.
    """

    path: FilePath
    text: str | None = None
    version: Version


class PostRebase(RequestModel):
    """The revision in force, on which the draft is to be based, and the files that both changed."""

    based_on: int = Field(ge=1, le=MAX_REVISION)
    files: list[ResolvedFile] = Field(default_factory=list, max_length=MAX_DRAFT_FILES)


class PostCompletion(RequestModel):
    """A position in the text of a file; lines and columns count from 1."""

    path: FilePath
    text: str
    line: int = Field(ge=1, le=MAX_FILE_BYTES)
    column: int = Field(ge=1, le=MAX_FILE_BYTES)


class ProblemCure(TypedDict):
    """The word of a line that a text replaces; `endColumn` is the first column after it."""

    line: int
    column: int
    endColumn: int
    text: str


class DraftProblem(TypedDict):
    """One thing wrong. `endColumn` null: it is no single word. `cure` null: nothing can be replaced as it is."""

    path: str
    line: int
    column: int
    endColumn: int | None
    code: str
    message: str
    suggestion: str | None
    severity: Severity
    cure: ProblemCure | None


class DraftProblems(TypedDict):
    """Everything wrong in a draft, by file, line and column. Only errors stop a deploy."""

    problems: list[DraftProblem]


class Proposal(TypedDict):
    """A key or a value, and what it means."""

    label: str
    kind: Literal["key", "value"]
    info: str


class Completions(TypedDict):
    """The columns of the word that a proposal replaces, and the proposals."""

    start: int
    end: int
    proposals: list[Proposal]


class PostDraftPlan(RequestModel):
    """How many days of events are replayed under both programs; 0: none."""

    days: int = Field(default=0, ge=0, le=MAX_PLAN_DAYS)


class PostDraftBacktest(RequestModel):
    """The days before today whose events are replayed."""

    days: int = Field(default=30, ge=1, le=MAX_PLAN_DAYS)


class PostDraftDeploy(RequestModel):
    """The `fingerprint` of what was planned; `note`, `drop` and `rename` as those of a deploy."""

    fingerprint: str = Field(min_length=1, max_length=MAX_VERSION_LENGTH)
    drop: Drop
    rename: bool = False
    note: str = Field(default="", max_length=255)


class FileInDraft(TypedDict):
    """A file of the program as the draft has it, without its text; `changedAt` null: it is that of the revision.

    `isInConflict`: the revision in force has another text of it than the draft and the revision that it is based on.
    """

    path: str
    change: ChangeKind
    version: str
    changedAt: Instant | None
    isInConflict: bool


class Draft(TypedDict):
    """Your draft: the files of the program that it makes, and those that it removes.

    `changedAt` null: nothing is changed. `basedOn` below `inForce`: another revision came into force since.
    """

    basedOn: int
    inForce: int
    changedAt: Instant | None
    files: list[FileInDraft]


class DraftFileText(TypedDict):
    """A file in your draft; its text there, in the revision that the draft is based on, and in the one in force.

    A text is null where there is no such file.
    """

    path: str
    change: ChangeKind
    version: str
    text: str | None
    baseText: str | None
    inForceText: str | None


class SavedFile(TypedDict):
    """The version of the text that is saved, which the next change of it names."""

    path: str
    change: ChangeKind
    version: str


class RebasedDraft(TypedDict):
    """The revision that the draft is based on now."""

    basedOn: int


class ChangedFile(TypedDict):
    """The text that is stored, and the one that was sent."""

    path: str
    version: str
    stored: str | None
    sent: str | None


class ChangedMeanwhile(TypedDict):
    """A file was changed since it was shown; nothing is overwritten."""

    code: int
    message: str
    file: ChangedFile


class Conflict(TypedDict):
    """A file with its texts; null where there is no such file."""

    path: str
    version: str
    baseText: str | None
    inForceText: str | None
    draftText: str | None


class RebaseConflict(TypedDict):
    """Files that the draft and the revision in force changed, and that the request does not decide."""

    code: int
    message: str
    inForce: int
    files: list[Conflict]
