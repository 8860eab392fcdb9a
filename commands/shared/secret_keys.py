"""The keys that encrypt secrets in the database: from the environment, or a file in the data folder."""

from pathlib import Path

import structlog

from commands.shared.data_folder import write_private
from commands.shared.settings import SECRET_KEY, SettingError, Settings
from database.secret_keys import NO_KEYS, SecretKeys, new_key

KEY_FILE = "secret-key"

log = structlog.get_logger(__name__)


def keys_of_settings(settings: Settings) -> SecretKeys:
    """Return the keys of LAUREL_SECRET_KEY; none, with a warning in the log, if it is not set. Raise SettingError."""
    if settings.secret_key is None:
        log.warning(f"secrets are not encrypted: set {SECRET_KEY} to a key made by `laurel secrets key`")
        return NO_KEYS
    return _parsed(settings.secret_key, SECRET_KEY)


def keys_of_folder(folder: Path, settings: Settings) -> SecretKeys:
    """Return the keys of LAUREL_SECRET_KEY, else those of a data folder, whose first key is created once.

    The folder's keys are only for the folder's own database. Raise SettingError.
    """
    if settings.secret_key is not None or settings.database_url is not None:
        return keys_of_settings(settings)
    file = folder / KEY_FILE
    if not file.exists():
        write_private(file, new_key())
    return _parsed(file.read_text(), str(file))


def add_key(folder: Path) -> None:
    """Put a new key before those of a data folder."""
    file = folder / KEY_FILE
    write_private(file, f"{new_key()},{file.read_text().strip()}")


def drop_old_keys(folder: Path) -> None:
    """Remove all keys of a data folder except the first."""
    file = folder / KEY_FILE
    write_private(file, file.read_text().strip().partition(",")[0])


def _parsed(text: str, where: str) -> SecretKeys:
    try:
        return SecretKeys.parse(text.strip())
    except ValueError as error:
        raise SettingError(f"{where}: {error}") from None
