"""What a member of a test has behind them: lots, progress towards achievements, what limits have given them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final, Literal

from loyalty.decisions.decision import Claim
from loyalty.ids import named_id
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.points import Lot
from program_files.fields import Fields, choice, items, number, text, whole, wrong_type
from program_files.nodes import Node
from program_files.problems import Problems, shown
from workbench.scenarios.files.names import ProgramNames

LOT_KEYS: Final = ("wallet", "points", "remaining", "active_from", "expires_at")
STANDING_KEYS: Final = ("completed", "marks")
MARK_KEYS: Final = ("day", "value", "amount", "used")
USED_KEYS: Final = ("reactor", "per", "day", "times", "points")
PERS: Final[tuple[Literal["member", "program"], ...]] = ("member", "program")
MOST_TIMES: Final = 10**9


class Histories:
    """Reads what came before a test."""

    def __init__(self, names: ProgramNames, problems: Problems) -> None:
        self._names = names
        self._problems = problems

    def lots(self, node: Node, member: str) -> tuple[Lot, ...]:
        """Points as they were awarded, and what is left of them."""
        listed = items(node, self._problems, "lots")
        return tuple(lot for at, item in enumerate(listed) for lot in self._lot(item, f"{member}/{at}"))

    def _lot(self, node: Node, name: str) -> Iterator[Lot]:
        fields = Fields(node, self._problems, "a lot", LOT_KEYS)
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
        amount = number(node, self._problems, what)
        if amount.scaleb(wallet.decimals) % 1:
            fineness = f"{wallet.decimals} decimals" if wallet.decimals else "whole numbers"
            self._problems.add(node.place, "out-of-range", f"{what} of wallet {code} has {fineness}")
        return wallet.points(amount)

    def standings(self, node: Node) -> tuple[Mapping[str, int], Mapping[str, tuple[DailySum, ...]]]:
        """How often achievements were completed, and the marks of each, oldest first."""
        completed: dict[str, int] = {}
        marks: dict[str, tuple[DailySum, ...]] = {}
        for name, value in self._names.entries(node, self._problems, "achievements", "achievement"):
            fields = Fields(value, self._problems, f"achievements.{name}", STANDING_KEYS)
            if (times := fields.get("completed")) is not None:
                completed[name] = whole(times, self._problems, "completed", 0, MOST_TIMES)
            found = {(mark.day, mark.value): mark for item in fields.items("marks") for mark in self._mark(item)}
            marks[name] = tuple(found[key] for key in sorted(found))
        return completed, marks

    def _mark(self, node: Node) -> Iterator[DailySum]:
        fields = Fields(node, self._problems, "a mark", MARK_KEYS)
        day, value = self._day(fields), fields.get("value")
        amount, used = (
            self._millionths(fields.get(key), key, otherwise) for key, otherwise in (("amount", 1), ("used", 0))
        )
        if day is not None:
            yield DailySum(day, "" if value is None else text(value, self._problems, "value"), amount, used)

    def _millionths(self, node: Node | None, what: str, otherwise: int) -> int:
        return otherwise * MILLION if node is None else int(number(node, self._problems, what) * MILLION)

    def claims(self, node: Node) -> tuple[Claim, ...]:
        """What firings took from limits, day by day."""
        return tuple(claim for item in items(node, self._problems, "used") for claim in self._claim(item))

    def _claim(self, node: Node) -> Iterator[Claim]:
        fields = Fields(node, self._problems, "an item of used", USED_KEYS)
        reactor, day, times, points = (
            fields.need("reactor"),
            self._day(fields),
            fields.get("times"),
            fields.get("points"),
        )
        per = fields.get("per")
        whose = "member" if per is None else choice(per, self._problems, "per", PERS)
        count = 1 if times is None else whole(times, self._problems, "times", 0, MOST_TIMES)
        taken = number(Node(node.place, 0) if points is None else points, self._problems, "points")
        name = None if reactor is None else self._names.read(reactor, self._problems, "reactor")
        if name is not None and day is not None:
            yield Claim(name, whose, day, count, taken)

    def _day(self, fields: Fields) -> date | None:
        node = fields.need("day")
        if node is None:
            return None
        if not isinstance(node.value, str):
            wrong_type(node, self._problems, "day", "a date")
            return None
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            message = f"day cannot be {shown(node.value)}: write it as 2024-05-01"
            self._problems.add(node.place, "bad-date", message)
            return None
