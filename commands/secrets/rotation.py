"""Encrypt every secret of a database with a new key."""

from contextlib import closing
from pathlib import Path

from commands.shared.data_folder import database_url, lock
from commands.shared.secret_keys import add_key, drop_old_keys, keys_of_folder, keys_of_settings
from commands.shared.settings import SECRET_KEY, SettingError, Settings
from database import Database


async def rotate_keys(data: Path) -> None:
    """Encrypt everything with the first key of LAUREL_SECRET_KEY; without it, with a new key of the data folder.

    Raise SettingError, DataFolderError or SecretKeyError; what is encrypted already stays so.
    """
    settings = Settings.read()
    if settings.database_url is None:
        await _rotate_folder(data, settings)
        return
    keys = keys_of_settings(settings)
    if not keys.first:
        raise SettingError(f"{SECRET_KEY} is not set: write the new key first, then the old one, separated by a comma")
    with closing(Database.open(settings.database_url, keys)) as database:
        print(f"{await database.encrypt_all_secrets()} secrets are encrypted anew with the key {keys.first}")


async def _rotate_folder(data: Path, settings: Settings) -> None:
    url = database_url(data, settings)
    with lock(data, settings):
        has_own_key = settings.secret_key is None
        if has_own_key:
            keys_of_folder(data, settings)
            add_key(data)  # both are kept until nothing needs the old one
        keys = keys_of_folder(data, settings)
        with closing(Database.open(url, keys)) as database:
            print(f"{await database.encrypt_all_secrets()} secrets are encrypted anew with the key {keys.first}")
        if has_own_key:
            drop_old_keys(data)
