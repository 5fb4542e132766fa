"""Who sees what in the demonstration, and whether the published means give a hidden value away."""

from collections import Counter

import numpy as np
import pytest

from tests.committee_paper import MEANS
from tests.demo.submissions import Submissions


def hidden_sets(submissions: Submissions, kpi: str) -> set[frozenset[str]]:
    """What is hidden from the public, from a basic user, from each union and from each pair of Members."""
    found = {frozenset(submissions.hidden(kpi, reader)) for reader in submissions.readers()}
    return found | {frozenset(submissions.hidden_from_public(kpi))}


def interval(
    hidden: frozenset[str], values: dict[str, float], mean: float, least: float, most: float
) -> tuple[float, float]:
    """What one hidden value may be, whichever it is, when only the mean rounded to 0.1 is known."""
    known = sum(value for member, value in values.items() if member not in hidden)
    low = len(values) * (mean - 0.05) - known
    high = len(values) * (mean + 0.05) - known
    others = len(hidden) - 1
    return max(least, low - others * most), min(most, high - others * least)


@pytest.mark.parametrize("cycle", ["first", "second"])
@pytest.mark.parametrize("kpi", MEANS)
def test_enough_contributors_are_hidden(cycle: str, kpi: str, request: pytest.FixtureRequest) -> None:
    """From every reader at least 5 contributors are hidden, and 20 where the mean is near a bound."""
    submissions: Submissions = request.getfixturevalue(cycle)
    needed = 20 if submissions.mean(kpi) > 90 else 5
    assert min(map(len, hidden_sets(submissions, kpi))) >= needed


@pytest.mark.parametrize("kpi", MEANS)
def test_means_leave_every_hidden_value_open(first: Submissions, kpi: str) -> None:
    """The mean to 0.1 leaves 10 % of the range to every hidden value and 2 % to either side, up to the bound."""
    values = first.values(kpi)
    lower, upper = first.kpis[kpi]["bounds"]
    scale = upper - lower if upper is not None else float(np.subtract(*np.percentile(list(values.values()), (95, 5))))
    most = upper if upper is not None else float("inf")
    for hidden in hidden_sets(first, kpi):
        low, high = interval(hidden, values, MEANS[kpi], lower, most)
        assert high - low >= 0.1 * scale
        for member in hidden:
            assert low <= max(lower, values[member] - 0.02 * scale)
            assert high >= min(most, values[member] + 0.02 * scale)


def test_classes_may_be_published(first: Submissions) -> None:
    """For every KPI with aggregates, 0 or at least 5 contributors are hidden from every reader."""
    for kpi, entry in first.kpis.items():
        if entry.get("ceiling", "public") in ("public", "wco"):
            least = min(map(len, hidden_sets(first, kpi)))
            assert least == 0 or least >= 5, kpi


def test_levels_are_mixed(first: Submissions) -> None:
    """A fifth or so public, more than a third for the Members, a fifth each within unions and closed."""
    chosen: Counter[str] = Counter()
    for row in first.rows:
        if row["status"] == "reported":
            default = first.participants[row["member"]]["default_disclosure"] or "country"
            chosen[row["disclosure"] or default] += 1
    shares = {level: count / chosen.total() for level, count in chosen.items()}
    assert 0.20 <= shares["public"] <= 0.25
    assert 0.35 <= shares["wco"] <= 0.40
    assert 0.15 <= shares["union"] <= 0.25
    assert 0.15 <= shares["country"] <= 0.25


def test_members_have_habits(first: Submissions) -> None:
    """Some Members open most of what they report, some hardly anything."""
    open_shares = []
    for member in first.participants:
        rows = [row for row in first.rows if row["member"] == member and row["status"] == "reported"]
        default = first.participants[member]["default_disclosure"]
        levels = [row["disclosure"] or default for row in rows]
        open_shares.append(sum(level in ("public", "wco") for level in levels) / len(levels))
    assert max(open_shares) > 0.9
    assert min(open_shares) < 0.2


def test_every_way_of_leaving_blank_occurs(first: Submissions) -> None:
    """Rows and participants show each case that a project may hold."""
    statuses = Counter(row["status"] for row in first.rows)
    assert set(statuses) == {"reported", "not-applicable", "not-available"}
    assert len(first.rows) < len(first.participants) * len(first.kpis)
    blank = {row["member"] for row in first.rows if row["status"] == "reported" and not row["disclosure"]}
    defaults = {member for member, row in first.participants.items() if row["default_disclosure"]}
    assert blank & defaults
    assert blank - defaults
    assert any(row["unions"] for row in first.rows)
    assert {row["peer_review"] for row in first.participants.values()} == {"none", "requested", "completed"}
    assert {row["status"] for row in first.rows if row["note"]} == {"reported", "not-applicable"}
