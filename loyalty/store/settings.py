"""Settings of a store that change by the day: how many days before something expires its owner is notified.

They stand over `notify_before` of the program in force.
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
"""The earliest notice: ten years before."""


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """Days before something expires that its owner is notified; None: the program says."""

    points: int | None = None
    coupons: int | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """What one notice is about: the due item that sends it, and the one of what it announces."""

    name: NoticeName
    warn: DueKind
    end: DueKind
    event: str
    """The type of the built-in event that says so."""


NOTICE_KINDS: Final[Sequence[NoticeKind]] = (
    NoticeKind("points", "warn", "expire", "points_will_expire"),
    NoticeKind("coupons", "coupon_warn", "coupon_expire", "coupon_will_expire"),
    NoticeKind("tier", "tier_warn", "tier_review", "tier_will_expire"),
)


@dataclass(frozen=True, slots=True)
class NoticeMove:
    """A job that moves the notices which wait to where the settings and the program put them, and how far it has come.

    It goes through all of them twice: what is stored by the old settings while it begins is found the second time.
    """

    begun_at: datetime
    round: int
    kind: int
    """Which of NOTICE_KINDS it looks at."""
    after: str
    """The last subject that it looked at."""
    looked_at: int
    moved: int


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """Something that ends at a moment, and when its owner is notified; None: they are not, or were."""

    subject: str
    member: str | None
    ends_at: datetime
    warn_at: datetime | None


class SettingsReader(Protocol):
    """Reads the settings of a store."""

    def notice_days(self) -> NoticeDays | None:
        """Return the days before something expires that its owner is notified; None: they were never set."""


class SettingsRepository(SettingsReader, Protocol):
    """Settings of a store, and the job that makes them true for what waits already."""

    def lock_notices(self) -> None:
        """Let no other transaction change the days, or move notices, until this one ends."""

    def set_notice_days(self, days: NoticeDays) -> None:
        """Store the days."""

    def notice_move(self) -> NoticeMove | None:
        """Return the job that runs; None: there is none."""

    def set_notice_move(self, move: NoticeMove | None, *, start_after: datetime | None) -> None:
        """Store how far the job has come; None: it is done. A worker makes sure from `start_after` on that it runs."""

    def waiting_notices(self, kind: NoticeKind, *, after: str, now: datetime, limit: int) -> Sequence[WaitingNotice]:
        """Return what ends later than now, and was not set aside, in the order of the subjects behind one."""

    def known_events(self, event_ids: Sequence[str]) -> dict[str, str | None]:
        """Return those of these events that there are, with the `expires_at` of their body if it is kept."""

    def move_notices(self, kind: NoticeKind, moved: Sequence[WaitingNotice]) -> None:
        """Store when the owners of these are notified; `warn_at` None: not at all."""


def with_notices(program: Program, days: NoticeDays | None) -> Program:
    """Return the program with the settings standing over what it says of notices; None: there are no settings."""
    return program if days is None else program.notifying(overruled(program.notify_before, days))


def overruled(by_program: NotifyBefore, days: NoticeDays) -> NotifyBefore:
    """Return what counts, the settings standing over the program."""
    return NotifyBefore(
        points=_chosen(days.points, by_program.points),
        coupons=_chosen(days.coupons, by_program.coupons),
        tier=_chosen(days.tier, by_program.tier),
    )


def _chosen(days: int | None, by_program: Duration | None) -> Duration | None:
    return by_program if days is None else Duration(days=days)
