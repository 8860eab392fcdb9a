"""The consents in the options of a deploy, and the options that a refused deploy needs."""

from collections.abc import Sequence

from commands.shared.errors import CommandError
from loyalty.losses import LOSS_KEYS, DeployConsent, DeployLosses, is_loss_key
from loyalty.refusals import UnnamedLosses


class InvalidDrop(CommandError):
    """A value of --drop names nothing that a deploy can drop."""


class RefusedDeploy(CommandError):
    """A deploy would lose something that no option names; the message has the options that allow it."""


def read_consent(drop: Sequence[str] | None, *, rename: bool) -> DeployConsent:
    """Return the consents of --drop and --rename; raise InvalidDrop."""
    for key in drop or ():
        if not is_loss_key(key):
            raise InvalidDrop(f"--drop {key} names nothing: name what goes as {LOSS_KEYS}")
    return DeployConsent(frozenset(drop or ()), rename)


def refused(refusal: UnnamedLosses, command: str) -> RefusedDeploy:
    """Return the error of a command whose deploy was refused."""
    return RefusedDeploy(f"{refusal}: {command} {options_for(refusal.unnamed)}")


def options_for(losses: DeployLosses) -> str:
    """Return the options that allow a deploy with these losses."""
    return " ".join([*(f"--drop {loss.key}" for loss in losses.losses), *(["--rename"] if losses.retitling else [])])
