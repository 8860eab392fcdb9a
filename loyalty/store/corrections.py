"""Corrections of members by hand, a store's rules for them, and their repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias

from access import CorrectionKind
from loyalty.program.wallets import Points

CorrectionStatus: TypeAlias = Literal["waiting", "done", "rejected", "undone"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for corrections. New ones cannot use an inactive reason; it stays readable."""

    code: str
    title: str
    needs_comment: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class CorrectionRules:
    """A store's rules for corrections. `required`: every other change by hand needs a reason and is bounded, too."""

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
"""The rules of a store that has set none."""


@dataclass(frozen=True, slots=True)
class Act:
    """An action on a correction: the administrator, the time, and the comment."""

    by: str
    """The id of the administrator."""
    name: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of a member by hand, with its reason: requested, and carried out at once or after approval."""

    id: str
    member: str
    kind: CorrectionKind
    unit: str
    """The wallet, tier, reward, achievement or badge; empty if a tier by hand is removed."""
    amount: Points
    """The size of the change, in millionths."""
    change: Mapping[str, Any]
    """What is requested, as JSON."""
    reason: str
    cause: str | None
    """The id of the event that it corrects."""
    status: CorrectionStatus
    asked: Act
    decided: Act | None = None
    """The approval or rejection by a second administrator."""
    undone: Act | None = None
    carried_by: str | None = None
    """The administrator against whose bound it counts: the one who made it alone, or approved it."""
    done_at: datetime | None = None
    outcome: Mapping[str, Any] | None = None
    """The result, as JSON: what is needed to undo it, and the state before and after."""


class CorrectionReader(Protocol):
    """Reads the corrections of a store."""

    def get(self, correction_id: str) -> Correction | None:
        """Return a correction; None if there is none of this id."""

    def of_member(self, member_id: str, *, limit: int, offset: int = 0) -> Sequence[Correction]:
        """Return the corrections of a member, the newest first."""

    def carried_since(self, person: str, kind: CorrectionKind, unit: str | None, since: datetime) -> Points:
        """Return how much an administrator has corrected or approved since a moment; `unit` None: of all units."""

    def rules(self) -> CorrectionRules:
        """Return the store's rules for corrections."""


class CorrectionRepository(CorrectionReader, Protocol):
    """The corrections of a store."""

    def lock_person(self, person: str) -> None:
        """Lock the sum of an administrator's corrections until this transaction ends."""

    def add(self, new: Correction) -> None:
        """Store a correction."""

    def change(self, changed: Correction) -> None:
        """Store the new state of a correction, whose member is locked."""

    def set_rules(self, rules: CorrectionRules) -> None:
        """Store the store's rules for corrections."""
