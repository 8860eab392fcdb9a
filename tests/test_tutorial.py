"""The ten minutes of the designers' tutorial, from its first command to its last, as somebody follows it."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.paths import ROOT
from tests.kit.processes import LAUREL, Ports

PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"(?:Save this as `(?P<file>[^`]+)`:\n\n)?```(?P<language>console|yaml|json)\n(?P<block>.*?)```", re.DOTALL
)


@dataclass(frozen=True)
class Command:
    """A command of the page, and the lines that it says come of it; `...` stands for anything."""

    text: str
    said: list[str]


def steps() -> Iterator[Command | str]:
    """The page as commands, and as shell that writes its files: whole blocks, as somebody pastes them."""
    for file, language, block in BLOCK.findall(PAGE.read_text()):
        if language != "console":
            name = file or block.splitlines()[0].removeprefix("# ")
            yield f"cat > {name} <<'END-OF-FILE'\n{block}END-OF-FILE"
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *said = part.strip().splitlines()
            yield Command(first, said)


def script(ports: Ports) -> str:
    """All of it as one shell script; before the output of each command stands a mark with its number."""
    lines, number = ["trap 'kill $(jobs -p); wait' EXIT"], 0
    for step in steps():
        if isinstance(step, str):
            lines.append(step)
            continue
        text = step.text.replace("localhost:8000", ports.url.removeprefix("http://"))
        text = text.replace("laurel up", f"laurel up {' '.join(map(str, ports.options))}")
        if text.endswith("&"):
            lines.append(text)
        else:
            lines.append(f"echo; echo '<<{number}>>'; {text}")
            number += 1
    return "\n".join([*lines, "echo; echo '<<left running>>'; jobs -r"])


@pytest.mark.timeout(300)
def test_everything_that_the_tutorial_says_happens(tmp_path: Path) -> None:
    (tmp_path / "programs").symlink_to(ROOT / "programs")
    environment = {**os.environ, "PATH": f"{LAUREL.parent}{os.pathsep}{os.environ['PATH']}"}

    done = subprocess.run(
        ["bash", "-c", script(Ports.free())],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    said, left_running = done.stdout.split("<<left running>>\n")
    outputs = re.split(r"^<<\d+>>\n", said, flags=re.MULTILINE)[1:]
    commands = [step for step in steps() if isinstance(step, Command) and not step.text.endswith("&")]
    assert len(outputs) == len(commands), done.stdout + done.stderr
    assert left_running == ""
    for command, output in zip(commands, outputs, strict=True):
        for line in command.said:
            wanted = ".*".join(map(re.escape, line.split("...")))
            assert re.search(wanted, output), f"{command.text}\nsaid\n{output}\nand not\n{line}\n{done.stderr}"
