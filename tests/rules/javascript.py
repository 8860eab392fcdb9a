"""json-logic-js on node: the first of all JSON Logics, as a witness that shares no line with Laurel."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VERSION = "2.0.5"
FOLDER = Path(tempfile.gettempdir()) / f"laurel-json-logic-js-{VERSION}"
_PATIENCE = 60.0
"""Seconds that an installation may take, and one batch of rules."""

_ASK = """
const logic = require('json-logic-js');
console.log = () => {};  // the operator `log` would write between the answers
const written = (_, value) => typeof value === 'number' && !isFinite(value) ? String(value) : value;
const answer = (rule, value) => {
  try { const found = logic.apply(rule, value); return found === undefined ? 'undefined' : found; }
  catch (error) { return 'error: ' + error.message; }
};
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const [rules, values] = JSON.parse(line);
  process.stdout.write(JSON.stringify(rules.map(rule => values.map(value => answer(rule, value))), written) + '\\n');
});
"""


class Unavailable(Exception):
    """There is no json-logic-js here, and the message says why."""


def installed() -> Path:
    """A folder from which node can require it, outside the repository; raise NotToBeHad."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("node and npm are not installed")
    if (FOLDER / "node_modules" / "json-logic-js").exists():
        return FOLDER
    # Installed aside and moved: another process may be at the same, and half a package must never be found.
    aside = Path(tempfile.mkdtemp(prefix="laurel-npm-"))
    quiet = ("--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", str(aside))
    try:
        command = [npm, "install", *quiet, f"json-logic-js@{VERSION}"]
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE, cwd=aside)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise Unavailable(f"npm could not install json-logic-js: {error}") from None
    try:
        aside.rename(FOLDER)
    except OSError:  # somebody was faster
        shutil.rmtree(aside, ignore_errors=True)
    return FOLDER


def answers(batches: Iterable[str]) -> list[list[list[Any]]]:
    """To each batch, `[rules, values]` as JSON on a line, what every rule is worth on every value."""
    node = shutil.which("node")
    assert node is not None, "what is installed was installed by node"
    done = subprocess.run(
        [node, "-e", _ASK],
        input="".join(f"{batch}\n" for batch in batches),
        cwd=installed(),
        capture_output=True,
        check=True,
        text=True,
        timeout=_PATIENCE,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
