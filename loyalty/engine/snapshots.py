"""Members as a trial begins: what is kept of them, what they hold, and what of it falls due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from loyalty.engine.in_memory import Trial
from loyalty.points.operations import next_deadline_of
from loyalty.rewards.operations import next_deadline_of_coupon
from loyalty.store.memory.member_state import Account
from loyalty.tiers import standing as tiers

Deadlines: TypeAlias = Mapping[str, tuple[datetime, str]]
"""When the next thing of a lot, a coupon or a tier falls due, and what: by its id."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A member as they are when a trial begins."""

    account: Account
    is_new: bool = False
    """Registers only later: nobody knows them yet."""
    deadlines: Deadlines | None = None
    """None: they are not known, and reckoned from what there is."""


def open_in(trial: Trial, opening: Opening) -> Account:
    """Take a member in, with a copy of all that is theirs, and with what falls due from now on."""
    account = opening.account.copy()
    trial.books.open(account)
    deadlines = _reckoned(trial, opening) if opening.deadlines is None else opening.deadlines
    for subject, (due_at, kind) in deadlines.items():
        trial.books.deadlines.set(subject, kind, due_at)
    return account


def close_in(trial: Trial, member_id: str) -> Opening:
    """Let a member go, as they are by now: with what falls due, which does not any more here."""
    account = trial.books.close(member_id)
    return Opening(account, deadlines=trial.books.deadlines.take((member_id, *account.holdings)))


def _reckoned(trial: Trial, opening: Opening) -> Deadlines:
    """What falls due of lots, coupons and the tier; whoever would have been warned by now, was."""
    program, now = trial.program, trial.now
    warn_before = program.notify_before.points
    found: dict[str, tuple[datetime, str]] = {}
    for lot in opening.account.lots.values():
        expires = lot.expires_at
        warned = warn_before is None or (expires is not None and warn_before.before(expires, program.zone) <= now)
        due = next_deadline_of(program, lot, warned=warned, now=now)
        if due is not None:
            found[lot.id] = due
    for issued in opening.account.issued.values():
        if issued["expires_at"] is not None:
            found[issued["id"]] = next_deadline_of_coupon(program, issued["expires_at"], now=now)
    of_tier = tiers.deadline_from_now(program, opening.account.member, now=now)
    return found if of_tier is None else found | {opening.account.member.id: of_tier}
