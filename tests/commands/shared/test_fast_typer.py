"""Arguments that need no pydantic are what they would be with it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup

app = typer.Typer(cls=FastTyperGroup)


class Colour(StrEnum):
    """Words to choose from."""

    red = "red"
    green = "green"


@app.command(cls=FastTyperCommand)
def paint(
    folder: Path,
    colour: Annotated[Colour, typer.Option("--colour", envvar="COLOUR")] = Colour.red,
    times: Annotated[int, typer.Option("--times", min=1)] = 1,
    other: Annotated[Path | None, typer.Option("--other")] = None,
    words: Annotated[list[str] | None, typer.Option("--word")] = None,
    wet: bool = False,
) -> None:
    """Say what was understood."""
    print([folder, colour, times, other, words, wet])


@app.callback()
def painter() -> None:
    """Paints."""


@pytest.mark.parametrize(
    ("arguments", "understood"),
    [
        (["a/b"], [Path("a/b"), Colour.red, 1, None, None, False]),
        (["a", "--colour", "green", "--wet"], [Path("a"), Colour.green, 1, None, None, True]),
        (["a", "--other", "c", "--times", "3"], [Path("a"), Colour.red, 3, Path("c"), None, False]),
        (["a", "--word", "x", "--word", "y", "--no-wet"], [Path("a"), Colour.red, 1, None, ["x", "y"], False]),
    ],
)
def test_arguments_are_of_the_types_that_the_command_asks_for(arguments: list[str], understood: list[object]) -> None:
    done = CliRunner().invoke(app, ["paint", *arguments])

    assert (done.exit_code, done.output.strip()) == (0, str(understood))


def test_the_environment_is_read() -> None:
    done = CliRunner().invoke(app, ["paint", "a"], env={"COLOUR": "green"})

    assert str(Colour.green) in done.output


@pytest.mark.parametrize(
    "arguments",
    [[], ["a", "b"], ["a", "--colour", "blue"], ["a", "--times", "0"], ["a", "--times", "x"], ["a", "--dry"]],
)
def test_a_wrong_call_is_explained_and_exits_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["paint", *arguments])

    assert done.exit_code == 2
    assert "Usage" in done.output


@pytest.mark.parametrize("arguments", [["--help"], ["paint", "--help"]])
def test_help_is_shown(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 0
    assert "Usage" in done.output
