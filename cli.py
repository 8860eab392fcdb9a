"""The `laurel` command line. Exit code 0: success; 1: the program is at fault; 2: the call is."""

import gc
import sys
from io import TextIOWrapper

import typer

from commands.admin.command import admin
from commands.api.command import api
from commands.audit.command import audit
from commands.backup.command import backup
from commands.check.command import check
from commands.demo.command import demo
from commands.deploy import deploy
from commands.diff import diff
from commands.doctor.command import doctor
from commands.evaluate import evaluate
from commands.explain.command import explain
from commands.export.command import export
from commands.import_.command import import_
from commands.liability.command import liability
from commands.new.command import new
from commands.plan.command import plan
from commands.pull.command import pull
from commands.recount.command import recount
from commands.restore.command import restore
from commands.revisions import revisions
from commands.rollback import rollback
from commands.schema import schema
from commands.secrets.command import secrets
from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup
from commands.simulate.command import simulate
from commands.stuck.command import stuck
from commands.test.command import test
from commands.up.command import up
from commands.worker.command import worker

gc.set_threshold(50_000, 20, 50)
"""Most objects of a command live until it ends, so that frequent collections (the default is 700) find no garbage."""

app = typer.Typer(cls=FastTyperGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

for command in (
    check,
    test,
    simulate,
    schema,
    plan,
    explain,
    audit,
    liability,
    evaluate,
    up,
    demo,
    api,
    worker,
    deploy,
    pull,
    revisions,
    diff,
    rollback,
    backup,
    restore,
    recount,
    doctor,
    stuck,
    export,
):
    app.command(cls=FastTyperCommand)(command)


app.add_typer(admin, name="admin")
app.command("import", cls=FastTyperCommand)(import_)
app.add_typer(new, name="new")
app.add_typer(secrets, name="secrets")


@app.callback()
def laurel() -> None:
    """A self-hosted loyalty engine: events in, points, achievements and webhooks out, durably."""


def main() -> None:
    """The `laurel` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # file names may hold characters that the terminal cannot encode
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="laurel")
