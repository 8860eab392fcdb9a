"""`laurel deploy`."""

from commands.line.ending import run_to_end
from commands.line.options import DATA, Data, Folder


def deploy(folder: Folder, data: Data = DATA) -> None:
    """Put a program in force: in the database of LAUREL_DATABASE_URL, or in that of `laurel up` (running or not)."""
    from commands import deploying
    from loyalty.files import read_folder

    async def run() -> None:
        print(await deploying.deploy(read_folder(folder), data=data))

    run_to_end(run)
