"""Read the history of a member in a test: lots, progress of achievements, used limits."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from loyalty.decisions.decision import Claim
from loyalty.ids import named_id
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.points import Lot
from program_files.grammar.tests import DAILY_SUM, LIMIT_USE, LOT, PER, PROGRESS
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import amount_of, items_of, note_wrong_type, text_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from workbench.scenarios.files.names import ProgramNames


class Histories:
    """Reads the past of the members of a test."""

    def __init__(self, names: ProgramNames, problems: Problems) -> None:
        self._names = names
        self._problems = problems

    def lots(self, node: Node, member: str) -> tuple[Lot, ...]:
        """Return the lots of a member."""
        listed = items_of(node, self._problems, "lots")
        return tuple(lot for at, item in enumerate(listed) for lot in self._lot(item, f"{member}/{at}"))

    def _lot(self, node: Node, name: str) -> Iterator[Lot]:
        fields = MapReader(node, self._problems, LOT)
        wallet, points, remaining = fields.get("wallet"), fields.need("points"), fields.get("remaining")
        code = self._names.program.default_wallet.code
        read = code if wallet is None else self._names.read(wallet, self._problems, "wallet")
        if points is None or read is None:
            return
        awarded = self._points(points, "points", read)
        left = awarded if remaining is None else self._points(remaining, "remaining", read)
        if not 0 < left <= awarded:
            message = "of a lot at least something remains, and no more than its points"
            self._problems.add((remaining or points).place, "out-of-range", message)
        starts, ends = (self._moment(fields.get(key)) for key in ("active_from", "expires_at"))
        lot_id = named_id(self._names.program.store, "test lot of its own", name)
        yield Lot(lot_id, read, awarded, left, starts, ends)

    def _moment(self, node: Node | None) -> datetime | None:
        return None if node is None else self._names.instant(node, self._problems, "a lot's date")

    def _points(self, node: Node, what: str, code: str) -> Points:
        wallet = self._names.program.wallets[code]
        amount = amount_of(node, self._problems, what, zero=True)
        if amount.scaleb(wallet.decimals) % 1:
            fineness = f"{wallet.decimals} decimals" if wallet.decimals else "whole numbers"
            self._problems.add(node.place, "out-of-range", f"{what} of wallet {code} has {fineness}")
        return wallet.points(amount)

    def standings(self, node: Node) -> tuple[Mapping[str, int], Mapping[str, tuple[DailySum, ...]]]:
        """Return how often each achievement was completed, and its daily sums, oldest first."""
        completed: dict[str, int] = {}
        marks: dict[str, tuple[DailySum, ...]] = {}
        for name, value in self._names.entries(node, self._problems, "achievements", "achievement"):
            fields = MapReader(value, self._problems, PROGRESS, f"achievements.{name}")
            if (times := fields.integer("completed")) is not None:
                completed[name] = times
            found = {(mark.day, mark.value): mark for item in fields.items("marks") for mark in self._mark(item)}
            marks[name] = tuple(found[key] for key in sorted(found))
        return completed, marks

    def _mark(self, node: Node) -> Iterator[DailySum]:
        fields = MapReader(node, self._problems, DAILY_SUM)
        day, value = self._day(fields), fields.get("value")
        amount, used = fields.amount("amount"), fields.amount("used")
        if day is not None:
            yield DailySum(
                day,
                "" if value is None else text_of(value, self._problems, "value"),
                MILLION if amount is None else int(amount * MILLION),
                int((used or 0) * MILLION),
            )

    def claims(self, node: Node) -> tuple[Claim, ...]:
        """Return the use of limits by firings on each day."""
        return tuple(claim for item in items_of(node, self._problems, "used") for claim in self._claim(item))

    def _claim(self, node: Node) -> Iterator[Claim]:
        fields = MapReader(node, self._problems, LIMIT_USE)
        reactor, day, per = fields.need("reactor"), self._day(fields), fields.choice("per", PER)
        times, points = fields.integer("times"), fields.get("points")
        name = None if reactor is None else self._names.read(reactor, self._problems, "reactor")
        if name is not None and day is not None:
            awarded = {} if points is None else self._used_points(points, name)
            yield Claim(name, per, day, 1 if times is None else times, awarded)

    def _used_points(self, node: Node, reactor: str) -> dict[str, Decimal]:
        """Return points by wallet; a single number is for the only wallet that the reactor awards, or the default."""
        if isinstance(node.value, dict):
            return {code: amount for code, _, amount in self._names.amounts(node, self._problems, "points")}
        program = self._names.program
        awarded = next(each.awarded_wallets() for each in program.reactors if each.name == reactor)
        code = awarded[0] if len(awarded) == 1 else program.default_wallet.code
        return {code: self._names.amount(node, self._problems, "points", code)}

    def _day(self, fields: MapReader) -> date | None:
        node = fields.need("day")
        if node is None:
            return None
        if not isinstance(node.value, str):
            note_wrong_type(node, self._problems, "day", "a date")
            return None
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            message = f"day cannot be {shown(node.value)}: write it as 2024-05-01"
            self._problems.add(node.place, "bad-date", message)
            return None
