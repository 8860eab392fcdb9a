"""The data folder and the port."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from commands.doctor.finding import Finding, ill, well

PRIVATE = ("laurel.db", "secret-key", "admin-password", "running.json", "temporal.db")
"""Files that only their owner may read."""

LITTLE_ROOM = 512 * 1024 * 1024
"""Free bytes below which a disk counts as nearly full."""


def look_at_folder(data: Path) -> Iterator[Finding]:
    """Yield whether the folder can be written, has room, and keeps its secrets."""
    if not data.is_dir():
        yield ill("data folder", f"{data} does not exist", "name the --data of your `laurel up`, or start it once")
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield ill("data folder", f"{data} cannot be written", f"give it to the user of Laurel: chown {data}")
    open_files = [name for name in PRIVATE if (data / name).exists() and _is_open(data / name)]
    if open_files:
        names = " ".join(str(data / name) for name in open_files)
        yield ill("data folder", f"others may read {', '.join(open_files)}", f"chmod 600 {names}")
    free = shutil.disk_usage(data).free
    if free < LITTLE_ROOM:
        yield ill("disk", f"{free // 1024**2} MiB are free", "free some: without room, events are refused")
    else:
        yield well("data folder", f"{data}, {free // 1024**2:,} MiB free")


def look_at_port(port: int) -> Finding:
    """Return a finding about whether the API can listen on its port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return ill("port", f"port {port}: {error.strerror}", "choose another with --port, unless it is your API's")
    return well("port", f"port {port} is free")


def _is_open(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
