"""Run every check on a store."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, union

from database.audit.accounts import ACCOUNT_CHECKS
from database.audit.checks import Finding, Proof
from database.audit.contributions import CONTRIBUTION_CHECKS
from database.audit.due_items import due_item_checks
from database.audit.events import EVENT_CHECKS
from database.audit.figures import FIGURE_CHECKS
from database.audit.lots import LOT_CHECKS
from database.audit.merges import MERGE_CHECKS
from database.audit.readable import readable_checks
from database.audit.rewards import REWARD_CHECKS
from database.audit.transfers import TRANSFER_CHECKS
from database.tables import account, deadline, event, lot, store, transfer
from loyalty.program.program import Program

MOST = 100
"""The most findings of each check that are returned; the others are counted."""

_COUNTED = {"accounts": account, "transfers": transfer, "lots": lot, "due items": deadline, "events": event}


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit. `counts`: findings by check, all of them; `rows`: the rows examined."""

    store: str
    findings: Sequence[Finding]
    counts: Mapping[str, int]
    rows: Mapping[str, int]
    checks: Sequence[Proof]


def audit(connection: Connection, code: str, *, now: datetime, program: Program | None, most: int = MOST) -> Audit:
    """Run every check on a store as of `now`, under the program in force (None: none, or it cannot be read)."""
    checks = [*(readable_checks() if connection.dialect.name == "sqlite" else ()), *checks_of(program)]
    findings: list[Finding] = []
    counts: Counter[str] = Counter()
    for check in checks:
        for found in _run(check, connection, code, now, has_damage="readable" in counts):
            counts[check.name] += 1
            if counts[check.name] <= most:
                findings.append(found)
    return Audit(code, findings, counts, _rows(connection, code), checks)


def _run(check: Proof, connection: Connection, code: str, now: datetime, *, has_damage: bool) -> Iterator[Finding]:
    """Yield the findings of a check; if an unreadable value stopped it, a finding for that, too."""
    try:
        yield from check.run(connection, code, now)
    except (ArithmeticError, TypeError, ValueError) as error:
        if not has_damage:
            raise
        cure = "correct the values that cannot be read, which are listed above, and audit again"
        yield Finding(check.name, code, {}, "this check", "run to its end", f"stopped: {error}", cure)


def checks_of(program: Program | None) -> Sequence[Proof]:
    """Return every check of a store, under a program in force."""
    of_points = [*ACCOUNT_CHECKS, *LOT_CHECKS, *TRANSFER_CHECKS]
    of_members = [*EVENT_CHECKS, *CONTRIBUTION_CHECKS, *REWARD_CHECKS, *MERGE_CHECKS]
    return [*of_points, *due_item_checks(program), *of_members, *FIGURE_CHECKS]


def audited_stores(connection: Connection) -> list[str]:
    """Return the codes of all stores, in order, including those that only occur in the ledger."""
    known = union(select(store.c.code), select(account.c.store), select(lot.c.store).distinct())
    return sorted(connection.execute(known).scalars())


def _rows(connection: Connection, code: str) -> Mapping[str, int]:
    return {
        name: int(connection.execute(select(func.count()).where(table.c.store == code)).scalar_one())
        for name, table in _COUNTED.items()
    }
