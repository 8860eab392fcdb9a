"""`laurel admin`: administrators, for an operator who cannot log in."""

from typing import Annotated

import typer

from commands.shared.exits import run_async
from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

admin = typer.Typer(
    cls=FastTyperGroup, no_args_is_help=True, help="List, add, enable and disable administrators, and set passwords."
)

Name = Annotated[str, typer.Argument(help="The name of the administrator.")]


@admin.callback()
def _group() -> None:
    """List, add, enable and disable administrators, and set passwords."""


@admin.command(name="list", cls=FastTyperCommand)
def list_(
    data: Data = DATA,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Print every administrator: name, role, store, and whether they are active."""
    from commands.admin.changes import list_administrators

    run_async(lambda: list_administrators(data, format), format)


@admin.command(name="add", cls=FastTyperCommand)
def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="Their role.")] = "administrator",
    store: Store = None,
    data: Data = DATA,
) -> None:
    """Add an administrator, of one store or of all, and print a new password."""
    from commands.admin.changes import add_administrator

    run_async(lambda: add_administrator(data, name, role, store))


@admin.command(name="enable", cls=FastTyperCommand)
def enable(name: Name, data: Data = DATA) -> None:
    """Let an administrator log in again."""
    from commands.admin.changes import set_active

    run_async(lambda: set_active(data, name, active=True))


@admin.command(name="disable", cls=FastTyperCommand)
def disable(name: Name, data: Data = DATA) -> None:
    """End an administrator's sessions, and let them and their API keys in no more."""
    from commands.admin.changes import set_active

    run_async(lambda: set_active(data, name, active=False))


@admin.command(name="set-password", cls=FastTyperCommand)
def set_password(name: Name, data: Data = DATA) -> None:
    """Give an administrator a new password, print it, and end their sessions."""
    from commands.admin.changes import set_new_password

    run_async(lambda: set_new_password(data, name))


@admin.command(name="reset", cls=FastTyperCommand)
def reset(name: Name, data: Data = DATA) -> None:
    """Print a code, for an hour, by which an administrator sets a password: POST /api/admin/password/reset."""
    from commands.admin.changes import make_reset_code

    run_async(lambda: make_reset_code(data, name))
