"""Write CSV that is safe in spreadsheets, where no cell is run as a formula, and read its texts."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""The first characters of a cell that spreadsheets run as a formula."""


def csv_line(values: Iterable[object]) -> str:
    """Return a line of CSV.

    An apostrophe is put before a text that a spreadsheet would run; numbers stay as they are.
    """
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
            return f"'{text}" if _is_formula(text) else text


def text_of(cell: str) -> str:
    """Return the text of a cell of CSV, without the apostrophe that kept it from being run."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Return whether a text begins as a formula, or as one that has an apostrophe before it already."""
    return text.lstrip("'").startswith(_FORMULA)
