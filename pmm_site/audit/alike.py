"""Whether the step of published shares gives answers away: who has the program can try which counts lead to it.

The same step must be safe for all counts whose shares are alike in steps of five points, from any two Members and from
every union: then it depends on nothing but those shares.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product

COARSEST = Fraction(5)

Counts = tuple[int, ...]


def step_tells(answers: Sequence[str], given: Iterable[str], step: Fraction, unions: Iterable[Iterable[str]]) -> bool:
    """Whether shares of the given answers (of all `answers`) may not be told in this step.

    unions: the given answers of each union's Members.
    """
    counts = _counted(answers, given)
    together = {_counted(answers, own) for own in unions}
    return _tells_two(counts, step) or any(_tells(counts, step, own) for own in together)


def _counted(answers: Sequence[str], given: Iterable[str]) -> Counts:
    found = Counter(given)
    return tuple(found[answer] for answer in answers)


@cache
def _tells_two(counts: Counts, step: Fraction) -> bool:
    """The same of nobody, any Member and any two, whatever they answered."""
    kinds = range(len(counts))
    together = [own for size in range(3) for own in combinations_with_replacement(kinds, size)]
    return any(_tells(counts, step, tuple(own.count(kind) for kind in kinds)) for own in together)


def _tells(counts: Counts, step: Fraction, own: Counts) -> bool:
    """Whether in a world alike the step leaves only one answer of somebody else to who gave these answers."""
    if sum(own) == sum(counts):
        return False
    alike: defaultdict[Counts, list[Counts]] = defaultdict(list)
    for world in _worlds(counts):
        if all(map(int.__le__, own, world)):
            alike[_shares(world, step)].append(world)
    for worlds in alike.values():
        left = [kind for kind, mine in enumerate(own) if any(world[kind] > mine for world in worlds)]
        if len(left) < 2:
            return True
    return False


@cache
def _worlds(counts: Counts) -> tuple[Counts, ...]:
    """All counts of as many answers whose shares are alike in the coarsest step."""
    number = sum(counts)
    # Half a step to both sides holds them all; the shares themselves say which.
    reach = int(number * COARSEST / 200) + 1
    near = [range(max(count - 2 * reach, 0), min(count + 2 * reach, number) + 1) for count in counts[:-1]]
    found = ((*some, number - sum(some)) for some in product(*near) if sum(some) <= number)
    return tuple(world for world in found if _shares(world, COARSEST) == _shares(counts, COARSEST))


@cache
def _shares(counts: Counts, step: Fraction) -> Counts:
    """The shares as multiples of the step; halves go to the even one."""
    number = sum(counts)
    return tuple(round(Fraction(100 * count, number) / step) for count in counts)
