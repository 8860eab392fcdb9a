"""The result of an audit, in words and as JSON."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from commands.shared.terminal_text import printable
from database.audit import Audit
from rules import exact


def lines(audits: Sequence[Audit]) -> Iterator[str]:
    """Yield the findings of each store: a line for each, by check, with the cure."""
    for audit in audits:
        yield f"store {printable(audit.store)}: {_summary(audit)}"
        promises = {check.name: check.promise for check in audit.checks}
        for check, found in groupby(audit.findings, key=lambda each: each.check):
            shown = list(found)
            yield ""
            yield f"{check}: it does not hold that {promises[check]}"
            yield from (f"  {printable(str(each))}" for each in shown)
            if more := audit.counts[check] - len(shown):
                yield f"  and {more:,} more"
            yield f"  What to do: {shown[0].cure}."
    if not audits:
        yield "no program was ever deployed: there is nothing to audit"


def as_json(audits: Sequence[Audit]) -> str:
    """Return all findings as one JSON object."""
    return exact.dumps({"clean": not any(each.findings for each in audits), "stores": list(map(_store, audits))})


def _summary(audit: Audit) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in audit.rows.items())
    checks = len({check.name for check in audit.checks})
    total = sum(audit.counts.values())
    found = f"{total:,} finding{'s' if total != 1 else ''}" if total else "everything adds up"
    return f"{found} ({checks} checks of {rows})"


def _store(audit: Audit) -> dict[str, Any]:
    return {
        "store": audit.store,
        "rows": dict(audit.rows),
        "checks": sorted({check.name for check in audit.checks}),
        "counts": dict(audit.counts),
        "findings": [
            {
                "check": each.check,
                "store": each.store,
                **{name.replace(" i", "I"): value for name, value in each.subjects.items()},
                "what": each.what,
                "expected": each.expected,
                "actual": each.actual,
                "cure": each.cure,
            }
            for each in audit.findings
        ],
    }
