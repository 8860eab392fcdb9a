"""A shop in memory that sells rewards to two members, for tests of operations on rewards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.operations import OperationContext
from loyalty.points.operations import AddPoints, add_points
from loyalty.program.program import Program
from loyalty.rewards import operations, stocking
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.rewards import IssuedReward, RewardSupply
from program_files import read_program

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"

FILES = {
    "program.yaml": """\
store: DEFAULT
title: Rewards
timezone: UTC
unknown_members: register
notify_before: {coupons: 3d}
wallets: {points: {default: true}, miles: {}}
tiers: [{tier: bronze, from: 0}, {tier: gold, from: 1000}]
""",
    "events/visit.yaml": "event: visit\n",
    "rewards/coffee.yaml": """\
reward: coffee
title: A coffee
price: 100
coupon: {prefix: C-, value: 5, type: money, valid: 30d}
""",
    "rewards/mug.yaml": "reward: mug\ntitle: A mug\nprice: 50\nstatuses: [packing, shipped, completed, returned]\n",
    "rewards/gold-cup.yaml": 'reward: gold-cup\nprice: 10\nfor: {"==": [{var: member.tier}, gold]}\n',
    "rewards/spring.yaml": "reward: spring\nprice: 10\nsold: {from: 2026-05-03, until: 2026-05-04}\n",
    "rewards/twice.yaml": """\
reward: twice
price: 10
limits: [{every: month, times: 2}, {per: program, every: ever, times: 3}]
""",
    "rewards/listed.yaml": "reward: listed\nprice: 10\ncoupon: {codes: uploaded, value: 20, type: percentage}\n",
    "rewards/summer.yaml": """\
reward: summer
price: 10
coupon: {shared: {code: SUMMER, uses: 3, each: 2}, value: 5, type: money, begins: 2d, valid: 10d}
""",
    "rewards/voucher.yaml": """\
reward: voucher
price: {min: 10, step: 5, wallet: miles}
coupon: {value: {"/": [{var: points}, 10]}, type: money}
""",
    "rewards/gift.yaml": "reward: gift\n",
}


def program(**files: str) -> Program:
    """The program of the shop; `rewards__tea="..."` adds or replaces a file."""
    more = {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    return read_program({name: text.encode() for name, text in {**FILES, **more}.items()})


@dataclass
class Shop:
    """Two members with 1,000 points and miles each. Events that operations record are processed at once."""

    engine: InMemoryEngine = field(default_factory=lambda: InMemoryEngine(program(), NOW, records_messages=True))
    happened: list[ProcessedEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine.store.rewards.makes_up_codes = False
        for member_id in (ANN, BOB):
            self.engine.store.load(MemberState(Member(member_id, NOW, tier="bronze")))
            for wallet in ("points", "miles"):
                self.run(add_points, AddPoints(member_id, 1000, wallet, never_expires=True))
        self.happened.clear()

    def run(self, operation: Any, *arguments: Any, source: str = "admin") -> Any:
        """Run an operation, and process what it records; return its result."""
        context = OperationContext(self.engine.store, self.engine.program, 0, self.engine.now, source)
        result = operation(context, *arguments)
        self.happened += self.engine.process(context.to_start)
        return result

    def buy(self, reward: str, *, member: str = ANN, source: str = "member", **more: Any) -> list[str]:
        bought: list[str] = self.run(operations.buy_reward, operations.BuyReward(member, reward, **more), source=source)
        return bought

    def give(self, reward: str, *, member: str = ANN, **more: Any) -> list[str]:
        given: list[str] = self.run(operations.give_reward, operations.GiveReward(member, reward, **more))
        return given

    def use(self, code: str, *, member: str = ANN) -> IssuedReward:
        used: IssuedReward = self.run(operations.use_coupon, member, code)
        return used

    def cancel(self, issued_id: str, **more: Any) -> None:
        context = OperationContext(self.engine.store, self.engine.program, 0, self.engine.now, "admin")
        operations.cancel_reward(context, issued_id, **more)
        self.happened += self.engine.process(context.to_start)

    def stock(self, reward: str, number: int | None) -> None:
        self.run(stocking.set_stock, reward, number)

    def upload(self, reward: str, *codes: str) -> None:
        self.run(stocking.upload_codes, reward, codes)

    def wait(self, days: int) -> None:
        """Move the clock, and process what falls due on the way."""
        self.happened += self.engine.advance(self.engine.now + days * DAY)

    def issued(self, issued_id: str) -> IssuedReward:
        found = self.engine.store.rewards.get(issued_id)
        assert found is not None
        return found

    def supply(self, reward: str) -> RewardSupply:
        return self.engine.store.rewards.supply(reward)

    def points(self, member: str = ANN, wallet: str = "points") -> int:
        """What a member can spend, in whole units."""
        account = self.engine.store.ledger.account(member, wallet)
        return 0 if account is None else account.balance.net // 10**6

    def events(self) -> Sequence[str]:
        """The types of what happened, in order."""
        return [each.type for each in self.happened]

    def sent(self, name: str) -> Sequence[Any]:
        """The data of the messages of one name, in order."""
        return [message.body["data"] for each in self.happened for message in each.sent if message.name == name]
