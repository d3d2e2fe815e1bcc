"""Long arrays, part by part: every element once, whatever the processors."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seajuris.parts import in_parts


@settings(max_examples=200)
@given(
    count=st.integers(0, 500),
    fewest=st.integers(1, 60),
    more=st.integers(0, 100),
    processors=st.sampled_from([1, 2, 7]),
)
def test_every_element_is_in_one_part(count: int, fewest: int, more: int, processors: int) -> None:
    done: list[slice] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: processors)
        in_parts(done.append, count, fewest, fewest + more)
    done.sort(key=lambda part: part.start)
    assert [i for part in done for i in range(part.start, part.stop)] == list(range(count))
    lengths = [part.stop - part.start for part in done]
    assert all(fewest <= length <= fewest + more for length in lengths[:-1])
    assert all(0 < length <= fewest + more for length in lengths)


def test_parts_are_done_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    # Each of the two waits for the other: one after the other they would wait for ever.
    meeting = threading.Barrier(2, timeout=30)
    in_parts(lambda _: void(meeting.wait()), 2, 1, 1)


def void(_: object) -> None:
    """Nothing."""


@pytest.mark.parametrize("processors", [1, 4, None])
def test_an_error_in_a_part_is_raised(processors: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)

    def work(part: slice) -> None:
        if part.start == 20:
            raise ValueError("in the third part")

    with pytest.raises(ValueError, match="third"):
        in_parts(work, 50, 10, 10)
