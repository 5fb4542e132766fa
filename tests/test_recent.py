"""`Recent`: bounded memory in which what is asked for again stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmm_site.recent import Recent, one_of


def test_what_is_asked_for_stays_and_the_rest_goes() -> None:
    """An entry that is asked for while others come in is known as long as they come; one that is not goes."""
    known: Recent[str, int] = Recent(10)
    known["used"] = known["unused"] = 1
    for number in range(100):
        known[f"other {number}"] = number
        assert known.get("used") == 1
    assert known.get("unused") is None
    assert len(known) <= 2 * known.limit


@given(st.lists(st.integers(0, 30)), st.integers(1, 12))
def test_what_is_found_is_what_was_made(keys: list[int], limit: int) -> None:
    """Whatever is forgotten, no key gets the value of another, and there are never more than twice the limit."""
    known: Recent[int, tuple[int]] = Recent(limit)
    for key in keys:
        assert known.made(key, lambda key=key: (key,)) == (key,)  # type: ignore[misc]
        assert len(known) <= 2 * limit


def test_none_is_a_value_like_others() -> None:
    """What is None is made once, too."""
    known: Recent[str, None] = Recent(2)
    made: list[str] = []
    for _ in range(3):
        known.made("nothing", lambda: made.append("made"))
    assert made == ["made"]


def test_equal_things_are_one_object() -> None:
    """The first of equal things stands for all of them."""
    known: Recent[tuple[int, ...], tuple[int, ...]] = Recent(2)
    first = tuple(range(2))
    assert one_of(known, first) is first
    assert one_of(known, tuple(range(2))) is first
