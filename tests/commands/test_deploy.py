"""`laurel deploy`, `revisions`, `diff` and `rollback`: on an unused SQLite file, on PostgreSQL, and as documented."""

import fcntl
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.rollback import prepare_rollback
from commands.shared.api_registry import ApiRegistry
from commands.shared.data_folder import DATABASE_FILE, LOCK_FILE
from commands.shared.database_registry import DatabaseRegistry
from commands.shared.deployment import deploy, prepare
from commands.shared.deployment_text import print_deployed, print_pending
from commands.shared.options import Format
from commands.shared.registry import Deployed
from commands.shared.registry_access import open_registry
from database import Database, Transaction
from database.revisions import AnotherInForce, NewRevision
from database.secret_keys import new_key
from loyalty.losses import NO_CONSENT
from tests.kit import programs
from tests.kit.api import Api, running
from tests.kit.paths import ROOT
from tests.kit.processes import LAUREL, laurel, write

EARLY = programs.PROGRAM.replace("points: 7d", "points: 9d")


def shop(**changed: str) -> Mapping[str, bytes]:
    return programs.files(**changed)


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """A SQLite file that no process has open, and the user who deploys."""
    return {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path}/laurel.db", "LOGNAME": "ann"}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """A data folder, and an environment in which the small coffee shop was deployed once."""
    folder = tmp_path_factory.mktemp("deployed")
    environment = {"LAUREL_DATABASE_URL": f"sqlite:///{folder}/laurel.db", "COLUMNS": "200"}
    laurel("deploy", write(folder / "1", shop()), "--data", folder / "data", **environment)
    return folder / "data", environment


def test_a_deploy_prints_its_changes_and_the_same_again_changes_nothing(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    first, second = write(tmp_path / "1", shop()), write(tmp_path / "2", shop(program=EARLY))
    data = ["--data", tmp_path / "data"]

    runs = [laurel("deploy", folder, *data, **environment) for folder in (first, second, second)]

    assert [done.returncode for done in runs] == [0, 0, 0], runs
    assert [done.stdout for done in runs] == [
        "store DEFAULT: revision 1 is in force\n",
        "~ setting notify_before points: 7d -> 9d\nstore DEFAULT: revision 2 is in force\n",
        "store DEFAULT: revision 2 was in force already\n",
    ]


def test_a_deploy_prints_the_same_facts_as_json(environment: Mapping[str, str], tmp_path: Path) -> None:
    data = ["--data", tmp_path / "data", "--format", "json"]
    laurel("deploy", write(tmp_path / "1", shop()), *data, **environment)

    second = laurel("deploy", write(tmp_path / "2", shop(program=EARLY)), *data, **environment)
    third = laurel("deploy", write(tmp_path / "3", shop(program="# a comment\n" + EARLY)), *data, **environment)
    wrong = laurel("deploy", write(tmp_path / "4", shop(reactors__wrong="reactor: wrong")), *data, **environment)

    (change,) = json.loads(second.stdout).pop("changes")
    assert json.loads(second.stdout) == {
        "store": "DEFAULT",
        "revision": 2,
        "isNew": True,
        "was": 1,
        "changes": [change],
        "overruled": {},
        "problems": [],
    }
    assert (change["name"], change["parts"][0]["now"]) == ("notify_before points", "9d")
    assert (json.loads(third.stdout)["revision"], json.loads(third.stdout)["changes"]) == (3, [])
    assert (wrong.returncode, json.loads(wrong.stdout)["problems"][0]["code"]) == (1, "missing-key")


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    async with running(sqlite_database) as started:
        yield started


async def test_a_deploy_says_where_settings_of_the_store_stand_over_the_program(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"settings": {"expirePointsNotificationDays": 1, "expireCouponsNotificationDays": 3}}
    assert (await api.post("/api/DEFAULT/settings", settings)).status_code == 200

    for registry in (DatabaseRegistry(api.database), ApiRegistry(api.http)):
        pending = await prepare(registry, shop())
        print_pending(pending, Format.text)
        print_deployed(pending, Deployed(1, is_new=False), Format.json)

        assert pending.overruled == {"points": 1}
        *text, said = capsys.readouterr().out.splitlines()
        assert "the settings of the store override notify_before.points: 1 day before" in text
        assert json.loads(said)["overruled"] == {"notify_before.points": 1}
        assert (await prepare(registry, shop(program=programs.PROGRAM.replace("DEFAULT", "OTHER")))).overruled == {}


async def test_both_registries_know_all_stores_of_an_installation_with_many(api: Api) -> None:
    def open_store(tx: Transaction) -> None:
        now = datetime.now(UTC)
        tx.revisions.open_store(secret="whsec_", now=now)
        tx.revisions.put_in_force(
            NewRevision({"program.yaml": "nonsense"}, "0" * 64, "test", ""), based_on=None, now=now
        )

    codes = sorted(f"S{number}" for number in range(60))
    for code in codes:
        await api.database.store(code).write(open_store)

    for registry in (DatabaseRegistry(api.database), ApiRegistry(api.http)):
        assert list(await registry.stores()) == ["DEFAULT", *codes]


def test_a_deploy_prints_the_warnings_of_a_check_and_continues(environment: Mapping[str, str], tmp_path: Path) -> None:
    over = f"{programs.POINTS_FOR_PURCHASE}active: {{until: 2020-12-31}}\n"
    folder = write(tmp_path / "1", shop(**{"reactors__points-for-purchase": over}))
    write(folder, {"reactor/stray.yaml": b"reactor: stray\n"})
    data = ["--data", tmp_path / "data"]

    checked = laurel("check", folder)
    runs = laurel("deploy", folder, *data, **environment)
    again = laurel("deploy", folder, *data, "--format", "json", **environment)

    *warnings, result = runs.stdout.splitlines()
    assert warnings == checked.stdout.splitlines()[:-1]
    assert [warning.split(": ")[1:3] for warning in warnings] == [
        ["warning", "unknown-folder"],
        ["note", "already-over"],
    ]
    assert (result, runs.stderr.splitlines()[-1]) == ("store DEFAULT: revision 1 is in force", "1 warning, 1 note")
    assert [each["code"] for each in json.loads(again.stdout)["problems"]] == ["unknown-folder", "already-over"]


def test_a_deploy_based_on_another_revision_exits_with_2_and_names_who_deployed_when(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    data = ["--data", tmp_path / "data"]
    laurel("deploy", write(tmp_path / "1", shop()), *data, **environment)

    done = laurel("deploy", write(tmp_path / "2", shop(program=EARLY)), *data, "--based-on", "0", **environment)
    listed = laurel("revisions", *data, "--format", "json", **environment)

    assert done.returncode == 2
    assert re.search(
        r"revision 1 is in force, deployed by ann \(laurel deploy\) at \d{4}-\d\d-\d\d .* UTC", done.stderr
    )
    assert "see `laurel revisions`" in done.stderr
    assert [each["revision"] for each in json.loads(listed.stdout)["revisions"]] == [1]


def test_another_title_is_refused_with_the_command_that_allows_it(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    tea = write(tmp_path / "2", shop(program=programs.PROGRAM.replace("Coffee shop", "Tea shop")))
    data = ["--data", tmp_path / "data"]
    laurel("deploy", write(tmp_path / "1", shop()), *data, **environment)

    refused = laurel("deploy", tea, *data, **environment)
    as_json = laurel("deploy", tea, *data, "--format", "json", **environment)
    done = laurel("deploy", tea, *data, "--rename", **environment)
    back = laurel("rollback", *data, **environment)
    allowed = laurel("rollback", *data, "--rename", **environment)

    assert (refused.returncode, as_json.returncode, done.returncode, back.returncode) == (2, 2, 0, 2)
    assert refused.stdout == '~ setting title: "Coffee shop" -> "Tea shop"\n'
    assert refused.stderr.splitlines()[-1] == (
        'laurel: the deploy would change the title "Coffee shop" to "Tea shop", so it may be another program: '
        f"allow it explicitly, and deploy again: laurel deploy {tea} --rename"
    )
    assert json.loads(as_json.stdout) == {"losses": [], "title": {"inForce": "Coffee shop", "deployed": "Tea shop"}}
    assert back.stderr.endswith("laurel rollback 1 --rename\n")
    assert allowed.stdout.endswith("store DEFAULT: revision 3 is in force, a rollback to 1\n")


@pytest.mark.parametrize("command", [["deploy", "programs"], ["rollback"], ["up", "--program", "programs"]])
@pytest.mark.parametrize("value", ["points", "wallet:", "purse:points"])
def test_a_drop_that_names_nothing_is_an_error_of_the_call(command: list[str], value: str, tmp_path: Path) -> None:
    done = laurel(*command, "--drop", value, "--data", tmp_path / "data")

    assert done.returncode == 2
    assert f"laurel: --drop {value} names nothing: name what goes as wallet:NAME" in done.stderr


def test_a_rollback_is_listed_as_what_it_is(environment: Mapping[str, str], tmp_path: Path) -> None:
    data = ["--data", tmp_path / "data"]
    laurel("deploy", write(tmp_path / "1", shop()), *data, **environment)
    laurel("deploy", write(tmp_path / "2", shop(program=EARLY)), *data, "--note", "spring", **environment)

    back = laurel("rollback", *data, **environment)
    again = laurel("rollback", "1", *data, "--format", "json", **environment)
    listed = laurel("revisions", *data, "--last", "2", **environment)
    compared = [laurel("diff", *which, *data, **environment) for which in ([], ["1", "3"], ["1", "2"])]

    assert back.stdout.splitlines()[-1] == "store DEFAULT: revision 3 is in force, a rollback to 1"
    assert json.loads(again.stdout) == {
        "store": "DEFAULT",
        "revision": 3,
        "isNew": False,
        "was": 3,
        "changes": [],
        "problems": [],
        "overruled": {},
        "rolledBackTo": 1,
    }
    lines = listed.stdout.splitlines()
    assert [bool(re.search(r"in force  ann .*: rollback to 1$", lines[1])), lines[2].endswith(": spring")] == [True] * 2
    assert len(lines) == 3
    assert [done.stdout for done in compared] == [
        "~ setting notify_before points: 9d -> 7d\n",
        "revisions 1 and 3 say the same\n",
        "~ setting notify_before points: 7d -> 9d\n",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rollback"], "revision 1 is the first of store DEFAULT"),
        (["rollback", "9"], "store DEFAULT has no revision 9: `laurel revisions` lists those it has"),
        (["diff", "1", "9"], "store DEFAULT has no revision 9"),
        (["revisions", "--store", "OTHER"], "store OTHER is unknown: there is DEFAULT"),
        (["rollback", "0"], "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_rolled_back_or_compared_is_explained_on_one_line(
    deployed: tuple[Path, Mapping[str, str]], arguments: list[str], said: str
) -> None:
    data, environment = deployed

    done = laurel(*arguments, "--data", data, **environment)

    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_of_several_stores_one_has_to_be_named(environment: Mapping[str, str], tmp_path: Path) -> None:
    data = ["--data", tmp_path / "data"]
    none = laurel("revisions", *data, **environment)
    for store in ("DEFAULT", "NORTH"):
        files = shop(program=programs.PROGRAM.replace("DEFAULT", store))
        laurel("deploy", write(tmp_path / store, files), *data, **environment)

    unnamed = laurel("revisions", *data, **environment)
    named = laurel("revisions", "--store", "NORTH", *data, **environment)

    assert (none.returncode, "no program was ever deployed" in none.stderr) == (2, True)
    assert (unnamed.returncode, "name one with --store: there is DEFAULT, NORTH" in unnamed.stderr) == (2, True)
    assert named.stdout.startswith("store NORTH\n    1  ")


def test_a_revision_that_cannot_be_read_any_more_is_refused_and_the_one_in_force_stays(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    data = ["--data", tmp_path / "data"]
    laurel("deploy", write(tmp_path / "1", shop()), *data, **environment)
    laurel("deploy", write(tmp_path / "2", shop(program=EARLY)), *data, **environment)
    age(tmp_path / "laurel.db", 1)

    refused = laurel("rollback", *data, **environment)
    listed = laurel("revisions", *data, **environment)
    age(tmp_path / "laurel.db", 2)
    replaced = laurel("deploy", tmp_path / "1", *data, **environment)

    assert (refused.returncode, refused.stdout.splitlines()[0][:28]) == (1, "program.yaml:1:1: missing-ke")
    assert "    2  " in listed.stdout.splitlines()[1]
    assert replaced.stdout.splitlines() == [
        "revision 2 cannot be compared: this Laurel does not read it",
        "store DEFAULT: revision 3 is in force",
    ]


def age(file: Path, number: int) -> None:
    """Give a revision files that a Laurel of another time may have read."""
    with sqlite3.connect(file) as connection:
        files = json.dumps({"program.yaml": "shop: DEFAULT\n"})
        connection.execute("UPDATE revision SET files = ? WHERE number = ?", (files, number))


async def test_of_two_deployments_to_postgresql_at_once_the_second_is_refused(
    postgresql_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAUREL_DATABASE_URL", postgresql_database_url)

    async with open_registry(tmp_path) as ann, open_registry(tmp_path) as bob:
        await deploy(ann, await prepare(ann, shop()))
        anns = await prepare(ann, shop(program=EARLY))
        bobs = await prepare(bob, shop(program=EARLY.replace("9d", "8d")))
        first = await deploy(ann, anns)
        with pytest.raises(AnotherInForce, match="revision 2 is in force"):
            await deploy(bob, bobs)
        earlier, back = await prepare_rollback(bob, None, None)
        third = await bob.roll_back("DEFAULT", earlier, based_on=back.based_on, consent=NO_CONSENT)
        listed = await ann.revisions("DEFAULT", 9)

    assert [first, third] == [Deployed(2, True), Deployed(3, True)]
    assert [(revision.number, revision.in_force, revision.note) for revision in listed] == [
        (3, True, "rollback to 1"),
        (2, False, ""),
        (1, False, ""),
    ]


def test_a_data_folder_that_another_holds_is_not_written_to(tmp_path: Path) -> None:
    folder, data = write(tmp_path / "1", shop()), write(tmp_path / "data", {DATABASE_FILE: b""})

    with (data / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = laurel("deploy", folder, "--data", data)

    assert done.returncode == 2
    assert "in use by another Laurel" in done.stderr


SHOWN = [
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "TIME"),
    (re.compile(r"^( +\d+  )[0-9a-f]{8}", re.MULTILINE), r"\1HASH"),
]


def test_the_commands_of_the_documentation_do_what_it_shows(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    blocks = [block for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL) if " up " not in block]
    shutil.copytree(ROOT / "programs", tmp_path / "programs")
    surroundings = {
        **os.environ,
        "PATH": f"{LAUREL.parent}:{os.environ['PATH']}",
        "LAUREL_DATABASE_URL": f"sqlite:///{tmp_path}/laurel.db",
        "LAUREL_SECRET_KEY": new_key(),
        "LOGNAME": "ann",
    }

    shown = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                ["sh", "-c", line[2:]], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
            )
            shown.append(f"{line}\n{done.stdout}{done.stderr}")

    assert len(blocks) == 5
    assert _timeless("".join(shown)) == _timeless("".join(blocks))


def _timeless(text: str) -> str:
    for pattern, word in SHOWN:
        text = pattern.sub(word, text)
    return text
