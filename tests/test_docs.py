"""What the documentation shows works, and what it lists is complete."""

import base64
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli import app
from loyalty.decisions.decision_json import from_json, to_json
from loyalty.store.due_items import DUE_KINDS
from loyalty.webhooks.messages import MESSAGES
from loyalty.webhooks.signing import new_secret, sign
from program_files import ProgramFaults, read_folder, read_program
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


PLACE = re.compile(r"\b((?:reactors|achievements|rewards|events|tests)/[a-z-]+\.yaml):(\d+):(\d+)")


def _lines_of(page: Path, file: str) -> list[list[str]]:
    """The lines of a file that a page shows, once or more, as somebody pastes it; else of the example program."""
    shown = [block.splitlines() for block in blocks(str(page.relative_to(ROOT)), "yaml")]
    named = [lines for lines in shown if re.fullmatch(rf"# (my-program/)?{re.escape(file)}", lines[0])]
    example = ROOT / "programs" / "coffee-shop" / file
    return named or ([example.read_text().splitlines()] if example.exists() else [])


@pytest.mark.parametrize("name", ["tutorial", "testing", "explaining", "simulating", "deploying"])
def test_every_place_that_a_page_says_is_the_beginning_of_something_there(name: str) -> None:
    page = DOCS / f"{name}.md"
    places = {(file, int(line), int(column)) for file, line, column in PLACE.findall(page.read_text())}

    def begins(lines: list[str], line: int, column: int) -> bool:
        text = f" {lines[line - 1]}" if line <= len(lines) else ""
        return column < len(text) and text[column - 1] in " [{" and text[column] not in " #"

    assert places
    wrong = {each for each in places if not any(begins(lines, *each[1:]) for lines in _lines_of(page, each[0]))}
    assert wrong == set()


def test_the_check_that_the_readme_shows_finds_what_it_says_where_it_says(tmp_path: Path) -> None:
    program = shutil.copytree(ROOT / "programs" / "coffee-shop", tmp_path / "coffee-shop")
    reactor = program / "reactors" / "double-on-web.yaml"
    reactor.write_text(reactor.read_text().replace("member.tier", "member.teir"))
    (said,) = re.findall(r"^\$ laurel check .*\n(.*)\n", (ROOT / "README.md").read_text(), re.MULTILINE)

    with pytest.raises(ProgramFaults) as raised:
        read_program(read_folder(program))

    assert [str(problem) for problem in raised.value.problems] == [said]


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in [ROOT / "README.md", *DOCS.rglob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if not target.startswith("http")
    ]

    assert [f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()] == []
