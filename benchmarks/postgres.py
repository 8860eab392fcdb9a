"""A PostgreSQL server of our own, where its programs are installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest version first; None where there are none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def serving(folder_of_programs: Path, *more: str) -> Iterator[str]:
    """A fresh server on a socket, as a user who is not root, with `more` settings; the address of its database."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = {"user": user} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="laurel-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if as_user:
            shutil.chown(folder, user)
        make = [folder_of_programs / "initdb", "-D", folder / "data", "-U", "laurel", "-A", "trust", "-E", "UTF8"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
        named = ("listen_addresses=", f"unix_socket_directories={folder}", *more)
        settings = [part for setting in named for part in ("-c", setting)]
        run = [folder_of_programs / "postgres", "-D", folder / "data", *settings]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(run, stdout=log, stderr=log, cwd=folder, **as_user)  # type: ignore[call-overload]
        try:
            _wait_for(folder / ".s.PGSQL.5432")
            yield f"postgresql://laurel@/postgres?host={folder}"
        finally:
            server.terminate()
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(socket: Path) -> None:
    until = time.monotonic() + 30
    while not socket.exists():
        if time.monotonic() > until:
            log = (socket.parent / "log").read_text(errors="replace")
            raise RuntimeError(f"PostgreSQL did not start: {log[-500:]}")
        time.sleep(0.1)
