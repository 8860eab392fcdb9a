"""The scripts in `benchmarks/` can be started: what they import exists."""

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = [path.name for path in sorted(FOLDER.glob("*.py")) if '__name__ == "__main__"' in path.read_text()]


def test_there_are_scripts() -> None:
    assert "events.py" in SCRIPTS


@pytest.mark.parametrize("script", [*SCRIPTS, "chaos", "upgrade"])
def test_a_script_explains_its_options(
    script: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    monkeypatch.setattr(sys, "path", list(sys.path))

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FOLDER / script), run_name="__main__")

    assert ended.value.code == 0
    assert "usage" in capsys.readouterr().out.lower()
