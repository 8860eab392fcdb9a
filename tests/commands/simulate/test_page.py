"""The page about simulations shows what the commands say."""

import re
from pathlib import Path

from tests.kit.documentation import blocks
from tests.kit.paths import ROOT
from tests.kit.processes import laurel

PAGE = "docs/simulating.md"


def test_the_example_of_the_page_prints_what_the_page_shows(tmp_path: Path) -> None:
    (event,), (shown,) = blocks(PAGE, "json"), blocks(PAGE, "text")
    (tmp_path / "event.json").write_text(event)
    member = "{tier: silver, points: 10, earned: 1980}"

    done = laurel("simulate", ROOT / "programs/coffee-shop", tmp_path / "event.json", "--member", member)

    assert f"--member '{member}'" in (ROOT / PAGE).read_text()
    assert re.sub(r"[0-9a-f]{64}", "HASH", done.stdout).startswith(shown)
    assert "10 -> 85" in done.stdout
