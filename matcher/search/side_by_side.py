"""Threads that work a list off together, the caller's own among them.

What `concurrent.futures` does beyond that is not needed here, and to import it took a thirtieth of the time until a
search begins. Nor does a caller stand by while others work: with one thread nothing is handed over at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")


class SideBySide:
    """Threads for as long as a ``with`` lasts.

    Parameters
    ----------
    threads : int
        How many may work at once; of less than one there is one, the caller's.
    """

    def __init__(self, threads: int) -> None:
        self._asked = SimpleQueue[Callable[[], None] | None]()
        self._ended = SimpleQueue[None]()
        self._helpers = [Thread(target=self._help) for _ in range(threads - 1)]

    def __enter__(self) -> Self:
        for helper in self._helpers:
            helper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for _ in self._helpers:
            self._asked.put(None)
        for helper in self._helpers:
            helper.join()

    def _help(self) -> None:
        while (work := self._asked.get()) is not None:
            work()
            self._ended.put(None)

    def map(self, function: Callable[[Thing], Found], things: Sequence[Thing]) -> list[Found]:
        """Return what a function finds for each thing, in their order.

        Raises
        ------
        BaseException
            What the function raised first; everything else was still worked off.
        """
        left, found, failed = deque(enumerate(things)), dict[int, Found](), list[BaseException]()

        def work() -> None:
            while True:
                try:
                    number, thing = left.popleft()
                except IndexError:
                    return
                try:
                    found[number] = function(thing)
                except BaseException as error:  # raised again by the caller's thread
                    failed.append(error)

        helping = min(len(self._helpers), len(things) - 1)
        for _ in range(helping):
            self._asked.put(work)
        work()
        for _ in range(helping):
            self._ended.get()
        if failed:
            raise failed[0]
        return [found[number] for number in range(len(things))]
