"""The paths of problems, as a check shows them."""

import pytest

from commands.check.findings import Findings
from loyalty.program.logic import Place


@pytest.mark.parametrize(
    ("root", "path"),
    [(".", "reactors/a.yaml"), ("programs/shop", "programs/shop/reactors/a.yaml"), ("/", "/reactors/a.yaml")],
)
def test_a_path_is_relative_to_the_current_folder(root: str, path: str) -> None:
    assert Findings(root, (), {}).path(Place("reactors/a.yaml", 1, 1)) == path
