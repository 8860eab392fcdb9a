"""What the documentation shows works, and what it lists is complete."""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from cli import app
from loyalty.decisions.decision_json import from_json, to_json
from loyalty.store.due_items import DUE_KINDS
from loyalty.webhooks.messages import MESSAGES
from loyalty.webhooks.signing import new_secret, sign
from program_files import read_program
from tests.kit.documentation import blocks
from tests.kit.paths import ROOT

DOCS = ROOT / "docs"


def test_the_program_of_the_designers_page_is_right() -> None:
    files = {block.splitlines()[0].removeprefix("# "): block.encode() for block in blocks("docs/designers.md", "yaml")}

    program = read_program(files)

    assert {a.name for a in program.achievements} == {"seven-days", "explorer"}
    assert set(program.rewards) == {"free-coffee"}


def test_the_rule_of_the_readme_is_right_in_the_program_of_the_designers_page() -> None:
    files = {block.splitlines()[0].removeprefix("# "): block.encode() for block in blocks("docs/designers.md", "yaml")}
    files |= {block.splitlines()[0].removeprefix("# "): block.encode() for block in blocks("README.md", "yaml")}

    (reactor,) = read_program(files).reactors

    assert reactor.name == "double-on-web"


def test_the_ten_lines_that_verify_a_webhook_do_so() -> None:
    (code,) = blocks("docs/webhooks.md", "python")
    names: dict[str, Any] = {}
    exec(code, names)
    secret, now = new_secret(), datetime.now(UTC)
    headers = sign([secret], "msg", now, b"{}")

    assert names["is_from_laurel"](secret, headers, b"{}")
    assert not names["is_from_laurel"](secret, headers, b"{ }")
    assert not names["is_from_laurel"](new_secret(), headers, b"{}")
    assert base64.b64decode(secret.removeprefix("whsec_"))


def test_every_message_that_is_sent_is_in_the_webhooks_page() -> None:
    page = (DOCS / "webhooks.md").read_text()
    (table,) = re.findall(r"<!-- sent messages.*?-->\n(.*?)\n\n", page, re.DOTALL)

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {message.__name__ for message in MESSAGES}


def test_every_kind_of_due_item_is_in_the_page_for_ops() -> None:
    page = (DOCS / "ops.md").read_text()
    (table,) = re.findall(r"<!-- kinds of due items.*?-->\n(.*?)\n\n", page, re.DOTALL)

    rows = [f"| `{kind}` | {info.subject} | {info.does} |" for kind, info in DUE_KINDS.items()]

    assert table.splitlines()[2:] == rows


@pytest.mark.parametrize("command", [command.name or command.callback.__name__ for command in app.registered_commands])  # type: ignore[union-attr]  # every command has a function
def test_every_command_is_in_the_documentation(command: str) -> None:
    pages = "".join(page.read_text() for page in [ROOT / "README.md", *DOCS.glob("*.md")])

    assert re.search(rf"(laurel|make) {command}\b", pages)


def test_every_path_in_the_architecture_page_exists() -> None:
    page = (DOCS / "architecture.md").read_text()

    paths = set(re.findall(r"`([a-z_/<>]+(?:/|\.py))`", page)) | set(re.findall(r"[a-z_]+/[a-z_/<>]+\.py", page))

    assert {"loyalty/engine/acceptance.py", "loyalty/<resource>/effects.py", "tests/kit/", "cli.py"} <= paths
    assert sorted(path for path in paths if not list(ROOT.glob(path.replace("<resource>", "*")))) == []


def test_the_decision_in_the_architecture_page_is_stored_as_it_is_shown() -> None:
    (block,) = blocks("docs/architecture.md", "json")
    shown = json.loads(block)

    decision = from_json(shown, {})

    assert len(decision.outcomes) == 2
    assert to_json(decision) == shown


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in [ROOT / "README.md", *DOCS.rglob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if not target.startswith("http")
    ]

    assert [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()] == []
