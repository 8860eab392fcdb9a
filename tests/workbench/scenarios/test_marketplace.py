"""The second example program is right, and its tests pass and reach what they should."""

from typer.testing import CliRunner

from cli import app
from tests.kit.paths import ROOT

MARKETPLACE = str(ROOT / "programs" / "marketplace")


def test_it_has_no_error_and_no_warning() -> None:
    checked = CliRunner().invoke(app, ["check", MARKETPLACE, "--strict"])

    assert checked.exit_code == 0, checked.output
    assert "is right" in checked.output


def test_its_tests_pass() -> None:
    tested = CliRunner().invoke(app, ["test", MARKETPLACE])

    assert tested.exit_code == 0, tested.output
    assert "passed" in tested.output
