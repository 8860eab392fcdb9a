"""Corrections of members by hand, what a store asks of them, and their repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias

from access import CorrectionKind
from loyalty.program.wallets import Points

CorrectionStatus: TypeAlias = Literal["waiting", "done", "rejected", "undone"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that corrections name. One that is not active is named by none any more, and stays readable."""

    code: str
    title: str
    needs_comment: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class CorrectionRules:
    """What a store asks of corrections. `required`: every other change by hand names a reason and is bounded, too."""

    reasons: Sequence[Reason]
    required: bool = False


DEFAULT_RULES: Final = CorrectionRules(
    (
        Reason("missing", "Something did not arrive"),
        Reason("mistake", "Something arrived by mistake"),
        Reason("goodwill", "An apology, or goodwill"),
        Reason("promise", "It was promised"),
        Reason("other", "Another reason, as the comment says", needs_comment=True),
    )
)
"""What a store asks that has set nothing."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something with a correction, when, and what they said of it."""

    by: str
    """The id of the administrator."""
    name: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of a member by hand, with its reason: asked for, and done at once or when a second person approved."""

    id: str
    member: str
    kind: CorrectionKind
    unit: str
    """The wallet, tier, reward, achievement or badge; empty if a tier by hand is taken back."""
    amount: Points
    """How much it changes, in millionths."""
    change: Mapping[str, Any]
    """What is asked for, as JSON."""
    reason: str
    cause: str | None
    """The id of the event that it puts right."""
    status: CorrectionStatus
    asked: Act
    decided: Act | None = None
    """The approval or rejection by a second person."""
    undone: Act | None = None
    carried_by: str | None = None
    """Whose bound it counts for: who did it alone, or approved it."""
    done_at: datetime | None = None
    outcome: Mapping[str, Any] | None = None
    """What it did, as JSON: what is needed to undo it, and how things were before and after."""


class CorrectionReader(Protocol):
    """Reads the corrections of a store."""

    def get(self, correction_id: str) -> Correction | None:
        """Return a correction; None if there is none of this id."""

    def of_member(self, member_id: str, *, limit: int, offset: int = 0) -> Sequence[Correction]:
        """Return the corrections of a member, the newest first."""

    def carried_since(self, person: str, kind: CorrectionKind, unit: str | None, since: datetime) -> Points:
        """Return how much a person has corrected or approved since a moment; `unit` None: of all units."""

    def rules(self) -> CorrectionRules:
        """Return what the store asks of corrections."""


class CorrectionRepository(CorrectionReader, Protocol):
    """The corrections of a store."""

    def lock_person(self, person: str) -> None:
        """Let no other transaction count what this person corrects, until this one ends."""

    def add(self, new: Correction) -> None:
        """Store a correction."""

    def change(self, changed: Correction) -> None:
        """Store what became of a correction, whose member is locked."""

    def set_rules(self, rules: CorrectionRules) -> None:
        """Store what the store asks of corrections."""
