"""Validate programs in requests."""

import asyncio
from collections.abc import Mapping, Sequence

from api.http.errors import BadInput, InputFault
from loyalty.losses import LOSS_KEYS, DeployConsent, is_loss_key
from loyalty.program.program import Program
from program_files import read_program


async def validate_program(texts: Mapping[str, str], store: str) -> tuple[Program, dict[str, bytes]]:
    """Return the program of these files, and the files; raise ProgramFaults, or BadInput for another store's."""
    files = {name: text.encode() for name, text in texts.items()}
    program = await asyncio.to_thread(read_program, files)
    if program.store != store:
        message = f"program.yaml says store: {program.store[:80]}, but it was sent to {store[:80]}"
        raise BadInput.at("files.program.yaml", message, "otherStore")
    return program, files


def validate_consent(drop: Sequence[str], *, rename: bool) -> DeployConsent:
    """Return what a deploy may lose; raise BadInput for each invalid item of `drop`."""
    message = f"it names what goes as {LOSS_KEYS}"
    wrong = [
        InputFault(message, "invalidLoss", f"drop.{index}") for index, key in enumerate(drop) if not is_loss_key(key)
    ]
    if wrong:
        raise BadInput(*wrong)
    return DeployConsent(frozenset(drop), rename)
