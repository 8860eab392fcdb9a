"""laurel ...: parse arguments, call the core, print. Exit 0: good; 1: the program is at fault; 2: the call is."""

import sys
from io import TextIOWrapper

import typer

from commands.line.api import api
from commands.line.check import check
from commands.line.demo import demo
from commands.line.deploy import deploy
from commands.line.diff import diff
from commands.line.evaluate import evaluate
from commands.line.explain import explain
from commands.line.new import new
from commands.line.plan import plan
from commands.line.revisions import revisions
from commands.line.rollback import rollback
from commands.line.schema import schema
from commands.line.simulate import simulate
from commands.line.swift import SwiftCommand, SwiftGroup
from commands.line.test import test
from commands.line.up import up
from commands.line.worker import worker

app = typer.Typer(cls=SwiftGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

for command in (
    check,
    test,
    simulate,
    schema,
    plan,
    explain,
    evaluate,
    up,
    demo,
    api,
    worker,
    deploy,
    revisions,
    diff,
    rollback,
):
    app.command(cls=SwiftCommand)(command)


app.add_typer(new, name="new")


@app.callback()
def laurel() -> None:
    """A self-hosted loyalty engine: events in, points, achievements and webhooks out, durably."""


def main() -> None:
    """The `laurel` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # names of files and people need not fit what a terminal can show
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="laurel")
