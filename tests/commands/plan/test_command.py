"""`laurel plan`, as a designer calls it: what a change would do, and a file to deploy exactly that from."""

import json
import re
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from activities.events import EventActivities
from commands.shared.plan_files import PlanError, read_plan
from database import Database
from database.programs import Programs
from program_files import read_folder
from rules import exact
from tests.kit import programs
from tests.kit.database import all_rows
from tests.kit.paths import ROOT
from tests.kit.processes import laurel, write
from tests.kit.scripted_store import ScriptedStore
from tests.kit.tiers import add, in_tier

COFFEE_SHOP = ROOT / "programs" / "coffee-shop"
SAMPLE = COFFEE_SHOP / "samples" / "april.jsonl"
TWICE = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {"*": [{var: event.body.total}, 2]}}}]
"""


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """The coffee shop with one thing changed."""
    folder = tmp_path / "changed"
    shutil.copytree(COFFEE_SHOP, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return folder


def twice(tmp_path: Path) -> Path:
    """The coffee shop with a point more for every point of a purchase."""
    old = "points: {var: event.body.total}, round: down"
    return changed(
        tmp_path,
        "reactors/points-per-purchase.yaml",
        old,
        old.replace("{var: event.body.total}", "{'*': [{var: event.body.total}, 2]}"),
    )


def test_a_plan_shows_changes_and_what_it_would_have_given(tmp_path: Path) -> None:
    done = laurel("plan", twice(tmp_path), "--against", COFFEE_SHOP, "--events", SAMPLE)

    assert done.returncode == 0, done.stderr
    assert "~ reactor points-per-purchase" in done.stdout
    assert "event.body.total -> event.body.total * 2" in done.stdout
    assert "159 events of 6 members replayed: 6 would get more points, rewards or badges, 0 fewer" in done.stdout
    assert "gold-coffee" in done.stdout.split("Reactors that never fired")[1]


def test_the_planning_page_shows_what_its_example_comes_to(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "planning.md").read_text()
    header, reactor = re.findall(r"```yaml\n(# my-program.*?)\n(.*?)```", page, re.DOTALL)[0]
    call, shown = re.findall(r"```console\n\$ laurel (plan my-program --against .*?)\n(.*?)```", page, re.DOTALL)[0]
    shutil.copytree(COFFEE_SHOP, tmp_path / "my-program")
    (tmp_path / header.removeprefix("# ")).write_text(reactor)
    folders = {"my-program": tmp_path / "my-program", "programs/coffee-shop": COFFEE_SHOP}

    done = laurel(*(folders.get(word, ROOT / word if "/" in word else word) for word in call.split()))

    for part in shown.split("...\n"):
        assert part in done.stdout.replace(str(COFFEE_SHOP), "programs/coffee-shop")


def test_several_processes_come_to_the_same_as_one(tmp_path: Path) -> None:
    nobody_shares = changed(
        tmp_path, "reactors/double-on-web.yaml", "  - {per: program, every: month, points: 100000}", "  #"
    )
    call = ["plan", str(nobody_shares), "--against", str(nobody_shares), "--events", str(SAMPLE), "--format", "json"]

    one, three = (json.loads(laurel(*call, "--jobs", jobs).stdout) for jobs in ("1", "3"))

    assert one["backtest"] == three["backtest"]
    assert one["changes"] == []
    assert one["backtest"]["events"] == 159


def test_a_plan_for_a_pull_request_is_markdown(tmp_path: Path) -> None:
    done = laurel("plan", twice(tmp_path), "--against", COFFEE_SHOP, "--events", SAMPLE, "--format", "markdown")

    assert done.stdout.startswith("## Plan for Coffee shop")
    assert "- **changed** reactor `points-per-purchase`" in done.stdout
    assert "| points awarded | " in done.stdout


def test_without_a_backtest_a_plan_shows_only_changes(tmp_path: Path) -> None:
    done = laurel("plan", twice(tmp_path), "--against", COFFEE_SHOP, "--no-backtest", "--format", "json")

    said = json.loads(done.stdout)
    assert ([change["name"] for change in said["changes"]], said["backtest"]) == (["points-per-purchase"], None)


NO_DATABASE = "nothing was ever started in nowhere: name the --data of your `laurel up`, or replay a file by --events"


def test_without_a_database_or_a_file_a_plan_explains_how_to_get_a_backtest() -> None:
    call = ["plan", COFFEE_SHOP, "--against", COFFEE_SHOP, "--data", "nowhere"]

    text, markdown, as_json = (laurel(*call, "--format", each).stdout for each in ("text", "markdown", "json"))

    assert f"no differences\n\nNo backtest: {NO_DATABASE}" in text
    assert f"\n### Backtest\n\nNo backtest: {NO_DATABASE}" in markdown
    assert f"No backtest: {NO_DATABASE}" in json.loads(as_json)["notReplayed"]


def test_a_backtest_that_is_made_or_not_wanted_needs_no_word() -> None:
    call = ["plan", COFFEE_SHOP, "--against", COFFEE_SHOP, "--data", "nowhere", "--format"]

    unwanted, made = laurel(*call, "markdown", "--no-backtest"), laurel(*call, "json", "--events", SAMPLE)

    assert "Backtest" not in unwanted.stdout
    assert json.loads(made.stdout)["notReplayed"] is None


async def test_a_database_without_events_in_these_days_is_reported(sqlite_database: Database, tmp_path: Path) -> None:
    await Programs(sqlite_database).deploy(programs.files(), by="test")
    folder = write(tmp_path / "new", programs.files(**{"reactors__points-for-purchase": TWICE}))

    shown = [
        laurel("plan", folder, "--days", "7", "--format", each, LAUREL_DATABASE_URL=url(tmp_path)).stdout
        for each in ("text", "markdown", "json")
    ]

    for output in shown:
        assert "No event was replayed: none was reported since 20" in output
        assert "name more --days, or replay a file by --events FILE" in output
    assert "never fired" not in shown[0] + shown[1]
    assert json.loads(shown[2])["backtest"]["events"] == 0


def test_a_file_without_events_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")

    done = laurel("plan", COFFEE_SHOP, "--against", COFFEE_SHOP, "--events", tmp_path / "empty.jsonl")

    assert "empty.jsonl holds none: write each on a line" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere"], 2, "nowhere is not a folder"),
        ([COFFEE_SHOP, "--data", "nowhere"], 2, "nothing was ever started in nowhere"),
        ([COFFEE_SHOP, "--against", "nowhere"], 2, "nowhere is not a folder"),
        ([COFFEE_SHOP, "--against", COFFEE_SHOP, "--events", "nowhere.jsonl"], 2, "nowhere.jsonl: No such file"),
        ([COFFEE_SHOP, "--against", COFFEE_SHOP, "--events", COFFEE_SHOP / "program.yaml"], 2, "program.yaml:1: "),
        ([COFFEE_SHOP, "--days", "0"], 2, "--days"),
    ],
)
def test_a_plan_that_cannot_be_made_is_explained(arguments: list[str | Path], code: int, said: str) -> None:
    done = laurel("plan", *arguments)

    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_program_is_no_plan(tmp_path: Path) -> None:
    wrong = changed(tmp_path, "reactors/welcome.yaml", "on: member_registered", "on: member_registred")

    done = laurel("plan", wrong, "--against", COFFEE_SHOP)

    assert done.returncode == 1
    assert "unknown-event-type" in done.stdout


async def test_events_come_from_the_database_and_nothing_is_written(sqlite_database: Database, tmp_path: Path) -> None:
    known = Programs(sqlite_database)
    program, revision, _ = await known.deploy(programs.files(), by="test")
    played = ScriptedStore(
        sqlite_database, EventActivities(sqlite_database, known), program, revision, datetime.now(UTC)
    )
    ann = await played.register("ann@example.com")
    await played.report(ann, "purchase", {"total": 30})
    before = await all_rows(sqlite_database)
    folder = write(tmp_path / "new", programs.files(**{"reactors__points-for-purchase": TWICE}))

    done = laurel("plan", folder, "--format", "json", LAUREL_DATABASE_URL=url(tmp_path))

    said = json.loads(done.stdout)
    numbers = {line["what"]: (line["inForce"], line["planned"]) for line in said["backtest"]["numbers"]}
    assert (said["basedOn"], numbers["points awarded"]) == (1, (30, 60))
    numbers_of_ann = {"inForce": 30, "planned": 60, "difference": 30}
    assert said["backtest"]["mostAffected"] == [
        {"member": ann, **numbers_of_ann, "differences": [{"kind": "wallet", "name": "points", **numbers_of_ann}]}
    ]
    assert await all_rows(sqlite_database) == before


MILES = programs.PROGRAM.replace("wallets:\n", "wallets:\n  miles: {}\n")
MILES_TOO = "reactor: miles\non: purchase\nthen: [{award_points: {wallet: miles, points: 1}}]\n"


async def test_what_a_plan_would_lose_is_shown_and_deployed_when_it_is_named(
    sqlite_database: Database, tmp_path: Path
) -> None:
    known, rich = Programs(sqlite_database), programs.files(program=MILES, reactors__miles=MILES_TOO)
    program, revision, _ = await known.deploy(rich, by="test")
    now = datetime.now(UTC)
    script = ScriptedStore(sqlite_database, EventActivities(sqlite_database, known), program, revision, now)
    await script.report(await script.register("ann@example.com"), "purchase", {"total": 5})
    poor = write(tmp_path / "poor", programs.files(program=programs.PROGRAM.replace("Coffee", "Tea")))
    address = {"LAUREL_DATABASE_URL": url(tmp_path)}
    allowed = ["--drop", "wallet:miles", "--rename"]

    printed, as_json, markdown = (
        laurel("plan", poor, "--no-backtest", "--format", form, **address) for form in ("text", "json", "markdown")
    )
    against = laurel("plan", poor, "--no-backtest", "--against", poor, "--format", "json", **address)
    laurel("plan", poor, "--no-backtest", "--save", tmp_path / "a.plan", **address)
    refused = laurel("deploy", "--plan", tmp_path / "a.plan", "--data", tmp_path / "data", **address)
    done = laurel("deploy", "--plan", tmp_path / "a.plan", "--data", tmp_path / "data", *allowed, **address)

    assert printed.stdout.splitlines()[-3:] == [
        "would lose wallet miles (1 member)",
        'would change the title "Coffee shop" to "Tea shop"',
        "deploying it needs --drop wallet:miles --rename",
    ]
    assert json.loads(as_json.stdout)["losses"] == [{"kind": "wallet", "name": "miles", "members": 1, "events": 0}]
    assert "- deploying it needs `--drop wallet:miles --rename`\n" in markdown.stdout
    assert json.loads(against.stdout)["losses"] is None
    assert refused.returncode == 2
    assert f"laurel deploy --plan {tmp_path / 'a.plan'} --drop wallet:miles --rename" in refused.stderr
    assert done.returncode == 0, done


async def test_who_would_rise_by_a_plan_is_counted(sqlite_database: Database, tmp_path: Path) -> None:
    await Programs(sqlite_database).deploy(programs.files(), by="test")
    standing = [("bronze", 100), ("silver", 700), ("silver", 1500), ("silver", 1999), ("gold", 2500)]
    await add(sqlite_database, [in_tier(tier, points) for tier, points in standing])
    easier = programs.PROGRAM.replace("from: 2000", "from: 1500").replace("from: 500", "from: 50")
    planned = write(tmp_path / "easier", programs.files(program=easier))
    address = {"LAUREL_DATABASE_URL": url(tmp_path)}

    printed = laurel("plan", planned, "--no-backtest", **address)
    as_json = laurel("plan", planned, "--no-backtest", "--format", "json", **address)

    assert printed.stdout.splitlines()[-2:] == [
        "1 member would rise to tier silver",
        "2 members would rise to tier gold",
    ]
    assert json.loads(as_json.stdout)["risers"] == {"silver": 1, "gold": 2}


async def saved(database: Database, tmp_path: Path) -> Path:
    """A plan for the coffee shop over revision 1, kept in a file."""
    await Programs(database).deploy(programs.files(), by="test")
    file = tmp_path / "change.plan"
    done = laurel("plan", COFFEE_SHOP, "--no-backtest", "--save", file, LAUREL_DATABASE_URL=url(tmp_path))
    assert done.returncode == 0, done.stderr
    return file


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'laurel.db'}"


async def test_exactly_what_was_planned_is_deployed(sqlite_database: Database, tmp_path: Path) -> None:
    file = await saved(sqlite_database, tmp_path)

    done = laurel("deploy", "--plan", file, "--data", tmp_path / "data", LAUREL_DATABASE_URL=url(tmp_path))

    assert done.returncode == 0, done.stderr
    revision, program = await Programs(sqlite_database).current("DEFAULT")
    assert (revision, {reactor.name for reactor in program.reactors} >= {"double-on-web", "welcome"}) == (2, True)


def test_a_plan_against_a_folder_is_saved_but_not_offered_for_deployment(tmp_path: Path) -> None:
    file = tmp_path / "change.plan"

    done = laurel("plan", twice(tmp_path), "--against", COFFEE_SHOP, "--no-backtest", "--save", file)

    assert (done.returncode, done.stderr) == (0, "")
    with pytest.raises(PlanError, match="was compared with a folder"):
        read_plan(file)


async def test_a_plan_over_another_revision_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    file = await saved(sqlite_database, tmp_path)
    await Programs(sqlite_database).deploy(programs.files(**{"reactors__points-for-purchase": TWICE}), by="somebody")

    done = laurel("deploy", "--plan", file, "--data", tmp_path / "data", LAUREL_DATABASE_URL=url(tmp_path))

    assert done.returncode == 2
    assert "somebody" in done.stderr
    assert f"{file} was compared with revision 1: plan again" in done.stderr
    assert "deploy again" not in done.stderr
    assert (await Programs(sqlite_database).current("DEFAULT"))[0] == 2


async def test_a_plan_saved_by_an_older_version_is_deployed(sqlite_database: Database, tmp_path: Path) -> None:
    file = await saved(sqlite_database, tmp_path)
    said = json.loads(file.read_text())
    del said["checksum"]
    said["backtest"] = {
        "membersGaining": 1,
        "mostAffected": [{"member": "ann@example.com", "inForce": 30, "planned": 60, "difference": 30}],
    }
    file.write_text(exact.dumps(said | {"checksum": sha256(exact.dumps(said).encode()).hexdigest()}))

    files, based_on = read_plan(file)

    assert (files, based_on) == (read_folder(COFFEE_SHOP), 1)


async def test_a_plan_file_that_was_edited_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    file = await saved(sqlite_database, tmp_path)
    text = file.read_text()
    edits = [
        ("title: Beans", "title: Peas", "was changed since it was made"),
        ('"basedOn": 1', '"basedOn": 2', "was changed since it was made"),
        ('"basedOn": 1', '"basedOn": "x"', "was changed since it was made"),
        ('"what": "added"', '"what": "changed"', "was changed since it was made"),
        ('"basedOn": 1', '"basedOn": null', "was compared with a folder"),
        ('"laurelPlan": 1', '"laurelPlan": 9', "a plan of another version"),
        ('"laurelPlan"', '"plan"', "is not a plan"),
        ("{", "[", "is not a plan"),
    ]

    for old, new, said in edits:
        assert old in text
        file.write_text(text.replace(old, new, 1))
        with pytest.raises(PlanError, match=said):
            read_plan(file)


@pytest.mark.parametrize("arguments", [[], ["a", "--plan", "b"], ["--plan", "b", "--based-on", "1"], ["--plan", "b"]])
def test_a_deploy_that_names_neither_a_folder_nor_a_plan_is_refused(arguments: list[str], tmp_path: Path) -> None:
    done = laurel("deploy", *arguments, "--data", tmp_path)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
