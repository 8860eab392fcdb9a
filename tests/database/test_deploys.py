"""A deploy that would lose what members have is refused until that is named, on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.deploys import Replaced
from database.programs import Programs
from database.revisions import NewRevision
from loyalty.ids import new_id
from loyalty.losses import DeployConsent, Loss, Retitling
from loyalty.program.wallets import ONE
from loyalty.refusals import UnnamedLosses
from loyalty.store.events import NewEvent
from program_files import revision_hash
from tests.kit import programs
from tests.kit.database import all_rows
from tests.kit.scripted_store import COFFEE, FIRST, GIFT, ScriptedStore

MILES = programs.PROGRAM.replace("wallets:\n", "wallets:\n  miles: {}\n")
MILES_TOO = "reactor: miles\non: purchase\nthen: [{award_points: {wallet: miles, points: 1}}]\n"
LATER = "reactor: later\non: app_login\nthen: [{award_points: {wallet: miles, points: 1, pending: 3d}}]\n"
WITHOUT_GOLD = programs.PROGRAM.replace("  - {tier: gold, from: 2000}\n", "")
RICH = {
    "program": MILES,
    "reactors__miles": MILES_TOO,
    "reactors__later": LATER,
    "reactors__gift": GIFT,
    "rewards__free-coffee": COFFEE,
}
POOR = {"program": programs.PROGRAM}


@pytest.fixture
def deployed(database: Database) -> Programs:
    return Programs(database)


@pytest.fixture
async def shop(database: Database, deployed: Programs) -> ScriptedStore:
    """A coffee shop with two wallets and a coupon."""
    program, revision, _ = await deployed.deploy(programs.files(**RICH), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def refused(deployed: Programs, files: Mapping[str, bytes]) -> UnnamedLosses:
    """The refusal of a deploy that names no loss."""
    with pytest.raises(UnnamedLosses) as raised:
        await deployed.deploy(files, by="test")
    return raised.value


def without(*keys: str) -> DeployConsent:
    return DeployConsent(frozenset(keys))


async def test_wallets_with_points_and_rewards_with_coupons_out_are_lost_by_name_and_number_of_members(
    shop: ScriptedStore, deployed: Programs
) -> None:
    ann, bob = await shop.register("ann@example.com"), await shop.register("bob@example.com")
    await shop.report(ann, "purchase", {"total": 100})
    await shop.report(ann, "purchase", {"total": 100})
    await shop.report(bob, "app_login", {})
    before = await all_rows(shop.database)

    refusal = await refused(deployed, programs.files(**POOR))

    assert refusal.unnamed.losses == (Loss("wallet", "miles", 2), Loss("reward", "free-coffee", 1))
    assert str(refusal) == (
        "the deploy would lose wallet miles (2 members), reward free-coffee (1 member): "
        "allow it explicitly, and deploy again"
    )
    assert await all_rows(shop.database) == before


async def test_what_nobody_has_goes_without_a_word(shop: ScriptedStore, deployed: Programs) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "purchase", {"total": 100})
    await shop.wait(100)  # points and coupons expire; miles never do

    refusal = await refused(deployed, programs.files(**POOR))

    assert refusal.unnamed.losses == (Loss("wallet", "miles", 1),)


async def test_each_loss_must_be_named_and_then_nothing_is_destroyed(shop: ScriptedStore, deployed: Programs) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "purchase", {"total": 2100})
    before = await all_rows(shop.database)
    poor = programs.files(program=WITHOUT_GOLD)

    with pytest.raises(UnnamedLosses) as some:
        await deployed.deploy(poor, by="test", consent=without("wallet:miles", "tier:silver"))
    done = await deployed.deploy(poor, by="test", consent=without("wallet:miles", "tier:gold", "reward:free-coffee"))
    again = await deployed.deploy(programs.files(program=WITHOUT_GOLD + "# more\n"), by="test")

    assert [loss.key for loss in some.value.unnamed.losses] == ["tier:gold", "reward:free-coffee"]
    assert (done[1:], again[1:]) == ((2, True), (3, True)), "what went before is lost no second time"
    after = await all_rows(shop.database)
    assert {name for name in before if before[name] != after[name]} == {"notice_move", "revision"}


async def test_a_tier_is_lost_with_the_members_who_are_in_it_now(shop: ScriptedStore, deployed: Programs) -> None:
    members = [await shop.register(f"m{number}@example.com") for number in range(4)]
    for member, total in zip(members, (600, 600, 2100, 5), strict=True):
        await shop.report(member, "purchase", {"total": total})

    refusal = await refused(deployed, programs.files(**{**RICH, "program": MILES[: MILES.index("tiers:")]}))

    assert refusal.unnamed.losses == (Loss("tier", "bronze", 1), Loss("tier", "gold", 1), Loss("tier", "silver", 2))


async def test_an_event_type_is_lost_while_events_of_it_are_received_or_decided(
    shop: ScriptedStore, deployed: Programs
) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "app_login", {})  # applied
    store = shop.database.store("DEFAULT")
    waiting = [NewEvent(new_id(), "app_login", ann, FIRST, {}, shop.revision) for _ in range(3)]

    def accept(tx: Transaction) -> None:
        for each in waiting:
            tx.events.add(each, now=FIRST)

    await store.write(accept)
    files = programs.files(**{**RICH, "events__app_login": "", "achievements__seven-days": "", "reactors__later": ""})

    first = await refused(deployed, files)
    await store.write(lambda tx: tx.events.set_failed(waiting[0].id, "broken", now=FIRST))
    second = await refused(deployed, files)
    done = await deployed.deploy(files, by="test", consent=without("event:app_login"))

    assert first.unnamed.losses == (Loss("event", "app_login", 1, 3),)
    assert str(first.unnamed) == "lose event type app_login (3 events of 1 member in flight)"
    assert second.unnamed.losses == (Loss("event", "app_login", 1, 2),)
    assert done[2]


async def test_another_title_is_refused_until_it_is_allowed(shop: ScriptedStore, deployed: Programs) -> None:
    tea = programs.files(**{**RICH, "program": MILES.replace("Coffee shop", "Tea shop")})

    refusal = await refused(deployed, tea)
    done = await deployed.deploy(tea, by="test", consent=DeployConsent(rename=True))
    same = await deployed.deploy(tea, by="test")

    assert refusal.unnamed.retitling == Retitling("Coffee shop", "Tea shop")
    assert 'change the title "Coffee shop" to "Tea shop", so it may be another program' in str(refusal)
    assert (done[1:], same[1:]) == ((2, True), (2, False))


async def test_a_rollback_loses_nothing_either(shop: ScriptedStore, deployed: Programs) -> None:
    await deployed.deploy(programs.files(**POOR), by="test")
    program, revision, _ = await deployed.deploy(programs.files(**RICH), by="test")
    shop.program, shop.revision = program, revision
    await shop.report(await shop.register("ann@example.com"), "purchase", {"total": 5})

    with pytest.raises(UnnamedLosses) as raised:
        await deployed.roll_back("DEFAULT", by="test")
    back = await deployed.roll_back("DEFAULT", by="test", consent=without("wallet:miles"))

    assert [loss.key for loss in raised.value.unnamed.losses] == ["wallet:miles"]
    assert back == (2, 4, True)


async def test_points_that_fell_due_while_their_wallet_was_gone_do_when_it_is_back(
    shop: ScriptedStore, deployed: Programs
) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "app_login", {"device": "ios"})
    await deployed.deploy(programs.files(**POOR), by="test", consent=without("wallet:miles", "reward:free-coffee"))
    await shop.wait(5)

    await deployed.roll_back("DEFAULT", by="test", consent=without())
    shop.now = datetime.now(UTC)
    found = await shop.findings()
    await shop.wait(1)

    balances = await shop.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann).balances)
    assert found == [], "they are due"
    assert (balances["miles"].active, balances["miles"].pending) == (ONE, 0)


async def test_what_another_store_has_is_not_lost(shop: ScriptedStore, deployed: Programs) -> None:
    north = programs.PROGRAM.replace("DEFAULT", "NORTH")
    await shop.report(await shop.register("ann@example.com"), "purchase", {"total": 100})
    await deployed.deploy(programs.files(**{**RICH, "program": MILES.replace("DEFAULT", "NORTH")}), by="test")

    done = await deployed.deploy(programs.files(program=north), by="test")

    assert done[1:] == (2, True)


async def test_a_revision_that_this_laurel_cannot_run_is_compared_by_its_names(
    database: Database, deployed: Programs
) -> None:
    files = {**programs.files(**RICH), "program.yaml": f"{MILES}spells: 3\n".encode()}
    texts = {name: content.decode() for name, content in files.items()}

    def put(tx: Transaction) -> None:
        tx.revisions.open_store(secret="whsec_x", now=FIRST)
        tx.revisions.put_in_force(NewRevision(texts, revision_hash(files), "an older Laurel"), based_on=None, now=FIRST)

    await database.store("DEFAULT").write(put)
    tea = await refused(deployed, programs.files(program=programs.PROGRAM.replace("Coffee", "Tea")))

    assert tea.unnamed.retitling == Retitling("Coffee shop", "Tea shop")


async def test_the_check_compares_with_the_revision_that_is_replaced_even_if_it_came_meanwhile(
    shop: ScriptedStore, deployed: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.report(await shop.register("ann@example.com"), "purchase", {"total": 5})
    poor = programs.files(**POOR)
    await deployed.deploy(poor, by="test", consent=without("wallet:miles"))
    read, found = Programs._replaced, list[Replaced]()

    async def read_early(self: Programs, store: str) -> Replaced:
        found.append(await read(self, store))
        if len(found) == 1:  # the wallet comes back after the revision to be replaced was read
            await Programs(shop.database).deploy(programs.files(**RICH), by="another")
        return found[-1]

    monkeypatch.setattr(Programs, "_replaced", read_early)

    with pytest.raises(UnnamedLosses) as raised:
        await deployed.deploy(programs.files(program=programs.PROGRAM + "# again\n"), by="test")

    assert [loss.key for loss in raised.value.unnamed.losses] == ["wallet:miles"]


async def test_other_decimals_of_a_wallet_change_no_balance(shop: ScriptedStore, deployed: Programs) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "purchase", {"total": 500})
    finer = MILES.replace("{default: true,", "{default: true, decimals: 2,")

    shop.program, shop.revision, _ = await deployed.deploy(programs.files(**{**RICH, "program": finer}), by="test")
    shown = await balance_of(shop, ann)
    await shop.report(ann, "purchase", {"total": 0.25})
    more = await balance_of(shop, ann)
    shop.program, shop.revision, _ = await deployed.deploy(programs.files(**RICH), by="test")

    assert [str(shown), str(more), str(await balance_of(shop, ann))] == ["500.00", "500.25", "500"]


async def balance_of(shop: ScriptedStore, member_id: str) -> Decimal | int:
    """What a member has in the default wallet, as the program in force shows it."""
    facts = await shop.database.store("DEFAULT").read(lambda tx: tx.members.facts(member_id))
    return shop.program.default_wallet.amount(facts.balances["points"].active)


async def test_values_that_a_new_schema_of_an_attribute_refuses_are_named_and_stay(
    shop: ScriptedStore, deployed: Programs
) -> None:
    def set_sizes(tx: Transaction) -> None:
        for member, size in ((ann, "41"), (bob, "tall"), (eve, "\u0142\u00f3d\u017a")):
            tx.members.set_attributes(member, {"shoe_size": size}, now=FIRST)

    ann, bob, eve = [await shop.register(f"{name}@example.com") for name in ("ann", "bob", "eve")]
    await shop.database.store("DEFAULT").write(set_sizes)
    declared = {**RICH, "program": MILES + "attributes: {shoe_size: {type: number}, roast: {type: string}}\n"}

    refusal = await refused(deployed, programs.files(**declared))
    done = await deployed.deploy(programs.files(**declared), by="test", consent=without("attribute:shoe_size"))
    other = {**declared, "program": declared["program"] + "dated: event\n"}
    again = await deployed.deploy(programs.files(**other), by="test")

    assert refusal.unnamed.losses == (Loss("attribute", "shoe_size", 2),)
    assert "lose attribute shoe_size of 2 members, whose value its schema refuses" in str(refusal)
    assert (done[2], again[2]) == (True, True)
    kept = await shop.database.store("DEFAULT").read(lambda tx: tx.members.facts(bob).attributes)
    assert kept == {"shoe_size": "tall"}


SHOPPER = "achievement: shopper\non: purchase\ngoal: 30\n"
SPENDING = SHOPPER + "measure: {sum: {var: event.body.total}}\n"


@pytest.mark.parametrize(
    "changed",
    [SPENDING, SHOPPER + "measure: days\n", SHOPPER.replace("purchase", "app_login")],
    ids=["sum", "days", "on"],
)
async def test_progress_that_another_measure_counted_is_named_and_then_stays(database: Database, changed: str) -> None:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(achievements__shopper=SHOPPER), by="test")
    shop = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
    ann, _ = await shop.register("ann@example.com"), await shop.register("bob@example.com")
    await shop.report(ann, "purchase", {"total": 20})

    refusal = await refused(deployed, programs.files(achievements__shopper=changed))
    again = programs.files(achievements__shopper=SHOPPER.replace("30", "40") + "measure: events\nrepeat: unlimited\n")
    _, _, is_new = await deployed.deploy(again, by="test")
    consent = without("achievement:shopper")
    _, _, is_counted = await deployed.deploy(programs.files(achievements__shopper=changed), by="test", consent=consent)

    assert refusal.unnamed.losses == (Loss("achievement", "shopper", 1),)
    assert "lose achievement shopper (1 member with progress that another measure counted)" in str(refusal)
    assert (is_new, is_counted) == (True, True), "the same measure in other words, and then a named one"


async def test_an_achievement_towards_which_nobody_has_progress_may_count_something_else(database: Database) -> None:
    deployed = Programs(database)
    await deployed.deploy(programs.files(achievements__shopper=SHOPPER), by="test")

    _, _, is_new = await deployed.deploy(programs.files(achievements__shopper=SPENDING), by="test")

    assert is_new
