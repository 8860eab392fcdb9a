"""Check that rules of spend do not take too many steps on a large sale."""

from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import rules
from loyalty.events.decide import event_input
from loyalty.program.program import Program
from loyalty.program.rule_bounds import SPEND_STEPS, TakesTooLong, bounded
from loyalty.store.events import Event
from loyalty.transactions.documents import MAX_ITEMS, Item
from program_files.text.problems import Problems

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LINES: Final = [Item(f"sku-{number}", "name", "category", 1).as_body() for number in range(MAX_ITEMS)]
_LARGE_SALE: Final[dict[str, Any]] = {
    "transaction": "id",
    "document_number": "number",
    "purchase_place": "place",
    "channel": "channel",
    "gross_value": MAX_ITEMS,
    "labels": {},
    "items": _LINES,
}


def note_slow_spend(program: Program, problems: Problems) -> None:
    """Note the rule of spend with which those of all tier sets take too many steps on a sale of the most lines.

    It may take more still on another sale of so many lines, which is then set aside.
    """
    values = event_input(Event("id", "transaction", "member", _AT, _LARGE_SALE), now=_AT)
    with rules.steps_together(SPEND_STEPS):
        for each in program.spend_sets:
            rule = each.spend
            if rule is None:
                continue
            try:
                bounded(partial(rule.rule, values), SPEND_STEPS)
            except TakesTooLong:
                message = f"on a sale of {MAX_ITEMS} lines the rules of spend take more than {SPEND_STEPS:,} steps"
                problems.add(rule.place, "too-slow", message, can_run=True)
                return
