"""`laurel rollback`."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.deployment_text import print_deployed, print_pending, print_refused
from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Drop, Format, OutputFormat, Rename, Store

if TYPE_CHECKING:
    from commands.shared.deployment import PendingDeployment
    from commands.shared.registry import Registry


def rollback(
    revision: Annotated[
        int | None, typer.Argument(min=1, help="The revision to roll back to.", show_default="the one before")
    ] = None,
    store: Store = None,
    data: Data = DATA,
    drop: Drop = None,
    rename: Rename = False,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Deploy an earlier revision again, as a new one, if it has no errors."""
    from commands.shared.consent import read_consent, refused
    from commands.shared.registry_access import open_registry
    from loyalty.refusals import UnnamedLosses

    async def run() -> None:
        consent = read_consent(drop, rename=rename)
        async with open_registry(data) as registry:
            earlier, pending = await prepare_rollback(registry, store, revision)
            print_pending(pending, format)
            try:
                done = await registry.roll_back(pending.store, earlier, based_on=pending.based_on, consent=consent)
            except UnnamedLosses as losses:
                print_refused(losses, format)
                raise refused(losses, f"laurel rollback {earlier}") from None
        print_deployed(pending, done, format, rolled_back_to=earlier)

    run_async(run, format)


async def prepare_rollback(registry: "Registry", store: str | None, to: int | None) -> tuple[int, "PendingDeployment"]:
    """Return an earlier revision (None: the previous one), and the changes of putting it in force again.

    Raise NotFound, RegistryError, UnknownRevision, or ProgramFaults if this version of Laurel cannot read it any more.
    """
    from commands.shared.deployment import prepare
    from commands.shared.registry import RegistryError
    from commands.shared.registry_access import choose_store, number_in_force

    code = await choose_store(registry, store)
    earlier = await number_in_force(registry, code) - 1 if to is None else to
    if not earlier:
        raise RegistryError(f"revision 1 is the first of store {code}: there is none before it")
    return earlier, await prepare(registry, await registry.files(code, earlier))
