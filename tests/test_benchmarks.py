"""The scripts in `benchmarks/` can be started: what they import exists."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = [path.name for path in sorted(FOLDER.glob("*.py")) if '__name__ == "__main__"' in path.read_text()]


def test_there_are_scripts() -> None:
    assert "events.py" in SCRIPTS


@pytest.mark.parametrize("script", [*SCRIPTS, "chaos"])
def test_a_script_explains_its_options(script: str) -> None:
    started = ["-m", f"benchmarks.{script}"] if script == "chaos" else [FOLDER / script]

    run = subprocess.run([sys.executable, *started, "--help"], capture_output=True, text=True, cwd=FOLDER.parent)

    assert run.returncode == 0, run.stderr
    assert "usage" in run.stdout.lower()
