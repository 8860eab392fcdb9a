"""json-logic-js on Node.js: the reference implementation of JSON Logic, as an independent test oracle."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VERSION = "2.0.5"
FOLDER = Path(tempfile.gettempdir()) / f"laurel-json-logic-js-{VERSION}"
_TIMEOUT = 60.0
"""Timeout in seconds of an installation, and of one batch of rules."""

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
    """json-logic-js cannot be run here; the message says why."""


def installed() -> Path:
    """Install json-logic-js if needed; return the folder to require it from. Raise Unavailable if it cannot be run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("node and npm are not installed")
    if (FOLDER / "node_modules" / "json-logic-js").exists():
        return FOLDER
    # Installed in a temporary folder and renamed, so that a concurrent process never finds half a package.
    temporary = Path(tempfile.mkdtemp(prefix="laurel-npm-"))
    quiet = ("--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", str(temporary))
    try:
        command = [npm, "install", *quiet, f"json-logic-js@{VERSION}"]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT, cwd=temporary)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise Unavailable(f"npm could not install json-logic-js: {error}") from None
    try:
        temporary.rename(FOLDER)
    except OSError:  # another process was faster
        shutil.rmtree(temporary, ignore_errors=True)
    return FOLDER


def answers(batches: Iterable[str]) -> list[list[list[Any]]]:
    """Return the value of every rule on every value, for batches `[rules, values]` in JSON, each on one line."""
    node = shutil.which("node")
    assert node is not None, "installed() needs node"
    done = subprocess.run(
        [node, "-e", _ASK],
        input="".join(f"{batch}\n" for batch in batches),
        cwd=installed(),
        capture_output=True,
        check=True,
        text=True,
        timeout=_TIMEOUT,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
