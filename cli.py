"""laurel ...: parse arguments, call the core, print. Exit 0: good; 1: the program is at fault; 2: the call is."""

import typer

from commands.line.api import api
from commands.line.check import check
from commands.line.demo import demo
from commands.line.deploy import deploy
from commands.line.evaluate import evaluate
from commands.line.up import up
from commands.line.worker import worker

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

for command in (check, evaluate, up, demo, api, worker, deploy):
    app.command()(command)


@app.callback()
def laurel() -> None:
    """A self-hosted loyalty engine: events in, points, achievements and webhooks out, durably."""


def main() -> None:
    """The `laurel` command."""
    app(prog_name="laurel")
