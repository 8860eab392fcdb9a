"""Drafts of programs: request bodies and responses."""

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
"""The most bytes of one file of a draft, in UTF-8."""
MAX_DRAFT_BYTES = 4 * 1024 * 1024
"""The most bytes of all files that a draft changes."""
MAX_DRAFT_FILES = 500
"""The most files that a draft changes."""
MAX_BODY_BYTES = 2 * MAX_DRAFT_BYTES

MAX_VERSION_LENGTH = 64
MAX_PLAN_DAYS = 90

Version: TypeAlias = Annotated[str, Field(max_length=MAX_VERSION_LENGTH)]
FilePath: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_PATH)]


class PutDraftFile(RequestModel):
    """The text of a file. `version`: that of the edited text, as it was shown; "": the file is new."""

    path: FilePath
    text: str
    version: Version


class ResolvedFile(RequestModel):
    """The resolution for a file that the draft and another revision changed; `text` null: remove it.

    `version`: that of its text in the draft, as it was shown.
    """

    path: FilePath
    text: str | None = None
    version: Version


class PostRebase(RequestModel):
    """The revision in force, on which to base the draft, and the files that both changed."""

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
    """One problem. `endColumn` null: it is not a single word. `cure` null: there is no replacement."""

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
    """All problems of a draft, by file, line and column. Only errors prevent a deploy."""

    problems: list[DraftProblem]


class Proposal(TypedDict):
    """A key or a value, and its meaning."""

    label: str
    kind: Literal["key", "value"]
    info: str


class Completions(TypedDict):
    """The columns of the word that a proposal replaces, and the proposals."""

    start: int
    end: int
    proposals: list[Proposal]


class PostDraftPlan(RequestModel):
    """How many days of events to replay under both programs; 0: none."""

    days: int = Field(default=0, ge=0, le=MAX_PLAN_DAYS)


class PostDraftBacktest(RequestModel):
    """How many days before today to replay."""

    days: int = Field(default=30, ge=1, le=MAX_PLAN_DAYS)


class PostDraftDeploy(RequestModel):
    """The `fingerprint` of the plan; `note`, `drop` and `rename` as those of a deploy."""

    fingerprint: str = Field(min_length=1, max_length=MAX_VERSION_LENGTH)
    drop: Drop
    rename: bool = False
    note: str = Field(default="", max_length=255)


class FileInDraft(TypedDict):
    """A file of the program in the draft, without its text; `changedAt` null: it is that of the base revision.

    `isInConflict`: the revision in force has another text of it than the draft and its base revision.
    """

    path: str
    change: ChangeKind
    version: str
    changedAt: Instant | None
    isInConflict: bool


class Draft(TypedDict):
    """Your draft: the files of the resulting program, and the removed ones.

    `changedAt` null: nothing is changed. `basedOn` below `inForce`: another revision came into force since.
    """

    basedOn: int
    inForce: int
    changedAt: Instant | None
    files: list[FileInDraft]


class DraftFileText(TypedDict):
    """A file in your draft; its text there, in the base revision, and in the one in force.

    A text is null where there is no such file.
    """

    path: str
    change: ChangeKind
    version: str
    text: str | None
    baseText: str | None
    inForceText: str | None


class SavedFile(TypedDict):
    """The version of the saved text, which the next change of it must name."""

    path: str
    change: ChangeKind
    version: str


class RebasedDraft(TypedDict):
    """The new base revision of the draft."""

    basedOn: int


class ChangedFile(TypedDict):
    """The stored text, and the one that was sent."""

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
    """Files that the draft and the revision in force changed, and that the request does not resolve."""

    code: int
    message: str
    inForce: int
    files: list[Conflict]
