"""Programs and their revisions: request bodies and answers."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Instant, Total
from workbench.differences import ChangeType, DefinitionKind

MAX_PROGRAM_BYTES = 8 * 1024 * 1024
MAX_FILES = 5000
MAX_REVISION = 2**31 - 1
"""The highest number that a revision can have."""

BasedOn = Annotated[int | None, Field(default=None, ge=0, le=MAX_REVISION)]


class PostProgram(RequestModel):
    """A whole program: the text of each file by its path in the folder.

    `basedOn` is the revision that it changes (0: none yet). If another is in force by now, the deploy is refused.
    """

    files: dict[str, str] = Field(min_length=1, max_length=MAX_FILES)
    based_on: BasedOn
    note: str = Field(default="", max_length=255)


class PostRollback(RequestModel):
    """The revision to go back to; without one, the one before the one in force."""

    revision: int | None = Field(default=None, ge=1, le=MAX_REVISION)
    based_on: BasedOn


class DeployedRevision(TypedDict):
    """The revision in force after a deploy; `isNew` is false if the same files were in force already."""

    revision: int
    hash: str
    isNew: bool


class RolledBackRevision(TypedDict):
    """The revision in force after a rollback to `rolledBackTo`; `isNew` is false if the same files were in force."""

    revision: int
    rolledBackTo: int
    isNew: bool


class RevisionInForce(TypedDict):
    """The revision in force, and who deployed it and when; 0: none is in force."""

    revision: int
    deployedBy: str | None
    deployedAt: Instant | None


class DeployConflict(TypedDict):
    """Another revision came into force in the meantime."""

    code: int
    message: str
    inForce: RevisionInForce


class Revision(TypedDict):
    """A revision of a program."""

    revision: int
    hash: str
    deployedAt: Instant
    deployedBy: str
    inForce: bool
    note: str


class RevisionWithFiles(Revision):
    """A revision and the text of its files."""

    files: dict[str, str]


class Revisions(TypedDict):
    """A page of revisions."""

    items: list[Revision]
    total: Total


class ChangedPart(TypedDict):
    """One part of a change; `wasAt` and `nowAt` are `file:line:column`."""

    about: str
    what: ChangeType
    was: str | None
    now: str | None
    wasAt: str | None
    nowAt: str | None


class ProgramChange(TypedDict):
    """A part of a program that was added, changed or removed."""

    kind: DefinitionKind
    name: str
    what: ChangeType
    parts: list[ChangedPart]


class RevisionDifference(TypedDict):
    """What changed from the revision `since` to another."""

    revision: int
    since: int
    changes: list[ProgramChange]
