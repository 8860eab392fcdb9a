"""Programs in requests, validated."""

import asyncio
from collections.abc import Mapping

from api.http.errors import BadInput
from loyalty.program.program import Program
from program_files import read_program


async def validate_program(texts: Mapping[str, str], store: str) -> tuple[Program, dict[str, bytes]]:
    """The program in these texts of files, and the files; raise ProgramFaults, or BadInput for another store's."""
    files = {name: text.encode() for name, text in texts.items()}
    program = await asyncio.to_thread(read_program, files)
    if program.store != store:
        message = f"program.yaml says store: {program.store[:80]}, but it was sent to {store[:80]}"
        raise BadInput.at("files.program.yaml", message, "otherStore")
    return program, files
