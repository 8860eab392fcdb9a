"""A small disk that can be full: a tmpfs, which only root may mount."""

import asyncio
import contextlib
import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Disk:
    """A mounted disk."""

    folder: Path

    async def fill(self, seconds: float) -> None:
        """Leave no byte of it free, for so many seconds."""
        filler = self.folder / "filler"
        try:
            await asyncio.to_thread(_fill, filler)
            await asyncio.sleep(seconds)
        finally:
            filler.unlink(missing_ok=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        for size in (_CHUNK, 4096, 1):
            try:
                while filler.write(b"\0" * size) == size:
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


@contextmanager
def mounted(*, megabytes: int) -> Iterator[Disk | None]:
    """A disk of this size, mounted inside the block; None where we may not mount."""
    folder = Path(tempfile.mkdtemp(prefix="laurel-disk-", dir="/tmp"))  # short, since a socket is in it
    options = f"size={megabytes}m,mode=755"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
            yield None
            return
        try:
            yield Disk(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()
