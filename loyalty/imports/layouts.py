"""Detect the layout of a file from its beginning, and read its records as values by column."""

import csv
import re
from collections.abc import Mapping
from typing import Any

import rules
from loyalty.imports.columns import COLUMNS, NESTED, Column, LineFault, cell_value, json_value
from loyalty.imports.records import MAX_RECORD_BYTES, Record, read_records
from loyalty.store.imports import FilePlace, ImportType, Layout
from rules.spelling import closest_match

BOM = b"\xef\xbb\xbf"
_WORKBOOK = b"\xd0\xcf\x11\xe0"
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip (is it a spreadsheet?)", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(rb'"?sep=[,;\t]"?')
"""The first line by which files tell a spreadsheet their delimiter."""

_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""What is a thousand where a comma is the decimal point."""

MAX_NAME = 255


class FileFault(Exception):
    """A file that cannot be read at all; the message gives the cure."""


def layout_of(beginning: bytes, type_: ImportType) -> tuple[Layout, FilePlace]:
    """Return the layout of a file, and the offset of its first record.

    The file's first bytes must contain at least one line. Raise FileFault.
    """
    for mark, name in _PACKED.items():
        if beginning.startswith(mark):
            raise FileFault(f"the file is packed by {name}: unpack it, and send it as CSV or JSON lines")
    if beginning.startswith(_WORKBOOK):
        raise FileFault("the file is a workbook of Excel: save it as CSV UTF-8")
    if beginning.startswith(_UTF_16) or b"\0" in beginning[:8]:
        raise FileFault("the file is in UTF-16: save it as UTF-8")
    start = len(BOM) if beginning.startswith(BOM) else 0
    if not beginning[start:].strip():
        raise FileFault("the file is empty: send a line of JSON for each item, or CSV with a header")
    if b"\n" not in beginning and b"\r" in beginning.strip():
        raise FileFault(
            "lines end by a carriage return alone: save the file with line feeds, as Unix or Windows write it"
        )
    first = beginning[start:].lstrip()[:1]
    if first == b"[":
        raise FileFault(
            "the file is one JSON array: send a line of JSON for each item, without brackets or commas between"
        )
    if first == b"{":
        return Layout("jsonl"), FilePlace(start)
    page = read_records(lambda at: beginning[at:], FilePlace(start), quoted=True, max_records=1)
    if _SEPARATOR_LINE.fullmatch(page.records[0].content):
        page = read_records(lambda at: beginning[at:], page.place, quoted=True, max_records=1)
        if not page.records:
            raise FileFault("the file has a line with its delimiter alone: send a header, and a line for each item")
    (header,) = page.records
    return _csv_layout(header, type_), page.place


def values_of(record: Record, layout: Layout, type_: ImportType) -> dict[str, Any]:
    """Return the values of a record by column, without empty ones. Raise LineFault."""
    if record.problem:
        raise LineFault("unreadable", "", record.problem)
    text = _text(record.content)
    values = _csv_values(text, layout, type_) if layout.format == "csv" else _json_values(text, type_)
    for column in COLUMNS[type_]:
        if column.needed and column.name not in values:
            raise LineFault("missing", column.name, "this is required: send it")
    return values


def _csv_layout(header: Record, type_: ImportType) -> Layout:
    known = [column.name for column in COLUMNS[type_]]
    listed = ", ".join(column.name for column in COLUMNS[type_] if column.kind != "read_only")
    if header.problem:
        raise FileFault(f"the header is longer than {MAX_RECORD_BYTES // 1024} KiB: the first line names the columns")
    rows: dict[str, list[str]] = {}
    problem = ""
    for each in _DELIMITERS:
        try:
            rows[each] = _cells(_text(header.content), each)
        except LineFault as fault:
            problem = fault.message
    if not rows:
        raise FileFault(f"the header cannot be read: {problem}")
    delimiter = max(rows, key=lambda each: (len(set(rows[each]) & set(known)), len(rows[each])))
    found = _without_empty_end(rows[delimiter], 1)
    if "" in found:
        raise FileFault(f"column {found.index('') + 1} of the header has no name: name it, or leave it out")
    for name in found:
        if name not in known:
            close = closest_match(name, known)
            cure = f"did you mean {close}?" if close else f"there are {listed}"
            raise FileFault(f"the header has the column {name[:80]!r}, which {type_} does not: {cure}")
    twice = next((name for name in found if found.count(name) > 1), None)
    if twice is not None:
        raise FileFault(f"the header has the column {twice} twice: leave one out")
    missing = [column.name for column in COLUMNS[type_] if column.needed and column.name not in found]
    if missing:
        raise FileFault(f"the header lacks {', '.join(missing)}: there are {listed}")
    return Layout("csv", found, delimiter)


def _without_empty_end(cells: list[str], least: int) -> list[str]:
    """Return cells without empty ones at their end, as spreadsheets write them beyond the table."""
    size = len(cells)
    while size > least and not cells[size - 1]:
        size -= 1
    return cells[:size]


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        message = (
            f"byte {error.start + 1} of the line, 0x{content[error.start]:02x}, is not UTF-8: save the file as UTF-8"
        )
        raise LineFault("wrongEncoding", "", message) from None
    if "\0" in text:
        raise LineFault("unkeepableText", "", "the line holds a NUL character, which cannot be kept: leave it out")
    return text


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise LineFault("unreadable", "", f"the line is not CSV: {error}") from None
    return [cell.strip() for cell in rows[0]] if rows else []


def _csv_values(text: str, layout: Layout, type_: ImportType) -> dict[str, Any]:
    columns = {column.name: column for column in COLUMNS[type_]}
    cells = _without_empty_end(_cells(text, layout.delimiter), len(layout.columns))
    if len(cells) != len(layout.columns):
        is_short = len(cells) < len(layout.columns)
        why = "is it broken off?" if is_short else "put a cell with a separator in it between quotes"
        message = f"the line has {len(cells)} cells and the header {len(layout.columns)}: {why}"
        raise LineFault("wrongNumberOfCells", "", message)
    pairs = zip(layout.columns, cells, strict=True)
    values = {name: _cell_value(columns[name], cell, layout) for name, cell in pairs}
    return _given(_typed(values.pop("customerData", None) or {}, columns) | _given(values))


def _cell_value(column: Column, cell: str, layout: Layout) -> Any:
    if layout.delimiter == ";" and column.kind == "number" and _THOUSANDS.fullmatch(cell):
        whole = cell.replace(".", "")
        raise LineFault("invalid", column.name, f"{cell!r} may be a thousand: write it as {whole} or {cell}0")
    return cell_value(column, cell)


def _json_values(text: str, type_: ImportType) -> dict[str, Any]:
    try:
        content = rules.exact.loads(text.encode())
    except rules.MalformedJson as error:
        raise LineFault("malformedJson", "", f"the line is not JSON: {error}; is it broken off?") from None
    if not isinstance(content, dict):
        raise LineFault("notAnObject", "", "the line is not a JSON object: write it as {...}")
    columns = {column.name: column for column in COLUMNS[type_]}
    return _given(_typed(_flat(content, NESTED[type_]), columns))


def _typed(values: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    return {name: json_value(_column(columns, name), value) for name, value in values.items()}


def _flat(content: Mapping[str, Any], nested: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of an object, and of those nested objects that hold columns."""
    flat: dict[str, Any] = {}
    for name, value in content.items():
        if name in nested and isinstance(value, dict):
            flat |= {f"{nested[name]}{inner}": each for inner, each in value.items()}
        else:
            flat[name] = value
    return flat


def _column(columns: Mapping[str, Column], name: str) -> Column:
    if name not in columns:
        close = closest_match(name, columns)
        cure = f"did you mean {close}?" if close else f"there are {', '.join(columns)}"
        raise LineFault("unknownColumn", name[:MAX_NAME], f"{name[:80]!r} is not a field of this type: {cure}")
    return columns[name]


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
