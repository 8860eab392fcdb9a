"""What is left of a sale after its returns. Pure: lines are as rules read them.

A return names lines by their sku; of several, the one of its price. A line that comes back with all its quantity is
gone; of one that comes back in part, the rest keeps the rest of its value. A return with a line that the sale does not
have is judged by its value alone, and so are all returns of that sale from then on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from loyalty.transactions.refusals import MoreThanSold

Line: TypeAlias = Mapping[str, Any]

_EXACT: Final = Decimal("1e-9")
"""The relative precision of parts of an amount: three shares of a third, given by its digits, make a whole."""


@dataclass(slots=True)
class _OpenLine:
    line: Line
    quantity: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class LeftOfSale:
    """What is left of a sale: `lines` and `gross`, of `sold` in value. `by_share`: its lines are not known."""

    lines: tuple[dict[str, Any], ...]
    sold: Decimal
    returned: Decimal
    by_share: bool = False

    @classmethod
    def after_share(cls, returned: Decimal) -> "LeftOfSale":
        """Return what is left of an event without lines after a share of it was reversed; 1: all of it."""
        return cls(({},), Decimal(1), returned, by_share=True)

    @property
    def is_nothing(self) -> bool:
        """Whether all of it was returned."""
        return not self.lines or (self.by_share and self.returned >= self.sold)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was returned."""
        return not self.by_share and self.returned == 0 and bool(self.lines)

    def share_of(self, amount: int, unit: int = 1) -> int:
        """Return the part of an amount that was returned by value, rounded down to whole units."""
        if self.is_nothing:
            return amount
        share = (amount * self.returned / self.sold).quantize(_EXACT) if self.sold else Decimal(0)
        return int(share) // unit * unit


@dataclass(slots=True)
class _Sale:
    open: list[_OpenLine]
    sold: Decimal
    returned: Decimal = Decimal(0)
    by_share: bool = False
    came_back: dict[str, bool] = field(default_factory=dict)

    def take(self, lines: Sequence[Line]) -> None:
        """Subtract the lines of a return; raise MoreThanSold."""
        value = sum((Decimal(line["gross_value"]) for line in lines), Decimal(0))
        if self.returned + value > self.sold:
            raise MoreThanSold("the value", self.sold - self.returned, value)
        known = {each.line["sku"] for each in self.open} | self.came_back.keys()
        if self.by_share or any(line["sku"] not in known for line in lines):
            self.by_share = True
        else:
            for number, line in enumerate(lines):
                self._take_line(number, line)
        self.returned += value

    def _take_line(self, number: int, line: Line) -> None:
        sku, quantity, gross = line["sku"], Decimal(line["quantity"]), Decimal(line["gross_value"])
        of_sku = sorted(
            (each for each in self.open if each.line["sku"] == sku),
            key=lambda each: (
                (each.quantity, each.gross) != (quantity, gross),
                each.gross * quantity != gross * each.quantity,
            ),
        )
        quantity_left = sum((each.quantity for each in of_sku), Decimal(0))
        gross_left = sum((each.gross for each in of_sku), Decimal(0))
        if quantity > quantity_left:
            raise MoreThanSold(sku, quantity_left, quantity, number)
        if gross > gross_left:
            raise MoreThanSold(f"the value of {sku}", gross_left, gross, number)
        for each in of_sku:
            part, value = min(quantity, each.quantity), min(gross, each.gross)
            quantity, gross = quantity - part, gross - value
            each.quantity, each.gross = each.quantity - part, each.gross - value
        self.open = [each for each in self.open if each.quantity > 0]
        self.came_back[sku] = True


def left_of(sold: Sequence[Line], returns: Sequence[Sequence[Line]]) -> LeftOfSale:
    """Return what is left of a sale after returns, in their order; raise MoreThanSold for the first excessive one."""
    lines = [_OpenLine(line, Decimal(line["quantity"]), Decimal(line["gross_value"])) for line in sold]
    sale = _Sale(lines, sum((each.gross for each in lines), Decimal(0)))
    for returned in returns:
        sale.take(returned)
    left = tuple({**each.line, "quantity": each.quantity, "gross_value": each.gross} for each in sale.open)
    return LeftOfSale(left, sale.sold, sale.returned, sale.by_share)
