"""Threads that work a list off together: everything is done, in order told, at once, and no error is lost."""

from __future__ import annotations

from threading import Barrier, Event, active_count, get_ident

import pytest

from linli.matcher.search.side_by_side import SideBySide


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_everything_is_found_in_order(threads: int) -> None:
    """Tests lists shorter and longer than there are threads, several times, and that no thread remains."""
    before = active_count()
    with SideBySide(threads) as together:
        for many in (0, 1, 2, 40):
            assert together.map(lambda number: number * number, range(many)) == [n * n for n in range(many)]
    assert active_count() == before


def test_the_caller_works_with_the_others() -> None:
    """Tests that of two threads both work at once, and that one of them is the caller's."""
    both = Barrier(2, timeout=30)

    def meet(_: int) -> int:
        both.wait()
        return get_ident()

    with SideBySide(2) as together:
        found = together.map(meet, range(2))
    assert get_ident() in found
    assert len(set(found)) == 2


def test_one_thread_is_the_callers_own() -> None:
    """Tests that nothing is handed over where one thread is allowed."""
    with SideBySide(1) as together:
        assert set(together.map(lambda _: get_ident(), range(5))) == {get_ident()}


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_comes_to_the_caller(threads: int) -> None:
    """Tests that an error in any thread is raised where the work was asked for, and that work goes on after it."""
    done = Event()

    def fail(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        if number == 5:
            done.set()
        return number

    with SideBySide(threads) as together:
        with pytest.raises(ValueError, match="two"):
            together.map(fail, range(6))
        assert done.is_set()
        assert together.map(str, range(3)) == ["0", "1", "2"]
