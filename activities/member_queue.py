"""Waiting in this process: for an event's turn in its member's queue, and until an event is applied or failed.

Nothing here decides: whoever waits looks at the database when it is woken, and now and then, since another process may
have applied what it waits for.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from loyalty.references import EventRef

MAX_WAITING_OF_MEMBER = 25
"""How many events of one member wait inside an activity; further ones wait in their workflows."""

MAX_WAITING = 200
"""How many events wait inside an activity in all: each holds a place for a workflow task."""

MAX_WAIT_SECONDS = 4.0
"""Longest wait inside one activity; after it the workflow waits. Temporal warns of a workflow task of 5 s."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 1.0
"""Seconds between two looks at the database."""


class Turn:
    """The wait of one event for its turn. Made before the first look, so that no release is missed."""

    def __init__(self, queue: "MemberQueue", event: EventRef) -> None:
        self._queue = queue
        self.event = event
        self.position: int | None = None
        """The event's place in the queue, once it is known."""
        self._released = asyncio.Event()
        self._pause = _FIRST_PAUSE
        self._until = 0.0

    def start(self, seconds: float) -> None:
        """Let the waits end after so many seconds in all."""
        self._until = asyncio.get_running_loop().time() + seconds

    def release(self) -> None:
        """End the present wait."""
        self._released.set()

    def begin(self, position: int) -> bool:
        """Begin to wait at a place in the queue; return False if too many wait already."""
        return self._queue.begin(self, position)

    async def wait(self) -> bool:
        """Wait until it is time to look again; return False once the time of `start` has passed."""
        while not self._released.is_set():
            left = self._until - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(min(left, self._pause)):
                    await self._released.wait()
            except TimeoutError:
                if left > self._pause and self._queue.is_first(self):  # those behind it wait for this one anyway
                    self._pause = min(2 * self._pause, _LONGEST_PAUSE)
                    return True
        self._released.clear()
        return True


class MemberQueue:
    """The events that wait in this process, by member; and who waits for an event's end, by event."""

    def __init__(self) -> None:
        self._turns: dict[str, list[Turn]] = {}
        self._ends: dict[str, set[asyncio.Event]] = {}
        self._waiting = 0

    @contextmanager
    def turn(self, event: EventRef) -> Iterator[Turn]:
        """The turn of an event, for the length of the block."""
        turn = Turn(self, event)
        self._turns.setdefault(event.member, []).append(turn)
        try:
            yield turn
        finally:
            self._forget(turn)

    def begin(self, turn: Turn, position: int) -> bool:
        """Let a turn wait at a place in its member's queue; return False if too many wait already."""
        if turn.position is not None:
            return True
        of_member = sum(each.position is not None for each in self._turns[turn.event.member])
        if of_member >= MAX_WAITING_OF_MEMBER or self._waiting >= MAX_WAITING:
            return False
        turn.position = position
        self._waiting += 1
        return True

    def is_first(self, turn: Turn) -> bool:
        """Whether no other event of the member waits before it in this process."""
        return turn is _first(self._turns[turn.event.member])

    def settle(self, member: str, event_id: str) -> None:
        """Wake who waits for the end of an event that is applied or failed, and the next event of its member.

        Called after the commit, in the event loop of those who wait.
        """
        turns = [turn for turn in self._turns.get(member, ()) if turn.event.id != event_id]
        if turns:
            for turn in turns:
                if turn.position is None:  # it is looking right now, maybe at what was before the commit
                    turn.release()
            if (first := _first(turns)) is not None:
                first.release()
        for ended in self._ends.get(event_id, ()):
            ended.set()

    @contextmanager
    def end_of(self, event_id: str) -> Iterator[asyncio.Event]:
        """What is set when the event is applied or failed in this process. Open it before the event is started."""
        ended = asyncio.Event()
        self._ends.setdefault(event_id, set()).add(ended)
        try:
            yield ended
        finally:
            waiting = self._ends[event_id]
            waiting.discard(ended)
            if not waiting:
                del self._ends[event_id]

    def _forget(self, turn: Turn) -> None:
        turns = self._turns[turn.event.member]
        turns.remove(turn)
        if turn.position is not None:
            self._waiting -= 1
        if not turns:
            del self._turns[turn.event.member]


def _first(turns: list[Turn]) -> Turn | None:
    waiting = [turn for turn in turns if turn.position is not None]
    return min(waiting, key=lambda turn: turn.position or 0, default=None)
