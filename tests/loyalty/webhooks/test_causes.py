"""The table of causes: each message has one, each row a test.

`python -m tests.loyalty.webhooks.test_causes` writes it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from loyalty.webhooks.messages import EVENT_NAMES, MESSAGES
from tests.kit.paths import ROOT

SOURCE = ROOT / "loyalty" / "webhooks" / "messages" / "causes.txt"
PAGE = ROOT / "docs" / "webhooks.md"
TABLE = re.compile(r"(<!-- causes[^\n]*-->\n)(.*?)(<!-- /causes -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One cause of a message, and the test that shows the message arrive for it, as pytest names it."""

    message: str
    cause: str
    test: str


def read_rows() -> list[Row]:
    lines = [line for line in SOURCE.read_text().splitlines() if line and not line.startswith("#")]
    return [Row(*line.split(" | ")) for line in lines]


CAUSES = read_rows()


def table() -> str:
    """The table as the page has it, the messages in the order in which the first of their rows stands."""
    order = list(dict.fromkeys(row.message for row in CAUSES))
    rows = sorted(CAUSES, key=lambda row: order.index(row.message))
    head = "| event name | cause | test |\n|---|---|---|\n"
    return head + "".join(f"| `{row.message}` | {row.cause} | {_shown(row.test)} |\n" for row in rows)


def _shown(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name}](../{file})"


def functions(file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def test_every_cause_has_a_test_that_there_is() -> None:
    files = {row.test.partition("::")[0] for row in CAUSES}
    known = {f"{file}::{name}" for file in files for name in functions(file)}

    assert {row.test for row in CAUSES} <= known


def test_every_message_that_is_sent_has_a_cause() -> None:
    assert {message.__name__ for message in MESSAGES} <= {row.message for row in CAUSES} <= set(EVENT_NAMES)


def test_the_page_has_the_table() -> None:
    found = TABLE.search(PAGE.read_text())

    assert found is not None
    assert found[2] == table(), "python -m tests.loyalty.webhooks.test_causes writes it"


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda found: found[1] + table() + found[3], PAGE.read_text()))
