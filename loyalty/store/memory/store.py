"""The books of a store in memory: for trials, where nothing is written that anybody could miss.

They keep what the steps ask for and no more: an event is gone when it is answered, a lot when it is spent.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.achievements.progress import Mark, day_of, put
from loyalty.decisions.decision import Claim, Decision
from loyalty.events.decide import Usage, Used
from loyalty.points.ledger import EntryKind, Lot, Posted, after_entry, change
from loyalty.program.effects import Points
from loyalty.references import StepResult
from loyalty.store.members import NO_POINTS, Member
from loyalty.store.memory.deadline_queue import FallingDue
from loyalty.store.memory.member_state import Account
from loyalty.store.repositories import NewEvent, Row
from loyalty.webhooks.messages import EVENT_NAMES
from rules.frozen import frozen


@frozen
class Entry:
    """One line of a ledger; the balance is the active one after it."""

    kind: EntryKind
    member: str
    wallet: str
    points: Points
    balance: Points
    source: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One message, or the call of a reactor's own (`call_webhook`, with its URL)."""

    name: str
    event: str
    body: Any
    url: str | None = None


class Books:
    """Everything of one store. `hears`: somebody subscribes to every message."""

    def __init__(self, store: str, *, hears: bool = False) -> None:
        self.store = store
        self.hears = hears
        self.accounts: dict[str, Account] = {}
        self.used: dict[str, dict[date, Used]] = {}
        """What firings took from limits of the whole program."""
        self.entries: list[Entry] = []
        self.sent: list[Sent] = []
        self.owners: dict[str, str] = {}
        """Members, by the ids of what they hold."""
        self.events = _Events(self)
        self.members = _Members(self)
        self.ledger = _Ledger(self)
        self.achievements = _Achievements(self)
        self.rewards = _Rewards(self)
        self.deadlines = FallingDue()
        self.usage = _Usage(self)
        self.subscriptions = _Subscriptions(self)
        self.webhooks = _Webhooks(self)

    def open(self, account: Account) -> None:
        """Take a member in, with all that is known of them."""
        self.accounts[account.member.id] = account
        self.owners.update(dict.fromkeys(account.holdings, account.member.id))

    def close(self, member_id: str) -> Account:
        """Let a member go, with all that is known of them."""
        account = self.accounts.pop(member_id)
        for each in account.holdings:
            del self.owners[each]
        return account


class _Part:
    __slots__ = ("_books",)

    def __init__(self, books: Books) -> None:
        self._books = books


class _Events(_Part):
    __slots__ = ("rows",)

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.rows: dict[str, dict[str, Any]] = {}

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        if new.id in self.rows:
            return False
        self.rows[new.id] = {
            "id": new.id,
            "type": new.type,
            "member": new.member,
            "time": new.time,
            "body": new.body,
            "revision": new.revision,
            "external_id": new.external_id,
            "parent": new.parent,
            "depth": new.depth,
            "received_at": now,
            "status": "received",
            "error": None,
            "decision": None,
            "step_result": None,
            "clock_rings_at": None,
            "is_heard": self._books.hears,
        }
        return True

    def get(self, event_id: str) -> Row | None:
        return self.rows.get(event_id)

    def opening(self, event_id: str, step_name: str) -> Row | None:  # noqa: ARG002 - no step is taken twice
        return self.rows.get(event_id)

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime) -> None:
        """Nothing to keep: the step that decided has it."""

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:  # noqa: ARG002
        self.rows[event_id]["status"] = "applied"

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:  # noqa: ARG002
        self.rows[event_id] |= {"status": "failed", "error": error}

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Nothing to keep: no step is taken twice."""

    def forget(self) -> None:
        """Drop events that are answered."""
        self.rows.clear()


class _Members(_Part):
    __slots__ = ()

    def lock_member(self, member_id: str) -> None:
        """Nobody else is here; raise LookupError where the member is not."""
        if member_id not in self._books.accounts:
            raise LookupError(f"member {member_id} is not in store {self._books.store}")

    def facts(self, member_id: str) -> Member:
        account = self._books.accounts[member_id]
        known = account.member
        return Member(
            known.id,
            known.registered_at,
            known.email,
            known.phone,
            known.card,
            known.tier,
            known.profile,
            known.attributes,
            account.balances.copy(),
            tuple(account.badges),
            known.tier_base,
            known.tier_until,
        )

    def set_tier(self, member_id: str, tier: str, *, until: datetime | None, now: datetime) -> None:  # noqa: ARG002
        account = self._books.accounts[member_id]
        account.member = replace(account.member, tier=tier, tier_until=until)

    def set_period(self, member_id: str, *, base: Points, until: datetime | None, now: datetime) -> None:  # noqa: ARG002
        account = self._books.accounts[member_id]
        account.member = replace(account.member, tier_base=base, tier_until=until)

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:  # noqa: ARG002
        account = self._books.accounts[member_id]
        account.member = replace(account.member, attributes=_kept(attributes))

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Count one more; rules see badges in the order of their granting, those of one moment by their names."""
        account = self._books.accounts[member_id]
        badges = account.badges
        is_new = name not in badges
        badges[name] = badges.get(name, 0) + 1
        if is_new:
            account.granted[name] = now
            later = [each for each in badges if account.granted.get(each) == now]
            for each in sorted(later):
                badges[each] = badges.pop(each)


def _kept(value: Any) -> Any:
    """A value as JSON keeps it: moments are text."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _kept(each) for key, each in value.items()}
        case list() | tuple():
            return [_kept(each) for each in value]
        case _:
            return value


class _Ledger(_Part):
    __slots__ = ()

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:  # noqa: ARG002
        self._books.accounts[member_id].lots[new.id] = new
        self._books.owners[new.id] = member_id

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        owner = self._books.owners.get(lot_id)
        return None if owner is None else (self._books.accounts[owner].lots[lot_id], owner)

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> Sequence[Lot]:
        lots = self._books.accounts[member_id].lots.values()
        mine = [lot for lot in lots if lot.wallet == wallet and lot.active_from is None]
        return [lot for lot in mine if lot.expires_at is None or lot.expires_at > now]

    def change_lot(self, changed: Lot) -> None:
        owner = self._books.owners[changed.id]
        if changed.remaining > 0:
            self._books.accounts[owner].lots[changed.id] = changed
        else:
            del self._books.accounts[owner].lots[changed.id], self._books.owners[changed.id]

    def post(
        self,
        kind: EntryKind,
        *,
        member_id: str,
        wallet: str,
        points: Points,
        pending: bool = False,
        lot_id: str | None,  # noqa: ARG002
        event_id: str,  # noqa: ARG002
        source: str,
        now: datetime,  # noqa: ARG002
    ) -> Posted:
        balances = self._books.accounts[member_id].balances
        before = balances.get(wallet, NO_POINTS)
        after = balances[wallet] = after_entry(before, change(kind, points, pending=pending))
        self._books.entries.append(Entry(kind, member_id, wallet, points, after.active, source))
        return Posted(wallet, before, after)


class _Achievements(_Part):
    __slots__ = ()

    def marks(self, member_id: str, achievement: str, *, since: date) -> Sequence[Mark]:
        marks = self._books.accounts[member_id].marks.get(achievement, [])
        return marks if since == date.min else marks[bisect_left(marks, since, key=day_of) :]

    def marks_left(self, member_id: str, achievement: str, *, since: date) -> Sequence[Mark]:
        marks = self._books.accounts[member_id].marks.get(achievement, [])
        at = bisect_left(marks, since, key=day_of)
        return [mark for mark in marks[:at] if mark.amount != mark.used] + marks[at:]

    def latest_marks(self, member_id: str, achievement: str, most: int) -> Sequence[Mark]:
        return self._books.accounts[member_id].marks.get(achievement, [])[-most:]

    def keep_marks(self, member_id: str, achievement: str, changed: Iterable[Mark]) -> None:
        marks = self._books.accounts[member_id].marks.setdefault(achievement, [])
        for each in changed:
            put(marks, each)

    def completed(self, member_id: str, achievement: str) -> int:
        return self._books.accounts[member_id].completed.get(achievement, 0)

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:  # noqa: ARG002
        completed = self._books.accounts[member_id].completed
        completed[achievement] = completed.get(achievement, 0) + times


class _Rewards(_Part):
    __slots__ = ()

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
        self._books.accounts[member_id].issued[issued_id] = {
            "id": issued_id,
            "member": member_id,
            "reward": reward,
            "coupon": coupon,
            "status": "issued",
            "issued_at": now,
            "expires_at": expires_at,
            "event": event_id,
        }
        self._books.owners[issued_id] = member_id
        return True

    def get(self, issued_id: str) -> Row | None:
        owner = self._books.owners.get(issued_id)
        return None if owner is None else self._books.accounts[owner].issued[issued_id]

    def set_status(self, issued_id: str, status: str) -> None:
        self._books.accounts[self._books.owners[issued_id]].issued[issued_id]["status"] = status


class _Usage(_Part):
    __slots__ = ()

    def of(self, reactors: Iterable[str], member_id: str, *, since: date, until: date) -> Usage:
        mine = self._books.accounts[member_id].used
        found: dict[tuple[str, str], tuple[Used, ...]] = {}
        for name in reactors:
            for per, used in (("member", mine.get(name)), ("program", self._books.used.get(name))):
                if used:
                    found[name, per] = tuple(day for day in used.values() if since <= day.day <= until)
        return found

    def claim(self, claim: Claim, member_id: str) -> None:
        used = self._books.accounts[member_id].used if claim.per == "member" else self._books.used
        days = used.setdefault(claim.reactor, {})
        before = days.get(claim.day, Used(claim.day, 0, Decimal(0)))
        days[claim.day] = Used(claim.day, before.times + claim.times, before.points + claim.points)


_EVERYTHING: Sequence[Row] = [
    {"id": name, "event_name": name, "url": "", "headers": [], "format": "current", "failing_since": None}
    for name in EVENT_NAMES
]


class _Subscriptions(_Part):
    __slots__ = ()

    def live(self) -> Sequence[Row]:
        return _EVERYTHING if self._books.hears else ()


class _Webhooks(_Part):
    __slots__ = ("_messages",)

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._messages: dict[str, tuple[str, Any]] = {}

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:  # noqa: ARG002
        (body,) = data.values()
        self._messages[message_id] = name, body

    def add_delivery(
        self,
        delivery_id: str,  # noqa: ARG002
        *,
        message_id: str,
        event_id: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],  # noqa: ARG002
    ) -> None:
        name, body = self._messages.pop(message_id)
        self._books.sent.append(Sent(name, event_id, body, None if subscription_id else url))
