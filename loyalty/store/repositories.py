"""The books of a store: what the steps that answer an event ask of wherever its members are kept.

`database.Transaction` is one, bound to a transaction; `loyalty.store.memory.store.Books` is one, for trials. Rows are
mappings with
the names of the database's columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from loyalty.achievements.progress import Mark
from loyalty.decisions.decision import Claim, Decision
from loyalty.events.decide import Usage
from loyalty.points.ledger import EntryKind, Lot, Posted
from loyalty.program.effects import Points
from loyalty.references import StepResult
from loyalty.store.members import Member
from rules.frozen import frozen

Row = Mapping[Any, Any]


@frozen
class NewEvent:
    """An event to store. `time` is when it happened, `revision` the program in force when it was accepted."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    revision: int
    external_id: str | None = None
    fingerprint: str | None = None
    customer_data: Mapping[str, Any] | None = None
    parent: str | None = None
    depth: int = 0


class EventBook(Protocol):
    """Events: accepted, decided, applied."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; False where it is there already."""

    def get(self, event_id: str) -> Row | None:
        """One event's row."""

    def opening(self, event_id: str, step_name: str) -> Row | None:
        """An event's row with `step_result`, `clock_rings_at` and `is_heard`: what a step of it begins with."""

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime) -> None:
        """Keep the decision."""

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Everything the decision caused is done; `decision`: with what was added to it."""

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """The event cannot be answered; the error says why."""

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Keep what a step answered."""


class MemberBook(Protocol):
    """Members."""

    def lock_member(self, member_id: str) -> None:
        """Let nobody else change what belongs to a member until the step is done."""

    def facts(self, member_id: str) -> Member:
        """What rules may know of a member."""

    def set_tier(self, member_id: str, tier: str, *, until: datetime | None, now: datetime) -> None:
        """Put a member into a tier, to be reviewed then."""

    def set_period(self, member_id: str, *, base: Points, until: datetime | None, now: datetime) -> None:
        """Begin a period of a member's tier: it counts what is earned above the base, and ends with a review."""

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:
        """Replace a member's attributes."""

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Count one more of a badge."""


class LedgerBook(Protocol):
    """Points."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Keep a new lot."""

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """A lot and its member's id."""

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> Sequence[Lot]:
        """The lots a member may spend from now."""

    def change_lot(self, changed: Lot) -> None:
        """Keep what is left of a lot, and when it is active from."""

    def post(
        self,
        kind: EntryKind,
        *,
        member_id: str,
        wallet: str,
        points: Points,
        pending: bool = False,
        lot_id: str | None,
        event_id: str,
        source: str,
        now: datetime,
    ) -> Posted:
        """Write one entry and move the balance with it."""


class AchievementBook(Protocol):
    """Marks and completions."""

    def marks(self, member_id: str, achievement: str, *, since: date) -> Sequence[Mark]:
        """A member's marks from a day on, oldest first and those of a day by their values: as all that are read."""

    def marks_left(self, member_id: str, achievement: str, *, since: date) -> Sequence[Mark]:
        """As `marks`, and the earlier ones unless just their amount is used; a sum that fell has used more."""

    def latest_marks(self, member_id: str, achievement: str, most: int) -> Sequence[Mark]:
        """The latest of a member's marks, so many at most."""

    def keep_marks(self, member_id: str, achievement: str, changed: Iterable[Mark]) -> None:
        """Store marks, new or changed."""

    def completed(self, member_id: str, achievement: str) -> int:
        """How often a member has completed an achievement."""

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:
        """Count completions."""


class RewardBook(Protocol):
    """Rewards issued."""

    def issue(
        self,
        issued_id: str,
        *,
        member_id: str,
        reward: str,
        coupon: str | None,
        expires_at: datetime | None,
        event_id: str,
        now: datetime,
    ) -> bool:
        """Issue a reward; False where its coupon code is somebody's already."""

    def get(self, issued_id: str) -> Row | None:
        """One issued reward."""

    def set_status(self, issued_id: str, status: str) -> None:
        """Move an issued reward on."""


class DeadlineBook(Protocol):
    """What falls due."""

    def set(self, subject: str, kind: str, due_at: datetime) -> None:
        """What of a subject falls due next; it has one deadline at a time."""

    def clear(self, subject: str) -> None:
        """Nothing of a subject falls due any more."""

    def due(self, *, now: datetime, limit: int) -> Sequence[Row]:
        """What is due by now, the earliest first."""

    def set_clock(self, rings_at: datetime | None) -> None:
        """Note when the store's clock will ring."""


class UsageBook(Protocol):
    """What firings took from limits."""

    def of(self, reactors: Iterable[str], member_id: str, *, since: date, until: date) -> Usage:
        """Days used between two dates, both counted."""

    def claim(self, claim: Claim, member_id: str) -> None:
        """Add a firing to its day."""


class SubscriptionBook(Protocol):
    """Who hears of what."""

    def live(self) -> Sequence[Row]:
        """The subscriptions that hear of what happens."""


class WebhookBook(Protocol):
    """What is sent."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:
        """Keep a message."""

    def add_delivery(
        self,
        delivery_id: str,
        *,
        message_id: str,
        event_id: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],
    ) -> None:
        """A message is to go to a URL."""


class Books(Protocol):
    """All books of one store, as one transaction sees them."""

    @property
    def store(self) -> str: ...
    @property
    def events(self) -> EventBook: ...
    @property
    def members(self) -> MemberBook: ...
    @property
    def ledger(self) -> LedgerBook: ...
    @property
    def achievements(self) -> AchievementBook: ...
    @property
    def rewards(self) -> RewardBook: ...
    @property
    def deadlines(self) -> DeadlineBook: ...
    @property
    def usage(self) -> UsageBook: ...
    @property
    def subscriptions(self) -> SubscriptionBook: ...
    @property
    def webhooks(self) -> WebhookBook: ...
