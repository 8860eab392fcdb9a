"""Changes of a draft, each in one transaction: they never overwrite a text that the administrator has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from api.drafts.schemas import MAX_DRAFT_BYTES, MAX_DRAFT_FILES, MAX_FILE_BYTES, ResolvedFile
from api.http.errors import BadInput, FileChanged, NotFound, RebaseConflicts
from database import ReadTransaction, Transaction
from database.drafts import StoredDraft
from database.programs import UnknownStore
from database.revisions import AnotherInForce
from program_files.folders.layout import SUFFIXES, TESTS, fault_of_name, is_read
from workbench.drafts.merging import Changes, FileConflict, Texts, conflicts, version_of, with_changes


@dataclass(frozen=True)
class DraftState:
    """The draft of an administrator with its revisions; `stored` None: nothing is changed."""

    tx: ReadTransaction
    stored: StoredDraft | None
    in_force: int

    @classmethod
    def read(cls, tx: ReadTransaction, admin: str) -> "DraftState":
        """Read a draft; raise UnknownStore without a program to change."""
        latest = tx.revisions.latest()
        if latest is None:
            raise UnknownStore(tx.store)
        return cls(tx, tx.drafts.get(admin), latest.number)

    @property
    def based_on(self) -> int:
        """The base revision: without a change, the one in force."""
        return self.in_force if self.stored is None else self.stored.based_on

    @property
    def changes(self) -> Changes:
        """The changed texts by path."""
        return {} if self.stored is None else self.stored.texts

    @cached_property
    def base(self) -> Texts:
        """The files of the base revision."""
        return self.tx.revisions.files(self.based_on) or {}

    @cached_property
    def files_in_force(self) -> Texts:
        """The files of the revision in force."""
        if self.based_on == self.in_force:
            return self.base
        return self.tx.revisions.files(self.in_force) or {}

    @cached_property
    def conflicts(self) -> Sequence[FileConflict]:
        """The files that the draft and the revision in force changed differently."""
        return conflicts(self.base, self.files_in_force, self.changes)

    @property
    def texts(self) -> dict[str, str]:
        """The files of the resulting program."""
        return with_changes(self.base, self.changes)

    def text(self, path: str) -> str | None:
        """Return the text of a file in the draft; None if there is no such file."""
        return self.changes[path] if path in self.changes else self.base.get(path)


def save_file(
    tx: Transaction, admin: str, path: str, text: str | None, *, version: str, field: str = "text", now: datetime
) -> DraftState:
    """Store the text of a file (None: remove it) in a draft if its present text has a version; return the draft.

    Saving the same text again changes nothing. Raise BadInput, NotFound, or FileChanged if the text was changed since
    it was shown.
    """
    tx.drafts.lock_of(admin)
    draft = DraftState.read(tx, admin)
    stored = draft.text(path)
    if stored == text:
        if text is None and version_of(stored) == version:
            raise NotFound(path)
        return draft
    if version_of(stored) != version:
        raise FileChanged(path, stored=stored, sent=text)
    if text is not None:
        check_path(path)
    _check_bounds({**draft.changes, path: text}, path, field)
    _store(tx, admin, path, text, base=draft.base, based_on=draft.based_on, now=now)
    return DraftState.read(tx, admin)


def rebase(tx: Transaction, admin: str, based_on: int, resolved: Sequence[ResolvedFile], *, now: datetime) -> None:
    """Rebase a draft on the revision in force, which must be `based_on`; `resolved` decides conflicting files.

    Raise AnotherInForce, FileChanged, BadInput, or RebaseConflicts for undecided files.
    """
    tx.drafts.lock_of(admin)
    draft = DraftState.read(tx, admin)
    if based_on != draft.in_force:
        latest = tx.revisions.latest()
        assert latest is not None, "the draft was read beside it"
        raise AnotherInForce(latest.number, by=latest.deployed_by, at=latest.deployed_at, based_on=based_on)
    if draft.stored is None or draft.based_on == based_on:
        return
    decided = {each.path: each for each in resolved}
    open_ = [each for each in draft.conflicts if each.path not in decided]
    if open_:
        raise RebaseConflicts(open_, in_force=draft.in_force)
    conflicting = [each.path for each in draft.conflicts]
    for path in conflicting:
        if decided[path].version != version_of(draft.text(path)):
            raise FileChanged(path, stored=draft.text(path), sent=decided[path].text)
    changes = {**draft.changes, **{path: decided[path].text for path in conflicting}}
    for path in conflicting:
        _check_bounds(changes, path, "files")
    tx.drafts.move(admin, based_on=based_on, now=now)
    for path, text in changes.items():
        _store(tx, admin, path, text, base=draft.files_in_force, based_on=based_on, now=now)


def _store(
    tx: Transaction, admin: str, path: str, text: str | None, *, base: Texts, based_on: int, now: datetime
) -> None:
    if base.get(path) == text:
        tx.drafts.restore(admin, path)
    else:
        tx.drafts.put(admin, path, text, based_on=based_on, now=now)


def check_path(path: str) -> None:
    """Raise BadInput for a path that no file of a program can have."""
    fault = fault_of_name(path)
    if fault is not None:
        raise BadInput.at("path", f"{fault}: choose another name", "invalidPath")
    is_hidden = any(step.startswith(".") for step in path.split("/"))
    if is_hidden or (not is_read(path) and not (path.startswith(f"{TESTS}/") and path.endswith(SUFFIXES))):
        message = (
            "this is not a path of a program file: name it program.yaml, or events/NAME.yaml, reactors/NAME.yaml, "
            "achievements/NAME.yaml, rewards/NAME.yaml or tests/NAME.yaml"
        )
        raise BadInput.at("path", message, "invalidPath")


def _check_bounds(changes: Mapping[str, str | None], path: str, field: str) -> None:
    """Raise BadInput if a draft with these changes, including the new one at a path, is too large."""
    size = len((changes[path] or "").encode())
    if size > MAX_FILE_BYTES:
        message = f"the file has {size:,} bytes, and may have {MAX_FILE_BYTES:,}: split it, or edit it in a folder"
        raise BadInput.at(field, message, "tooLarge")
    if len(changes) > MAX_DRAFT_FILES:
        message = f"a draft changes at most {MAX_DRAFT_FILES} files: deploy what is done first, or edit in a folder"
        raise BadInput.at(field, message, "tooLarge")
    if sum(len((text or "").encode()) for text in changes.values()) > MAX_DRAFT_BYTES:
        message = f"the changed files of a draft have at most {MAX_DRAFT_BYTES:,} bytes: deploy what is done first"
        raise BadInput.at(field, message, "tooLarge")
