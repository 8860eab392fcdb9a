"""Form fields with a value as JSON or YAML, read as program files are: bounded, and with exact numbers."""

from typing import Any

from api.http.errors import BadInput, InputFault
from program_files.text.problems import Problems
from program_files.text.text import read_text


def read_structured(text: str, path: str) -> Any:
    """Return the value of a text in JSON or YAML; raise BadInput at a path of the form, with line and column.

    Invalid JSON may still be YAML in flow style; if it is not, the fault is that of the JSON.
    """
    is_like_json = text.lstrip().startswith(("{", "["))
    faults: list[InputFault] = []
    for name in ("body.json", "body.yaml") if is_like_json else ("body.yaml",):
        problems = Problems()
        node = read_text(name, text.encode(errors="surrogatepass"), problems)
        if node is not None and not problems.errors:
            return node.plain()
        faults += [
            InputFault(f"line {each.place.line}, column {each.place.column}: {each.message}", "unreadableText", path)
            for each in problems.errors[:1]
        ]
    raise BadInput(faults[0])
