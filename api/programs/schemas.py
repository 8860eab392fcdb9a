"""Programs and their revisions: request bodies and responses."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Instant, Total
from loyalty.losses import LossKind
from workbench.differences import ChangeType, DefinitionKind

MAX_PROGRAM_BYTES = 8 * 1024 * 1024
MAX_FILES = 5000
MAX_REVISION = 2**31 - 1
"""The highest possible number of a revision."""

MAX_DROPPED = 5000

BasedOn = Annotated[int | None, Field(default=None, ge=0, le=MAX_REVISION)]
Pulled = Annotated[int | None, Field(default=None, ge=0, le=MAX_REVISION)]


Drop = Annotated[list[str], Field(default_factory=list, max_length=MAX_DROPPED)]
"""Keys of losses, such as `wallet:points`."""


class PostProgram(RequestModel):
    """A whole program: the text of each file by its path in the folder.

    `basedOn` is the revision that it changes (0: none yet). If another is in force by now, the deploy is refused.
    `pulled` is the revision from which `laurel pull` wrote the folder of these files (0: never): if a later one was
    edited in the console, the deploy is refused, since it would undo that. Without it, the files are from no folder.
    `drop` names what members may lose by it, as `wallet:points`, `tier:gold`, `reward:coffee` or `event:purchase`;
    `rename` allows another title than that of the program in force.
    """

    files: dict[str, str] = Field(min_length=1, max_length=MAX_FILES)
    based_on: BasedOn
    pulled: Pulled
    drop: Drop
    rename: bool = False
    note: str = Field(default="", max_length=255)


class PostRollback(RequestModel):
    """The revision to go back to; without one, the one before the one in force. `drop` and `rename` as for a deploy.

    `note` says why; the note of the revision begins with the number of the earlier one.
    """

    revision: int | None = Field(default=None, ge=1, le=MAX_REVISION)
    based_on: BasedOn
    drop: Drop
    rename: bool = False
    note: str = Field(default="", max_length=200)


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
    """The revision in force, its author and date; 0: none is in force."""

    revision: int
    deployedBy: str | None
    deployedAt: Instant | None


class DeployConflict(TypedDict):
    """Another revision came into force in the meantime; with `pulled`, one that was edited in the console."""

    code: int
    message: str
    inForce: RevisionInForce
    pulled: NotRequired[int]


class UnnamedLoss(TypedDict):
    """What members would lose. `events`: for an event type, how many of its events are in flight."""

    kind: LossKind
    name: str
    members: int
    events: int


class NewTitle(TypedDict):
    """The title of the program in force, and the one that was sent."""

    inForce: str
    deployed: str


class RefusedDeploy(TypedDict):
    """Members would lose something that `drop` does not name, or the title changes without `rename`.

    If the files or the request itself are invalid, `losses` and `title` are absent.
    """

    code: int
    message: str
    errors: list[dict[str, str]]
    losses: NotRequired[list[UnnamedLoss]]
    title: NotRequired[NewTitle | None]


class Revision(TypedDict):
    """A revision of a program; `inConsole`: it was edited in the console."""

    revision: int
    hash: str
    deployedAt: Instant
    deployedBy: str
    inForce: bool
    inConsole: bool
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
