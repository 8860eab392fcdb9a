"""Read the names, amounts and instants in a test."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from loyalty.calendar import FIRST_YEAR, LAST_YEAR, local_day, read_instant, start_of
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.outbox import CALL
from program_files.grammar.values import ReferenceKind
from program_files.readers.node_values import amount_of, is_name, note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LAST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)


@dataclass
class ProgramNames:
    """The names of one program."""

    program: Program

    @cached_property
    def _known(self) -> dict[ReferenceKind, Collection[str]]:
        program = self.program
        return {
            "achievement": program.achievement_named,
            "badge": program.badges,
            "built-in event": BUILT_IN,
            "event type": program.event_types,
            "reactor": [reactor.name for reactor in program.reactors],
            "reward": program.rewards,
            "tier": [tier.name for tier in program.tiers],
            "tier set": program.tier_sets,
            "wallet": program.wallets,
            "webhook": (*EVENT_NAMES, CALL),
        }

    def read(self, node: Node, problems: Problems, kind: ReferenceKind) -> str | None:
        """Return a known name; add a problem and return None if it is unknown."""
        if not isinstance(node.value, str):
            note_wrong_type(node, problems, f"the {kind}", "a text")
            return None
        return node.value if self.has(node.value, node, problems, kind) else None

    def tier(self, node: Node, problems: Problems, tier_set: str) -> str | None:
        """Return the name of a tier of a set; add a problem and return None if it has none of this name."""
        if not isinstance(node.value, str):
            note_wrong_type(node, problems, "the tier", "a text")
            return None
        known = self.program.tier_set_named(tier_set)
        if known.named(node.value) is None:
            names = [each.name for each in known.tiers]
            problems.add_unknown(node.place, "unknown-tier", "tier", node.value, names)
            return None
        return node.value

    def has(self, name: str, at: Node, problems: Problems, kind: ReferenceKind) -> bool:
        """Return whether a name is known, and add a problem if not. If no badges are declared, any name is a badge."""
        known = self._known[kind]
        if kind == "badge" and not known:
            return is_name(name, at, problems, "the badge")
        if name not in known:
            problems.add_unknown(at.place, f"unknown-{kind.replace(' ', '-')}", kind, name, known)
        return name in known

    def entries(self, node: Node, problems: Problems, what: str, kind: ReferenceKind) -> Iterator[tuple[str, Node]]:
        """Yield the entries of a map whose keys are known names."""
        if not isinstance(node.value, dict):
            note_wrong_type(node, problems, what, f"a map by {kind}")
            return
        for name, value in node.value.items():
            if self.has(name, Node(node.keys[name], name), problems, kind):
                yield name, value

    def amounts(
        self, node: Node, problems: Problems, what: str, *, below: bool = False
    ) -> Iterator[tuple[str, Node, Decimal]]:
        """Yield amounts with their wallets; a single number is of the default wallet. `below`: they may be negative."""
        if isinstance(node.value, dict):
            for code, value in self.entries(node, problems, what, "wallet"):
                yield code, value, self.amount(value, problems, f"{what} of {code}", code, below=below)
        else:
            code = self.program.default_wallet.code
            yield code, node, self.amount(node, problems, what, code, below=below)

    def amount(self, node: Node, problems: Problems, what: str, code: str, *, below: bool = False) -> Decimal:
        """Return an amount of a wallet; add a problem if it has too many decimals."""
        decimals = self.program.wallets[code].decimals
        amount = amount_of(node, problems, what, zero=True, below=below)
        if amount.scaleb(decimals) % 1:
            fineness = f"{decimals} decimals" if decimals else "whole numbers"
            problems.add(node.place, "out-of-range", f"{what} can never be {amount:f}: wallet {code} has {fineness}")
        return amount

    def instant(self, node: Node, problems: Problems, what: str) -> datetime | None:
        """Return an instant; a date is the start of that local day. Add a problem and return None if it is neither."""
        if not isinstance(node.value, str):
            note_wrong_type(node, problems, what, "a date, as 2024-05-01T09:30:00 or 2024-05-01")
            return None
        try:
            found = self._instant(node.value)
        except (ValueError, OverflowError):
            message = f"{what} cannot be {shown(node.value)}: write it as 2024-05-01T09:30:00 or 2024-05-01"
            problems.add(node.place, "bad-date", message)
            return None
        if not FIRST <= found < LAST:
            problems.add(node.place, "out-of-range", f"{what} must be from the year {FIRST.year} to {LAST.year - 1}")
            return None
        return found

    def end(self, node: Node, problems: Problems, what: str) -> datetime | None:
        """Return an instant as `instant` does, but for a date the end of that local day, which is included."""
        found = self.instant(node, problems, what)
        if found is None or not _is_date(str(node.value)):
            return found
        return start_of(local_day(found, self.program.zone) + timedelta(days=1), self.program.zone)

    def _instant(self, text: str) -> datetime:
        if _is_date(text):
            return start_of(date.fromisoformat(text), self.program.zone)
        return read_instant(text, self.program.zone)


def _is_date(text: str) -> bool:
    return len(text) == len("2024-05-01")
