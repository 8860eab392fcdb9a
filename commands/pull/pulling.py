"""Bring the program in force into a folder."""

from dataclasses import dataclass
from pathlib import Path

from commands.pull.merging import Files, Merge, merge, overwrite
from commands.shared.errors import CommandError
from commands.shared.pulled import FILE, Pulled, read_pulled, write_pulled
from commands.shared.registry import Registry
from commands.shared.registry_access import number_in_force
from program_files import read_folder, revision_hash
from program_files.folders.folder import only_tests

MOST_REVISIONS = 100
"""How many revisions are searched for the one that a folder comes from, if it was never pulled."""


class PullError(CommandError):
    """A folder cannot take over the program in force; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The program files of a folder, and the revision that it was last pulled from."""

    path: Path
    files: Files
    pulled: Pulled | None


@dataclass(frozen=True, slots=True)
class Pull:
    """The result of `laurel pull`: a revision, and what it changes in the folder."""

    pulled: Pulled
    changes: Merge


def read(path: Path) -> Folder:
    """Read a folder, which need not exist yet; raise WrongPulledFile or ProgramFaults."""
    if not path.exists():
        return Folder(path, {}, None)
    return Folder(path, read_folder(path), read_pulled(path))


async def prepare(registry: Registry, folder: Folder, store: str, *, overwrites: bool) -> Pull:
    """Compare a folder with the program in force of a store; raise PullError.

    `overwrites`: changes in the folder are discarded.
    """
    number = await number_in_force(registry, store)
    in_force = await registry.files(store, number)
    if overwrites:
        return Pull(Pulled(store, number), overwrite(folder.files, in_force))
    return Pull(Pulled(store, number), merge(folder.files, in_force, await _common(registry, folder, store)))


def refuse_conflicts(pull: Pull, folder: Path) -> None:
    """Raise PullError if the folder and the program in force changed the same file."""
    if pull.changes.conflicts:
        revision = f"revision {pull.pulled.revision}"
        paths = "".join(f"\n  {path}" for path in pull.changes.conflicts)
        raise PullError(
            f"nothing was written: these files were changed both in {folder} and in {revision}:{paths}\n"
            "Pull into an empty folder to compare them, or lose what was changed here: "
            f"laurel pull {folder} --overwrite"
        )


def write(pull: Pull, folder: Path) -> None:
    """Change the folder, each file as a whole; raise PullError if it cannot be written."""
    try:
        for path, content in pull.changes.write.items():
            _replace(folder / path, content)
        for path in pull.changes.delete:
            (folder / path).unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        write_pulled(folder, pull.pulled)
    except OSError as error:
        raise PullError(f"{error.filename or folder} cannot be written: {error.strerror}; then pull again") from None


async def _common(registry: Registry, folder: Folder, store: str) -> Files:
    """Return the files of the revision that a folder comes from: if never pulled, the last one from a folder.

    A folder without files comes from none.
    """
    pulled = folder.pulled
    if pulled is not None and pulled.store != store:
        said = f"{folder.path} was pulled from store {pulled.store}"
        raise PullError(f"{said}: pull {store} into another folder, or delete {folder.path / FILE}")
    if pulled is not None:
        return await registry.files(store, pulled.revision)
    if not folder.files:
        return {}
    revisions = await registry.revisions(store, MOST_REVISIONS)
    hashes = {revision.hash for revision in revisions}
    tests = only_tests(folder.files)
    without_tests = {path: content for path, content in folder.files.items() if path not in tests}
    for files in (folder.files, without_tests):  # deploys of older versions omitted tests
        if revision_hash(files) in hashes:
            return files
    deployed = next((revision.number for revision in revisions if not revision.in_console), None)
    return {} if deployed is None else await registry.files(store, deployed)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.pulled")
    new.write_bytes(content)
    new.replace(path)
