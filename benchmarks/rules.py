"""The rules of the textbooks, for comparison: which groups' means each would publish, at the usual rounding."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.synthetic import World
from pmm_site.disclose.figures import Reader
from pmm_site.model import GroupKey

Rule = Callable[[World, tuple[Reader, ...], GroupKey], bool]


def at_least(number: int) -> Rule:
    """So many contributors."""
    return lambda one, _, key: len(one.cells[key]) >= number


def prior_posterior(percent: float, number: int) -> Rule:
    """The p % rule: the second largest contributor cannot estimate the largest to within p %."""

    def publishes(one: World, _: tuple[Reader, ...], key: GroupKey) -> bool:
        values = sorted((one.values[code] for code in one.cells[key]), reverse=True)
        return len(values) >= number and sum(values[2:]) >= percent / 100 * values[0]

    return publishes


def dominance(largest: int, percent: float, number: int) -> Rule:
    """The (n, k) rule: the n largest contribute at most k % of the total."""

    def publishes(one: World, _: tuple[Reader, ...], key: GroupKey) -> bool:
        values = sorted((one.values[code] for code in one.cells[key]), reverse=True)
        return len(values) >= number and sum(values[:largest]) <= percent / 100 * sum(values)

    return publishes


def hidden_none_or_at_least(hidden: int, number: int) -> Rule:
    """For every reader the hidden contributors are none or so many."""

    def publishes(one: World, people: tuple[Reader, ...], key: GroupKey) -> bool:
        codes = frozenset(one.cells[key])
        counts = (len(codes - reader.known) for reader in people)
        return len(codes) >= number and all(count == 0 or count >= hidden for count in counts)

    return publishes


RULES: dict[str, Rule] = {
    "none": at_least(1),
    "at least 3 contributors": at_least(3),
    "at least 10 contributors": at_least(10),
    "p % rule (p = 15) and 3 contributors": prior_posterior(15, 3),
    "dominance (2, 90) and 3 contributors": dominance(2, 90, 3),
    "hidden contributors 0 or at least 5, and 5 contributors": hidden_none_or_at_least(5, 5),
}
