"""CSV as spreadsheets open it: no cell is a formula."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets run as a formula."""


def csv_line(values: Iterable[object]) -> str:
    """A line of CSV. A text that a spreadsheet would run gets an apostrophe before it; numbers stay as they are."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_FORMULA) else text
