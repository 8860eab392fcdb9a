"""The bytes of a file to nodes."""

from loyalty.files.json_text import read_json
from loyalty.files.nodes import Node
from loyalty.files.problems import Problems, Unreadable
from loyalty.files.yaml_text import read_yaml
from loyalty.program import Place

LARGEST_FILE = 1024 * 1024


def read_text(file: str, content: bytes, problems: Problems) -> Node | None:
    """What a file says; None, and why in `problems`, where it cannot be read."""
    try:
        text = _decoded(file, content)
        return read_json(file, text, problems) if file.endswith(".json") else read_yaml(file, text, problems)
    except Unreadable as error:
        problems.found.append(error.problem)
        return None


def _decoded(file: str, content: bytes) -> str:
    start = Place(file, 1, 1)
    if len(content) > LARGEST_FILE:
        raise Unreadable(start, "too-large", f"a file has at most 1 MiB, this one has {len(content):,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise Unreadable(Place(file, line, column), "not-utf8", message) from None
