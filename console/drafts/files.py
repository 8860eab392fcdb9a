"""Files of a draft: their URLs in the console, their names by kind, and the first lines of a new one."""

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from api.http.structured_text import read_structured
from console.pages.formats import as_json
from console.pages.page import StorePage

KINDS: Final[Mapping[str, str]] = {
    "reactors": "Reactor",
    "events": "Event type",
    "achievements": "Achievement",
    "rewards": "Reward",
    "tests": "Test",
}
"""The kinds of files, by their folder in a program."""

_FIRST_TEXTS: Final[Mapping[str, str]] = {
    "reactors": "reactor: {name}\non: member_registered\nthen:\n  - award_points: {{points: 1}}\n",
    "events": "event: {name}\ntitle: {name}\nbody:\n  type: object\n  properties: {{}}\n",
    "achievements": (
        "achievement: {name}\ntitle: {name}\non: member_registered\ngoal: 1\nthen:\n  - award_points: {{points: 1}}\n"
    ),
    "rewards": "reward: {name}\ntitle: {name}\nprice: 100\n",
    "tests": "test: {name}\nat: 2026-01-01T09:00:00\nsteps:\n  - expect: {{points: 0}}\n",
}
_DECLARATION: Final = re.compile(r"^(reactor|event|achievement|reward|test)(:[ \t]+)[^#\n]*[^#\s]", re.MULTILINE)
_JSON_DECLARATION: Final = re.compile(r'("(?:reactor|event|achievement|reward|test)"\s*:\s*)"(?:[^"\\]|\\.)*"')


def file_url(page: StorePage, path: str, **typed: str) -> str:
    """Return the URL of the editor of a file, with what was typed into its fields."""
    filled = {name: text for name, text in typed.items() if text}
    return f"{page.url('program', 'draft', 'file')}?{urlencode({'path': path, **filled})}"


def path_of(folder: str, name: str) -> str:
    """Return the path of a file from its name and folder; a name that is a path is returned unchanged."""
    if "/" in name:
        return name
    return f"{folder}/{name}" if name.endswith((".yaml", ".yml", ".json")) else f"{folder}/{name}.yaml"


def first_text(folder: str, name: str) -> str:
    """Return the first lines of a new file, in JSON if its name says so."""
    text = _FIRST_TEXTS.get(folder, "").format(name=stem_of(name))
    return as_json(read_structured(text, "path")) + "\n" if name.endswith(".json") and text else text


def duplicate(text: str, path: str) -> str:
    """Return the text of a file for another path, with its declaration renamed to that of the file."""
    name = stem_of(path)
    if path.endswith(".json"):
        return _JSON_DECLARATION.sub(lambda found: found[1] + json.dumps(name), text, count=1)
    return _DECLARATION.sub(lambda found: f"{found[1]}{found[2]}{name}", text, count=1)


def stem_of(path: str) -> str:
    """Return the name of a file without its folder and ending."""
    return re.sub(r"\.(yaml|yml|json)$", "", path.rpartition("/")[2])
