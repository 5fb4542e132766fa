"""How far long work is: told answer by answer, without holding the work up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pmm_site.stages.progress import telling


def test_work_begins_when_it_is_asked_for_and_is_told_answer_by_answer() -> None:
    """A pool is given all questions at once, before anybody takes an answer; each answer taken is counted."""
    given: list[Any] = []
    told: list[tuple[str, int, int]] = []

    def pool(function: Callable[[Any], Any], questions: Iterable[Any]) -> Iterator[Any]:
        given.extend(questions)
        return map(function, given)

    answers = telling(pool, "attack", lambda *said: told.append(said))(str, iter([1, 2, 3]))
    assert (given, told) == ([1, 2, 3], [])
    assert next(iter(answers)) == "1"
    assert told == [("attack", 1, 3)]
    assert list(answers) == ["2", "3"]
    assert told[1:] == [("attack", 2, 3), ("attack", 3, 3)]
