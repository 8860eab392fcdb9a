"""Wait in this process for an event's turn in its member's queue, or until an event is applied or failed.

Waiting decides nothing: a waiting task reads the database when it is woken, and at intervals, since another process may
have applied the event that it waits for.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from loyalty.references import EventRef

MAX_WAITING_OF_MEMBER = 25
"""The most events of one member that wait inside an activity; further ones wait in their workflows."""

MAX_WAITING = 200
"""The most events that wait inside activities in all: each holds a slot for a workflow task."""

MAX_WAIT_SECONDS = 4.0
"""The longest wait inside one activity; after it the workflow waits. Temporal warns of a workflow task of 5 s."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 1.0
"""Seconds between two reads of the database."""


class Turn:
    """The wait of one event for its turn. Created before the first read, so that no release is missed."""

    def __init__(self, queue: "MemberQueue", event: EventRef) -> None:
        self._queue = queue
        self.event = event
        self.position: int | None = None
        """The event's position in the queue, once it is known."""
        self._released = asyncio.Event()
        self._pause = _FIRST_PAUSE
        self._until = 0.0

    def start(self, seconds: float) -> None:
        """Limit all waits together to a number of seconds."""
        self._until = asyncio.get_running_loop().time() + seconds

    def release(self) -> None:
        """End the present wait."""
        self._released.set()

    def begin(self, position: int) -> bool:
        """Begin to wait at a position in the queue; return False if too many wait already."""
        return self._queue.begin(self, position)

    async def wait(self) -> bool:
        """Wait until it is time to read again; return False once the time of `start` has passed."""
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
    """The waiting events of this process, by member; and the tasks waiting for an event's end, by event."""

    def __init__(self) -> None:
        self._turns: dict[str, list[Turn]] = {}
        self._ends: dict[str, set[asyncio.Event]] = {}
        self._waiting = 0

    @contextmanager
    def turn(self, event: EventRef) -> Iterator[Turn]:
        """Return the turn of an event, for the length of the block."""
        turn = Turn(self, event)
        self._turns.setdefault(event.member, []).append(turn)
        try:
            yield turn
        finally:
            self._forget(turn)

    def begin(self, turn: Turn, position: int) -> bool:
        """Let a turn wait at a position in its member's queue; return False if too many wait already."""
        if turn.position is not None:
            return True
        of_member = sum(each.position is not None for each in self._turns[turn.event.member])
        if of_member >= MAX_WAITING_OF_MEMBER or self._waiting >= MAX_WAITING:
            return False
        turn.position = position
        self._waiting += 1
        return True

    def is_first(self, turn: Turn) -> bool:
        """Return whether no other event of the member waits before it in this process."""
        return turn is _first(self._turns[turn.event.member])

    def settle(self, member: str, event_id: str) -> None:
        """Wake the tasks that wait for the end of an applied or failed event, and the next event of its member.

        Called after the commit, in the event loop of the waiting tasks.
        """
        turns = [turn for turn in self._turns.get(member, ()) if turn.event.id != event_id]
        if turns:
            for turn in turns:
                if turn.position is None:  # it is reading right now, perhaps the state before the commit
                    turn.release()
            if (first := _first(turns)) is not None:
                first.release()
        for ended in self._ends.get(event_id, ()):
            ended.set()

    @contextmanager
    def end_of(self, event_id: str) -> Iterator[asyncio.Event]:
        """Return what is set when the event is applied or failed in this process. Open it before the event starts."""
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
