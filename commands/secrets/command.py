"""`laurel secrets`: the keys that encrypt secrets in the database."""

import typer

from commands.shared.exits import errors_as_exit_codes, run_async
from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup
from commands.shared.options import DATA, Data

secrets = typer.Typer(
    cls=FastTyperGroup, no_args_is_help=True, help="Make and rotate the keys that encrypt secrets in the database."
)


@secrets.callback()
def _group() -> None:
    """Make and rotate the keys that encrypt secrets in the database."""


@secrets.command(name="key", cls=FastTyperCommand)
def key() -> None:
    """Print a new key for LAUREL_SECRET_KEY."""
    from database.secret_keys import new_key

    with errors_as_exit_codes():
        print(new_key())


@secrets.command(name="rotate", cls=FastTyperCommand)
def rotate(data: Data = DATA) -> None:
    """Encrypt every secret anew: with the first key of LAUREL_SECRET_KEY, or with a new one of the data folder."""
    from commands.secrets.rotation import rotate_keys

    run_async(lambda: rotate_keys(data))
