"""Read the bytes of a file as nodes."""

from codecs import BOM_UTF8

from loyalty.program.logic import Place
from program_files.text.json_text import read_json
from program_files.text.nodes import Node
from program_files.text.problems import Problem, Problems, Unreadable
from program_files.text.yaml_text import read_yaml

LARGEST_FILE = 1024 * 1024
_FIRST = 4
"""The first bytes of a file; in UTF-16 and UTF-32 one of them is NUL."""


def read_text(file: str, content: bytes, problems: Problems) -> Node | None:
    """Return the content of a file; None, and a problem, if it cannot be read."""
    try:
        text = _decoded(file, content)
        return read_json(file, text, problems) if file.endswith(".json") else read_yaml(file, text, problems)
    except Unreadable as error:
        problems.found.append(error.problem)
        return None


def fault_of(file: str, content: bytes) -> Problem | None:
    """Return why the content of a file is not text; None if it is."""
    try:
        _decoded(file, content)
    except Unreadable as error:
        return error.problem
    return None


def _decoded(file: str, content: bytes) -> str:
    start = Place(file, 1, 1)
    if len(content) > LARGEST_FILE:
        raise Unreadable(start, "too-large", "a file has at most 1 MiB, and this one has more")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:_FIRST]:
        raise Unreadable(start, "not-utf8", "the file looks like UTF-16: save it as UTF-8")
    text = content.removeprefix(BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        before = text[: error.start].decode()
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        message = f"byte 0x{text[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise Unreadable(Place(file, line, column), "not-utf8", message) from None
