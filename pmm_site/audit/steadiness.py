"""Tests over hidden values: whether their verdict depends on a few Members, by the tests of another library.

A verdict near its limit is a strong statement on each value, and on who uses an instrument. One may be published
if it stays the same whatever the two values were that bear on it most (`disclose` asks for more than two).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from pmm_site.audit.published import PrintedShape
from pmm_site.audit.truth import Truth
from pmm_site.audit.worlds import Floats
from pmm_site.model import StatisticalTest, Usage

FEWEST_COMPARED = 5
"""A test between groups leaves out those with fewer contributors (methodology): it says nothing of them."""
_TESTS = frozenset(StatisticalTest)
_FEW = 2
_SLACK = 1.02
"""Libraries treat ties that differ in their last binary digits differently: p-values are not compared more closely."""

Samples = tuple[Floats, ...]


def hangs_on_few(truth: Truth, printed: PrintedShape) -> bool:
    """Whether a published test would be another with two other values, is not what the data say, or is none at all."""
    level = truth.dataset.settings.analysis.significance
    looked_at = len(truth.dataset.catalogue.kpis)
    if printed.what == StatisticalTest.MANN_WHITNEY:
        looked_at *= len(truth.dataset.catalogue.instruments)
    samples = _samples(truth, printed)
    if printed.what not in _TESTS or not samples or not sum(map(len, samples)):
        return True
    p_values = [_p_value(printed.what, each) for each in (samples, *_moved(printed.what, samples))]
    if printed.told == "true":
        return not all(each <= level * _SLACK for each in p_values)
    return printed.told != "false" or not all(each > level / looked_at / _SLACK for each in p_values)


def usage_of(truth: Truth, cycle: str, instrument: str) -> Mapping[str, Usage]:
    """The answers on the use of an instrument, by Member."""
    answers = truth.answers.get((cycle, instrument), ())
    return {each.member: each.usage for each in answers if each.usage is not None}


def _samples(truth: Truth, printed: PrintedShape) -> Samples:
    """What a test compares: differences between cycles, the values of groups, those of users and others."""
    values = {member: float(value) for member, value in truth.values.get((printed.cycle, printed.kpi), {}).items()}
    if printed.what == StatisticalTest.CHANGE:
        before = truth.values.get((printed.factor, printed.kpi), {})
        return (np.array([value - float(before[member]) for member, value in values.items() if member in before]),)
    if printed.what == StatisticalTest.MANN_WHITNEY:
        usage = usage_of(truth, printed.cycle, printed.factor)
        users = {member for member, answer in usage.items() if answer is Usage.IN_USE}
        sets = [users, usage.keys() - users]
    else:
        groups = truth.groups.get(printed.cycle, {}).items()
        sets = [set(members) for (grouping, _), members in groups if grouping == printed.factor]
        sets = [members for members in sets if len(members & values.keys()) >= FEWEST_COMPARED]
    return tuple(np.array([values[member] for member in sorted(members & values.keys())]) for members in sets)


def _p_value(test: str, samples: Samples) -> float:
    """The p-value of a test, two-sided, by its large-sample approximation; 1 of samples that say nothing."""
    from scipy import stats

    if test == StatisticalTest.CHANGE:
        changes = np.round(samples[0], 9)
        if not changes.any():
            return 1.0
        return float(stats.wilcoxon(changes, correction=True, method="approx").pvalue)
    pooled = np.concatenate(samples)
    if np.ptp(pooled) == 0 or min(map(len, samples)) < FEWEST_COMPARED:
        return 1.0
    if test == StatisticalTest.MANN_WHITNEY:
        return float(stats.mannwhitneyu(*samples, method="asymptotic").pvalue)
    return float(stats.kruskal(*samples).pvalue)


def _moved(test: str, samples: Samples) -> Iterator[Samples]:
    """The samples with two values from one end at the other; of users and others also with two on the other side."""
    beyond = 3 * max(float(np.abs(sample).max(initial=0)) for sample in samples) + 1
    for at, values in enumerate(samples):
        ordered = np.sort(values)
        for kept, end in ((ordered[_FEW:], beyond), (ordered[: len(ordered) - _FEW], -beyond)):
            ends = np.linspace(end, end * 1.1, len(ordered) - len(kept))
            yield (*samples[:at], np.append(kept, ends), *samples[at + 1 :])
    if test == StatisticalTest.MANN_WHITNEY:
        for at in (0, 1):
            ordered = np.sort(samples[at])
            for kept, gone in ((ordered[_FEW:], ordered[:_FEW]), (ordered[:-_FEW], ordered[-_FEW:])):
                rest = np.append(samples[1 - at], gone)
                yield (kept, rest) if at == 0 else (rest, kept)
