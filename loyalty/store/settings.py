"""Settings of a store at run time: how many days before something expires its owner is notified.

They override `notify_before` of the program in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from loyalty.calendar import Duration
from loyalty.program.program import NotifyBefore, Program
from loyalty.store.due_items import DueKind

NoticeName: TypeAlias = Literal["points", "coupons", "tier"]

MAX_NOTICE_DAYS: Final = 3650
"""The earliest notice, in days before the end: ten years."""


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """How many days before something expires its owner is notified; None: the program decides."""

    points: int | None = None
    coupons: int | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice: the due item that sends it, and that of the event that it announces."""

    name: NoticeName
    warn: DueKind
    end: DueKind
    event: str
    """The type of the built-in event that reports it."""


NOTICE_KINDS: Final[Sequence[NoticeKind]] = (
    NoticeKind("points", "warn", "expire", "points_will_expire"),
    NoticeKind("coupons", "coupon_warn", "coupon_expire", "coupon_will_expire"),
    NoticeKind("tier", "tier_warn", "tier_review", "tier_will_expire"),
)


@dataclass(frozen=True, slots=True)
class NoticeMove:
    """A job that moves waiting notices to where the settings and the program put them, and its progress.

    It goes through all of them twice: the second round finds what was stored by the old settings during the first.
    """

    begun_at: datetime
    round: int
    kind: int
    """The kind of NOTICE_KINDS that it examines."""
    after: str
    """The last subject that it examined."""
    looked_at: int
    moved: int


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """Something that ends at a moment, and when its owner is notified; None: never, or they were already."""

    subject: str
    member: str | None
    ends_at: datetime
    warn_at: datetime | None


class SettingsReader(Protocol):
    """Reads the settings of a store."""

    def notice_days(self) -> NoticeDays | None:
        """Return how many days before something expires its owner is notified; None: never set."""


class SettingsRepository(SettingsReader, Protocol):
    """Settings of a store, and the job that applies them to waiting notices."""

    def lock_notices(self) -> None:
        """Lock the days and the moves of notices until this transaction ends."""

    def set_notice_days(self, days: NoticeDays) -> None:
        """Store the days."""

    def notice_move(self) -> NoticeMove | None:
        """Return the running job; None: there is none."""

    def set_notice_move(self, move: NoticeMove | None, *, start_after: datetime | None) -> None:
        """Store the progress of the job; None: it is done. From `start_after` on a worker ensures that it runs."""

    def waiting_notices(self, kind: NoticeKind, *, after: str, now: datetime, limit: int) -> Sequence[WaitingNotice]:
        """Return what ends later than now, and was not set aside, in the order of the subjects after one."""

    def known_events(self, event_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the existing ones of these events, with the `expires_at` of their body if it is stored."""

    def move_notices(self, kind: NoticeKind, moved: Sequence[WaitingNotice]) -> None:
        """Store when the owners of these are notified; `warn_at` None: never."""


def with_notices(program: Program, days: NoticeDays | None) -> Program:
    """Return the program with its notices overridden by the settings; None: there are no settings."""
    return program if days is None else program.notifying(overruled(program.notify_before, days))


def overruled(by_program: NotifyBefore, days: NoticeDays) -> NotifyBefore:
    """Return the days in force, the settings overriding the program."""
    return NotifyBefore(
        points=_chosen(days.points, by_program.points),
        coupons=_chosen(days.coupons, by_program.coupons),
        tier=_chosen(days.tier, by_program.tier),
    )


def _chosen(days: int | None, by_program: Duration | None) -> Duration | None:
    return by_program if days is None else Duration(days=days)
