"""Skewness classes, findings and goals, computed from the files in the plainest way."""

from __future__ import annotations

import csv

import numpy as np
from numpy.typing import NDArray

from tests.demo.submissions import Submissions


def skewness(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted Fisher-Pearson coefficient along the last axis."""
    count = samples.shape[-1]
    centred = samples - samples.mean(axis=-1, keepdims=True)
    second, third = (centred**2).mean(axis=-1), (centred**3).mean(axis=-1)
    return np.asarray(third / second**1.5 * np.sqrt(count * (count - 1)) / (count - 2))


def performance(submissions: Submissions, kpi: str) -> str:
    """`well`, `low`, `inconclusive` or `not-evaluable`, with a bootstrap of the 95 % interval."""
    values = np.array(sorted(submissions.values(kpi).values()))
    direction = submissions.kpis[kpi]["direction"]
    if direction == "none" or len(values) < 10:
        return "not-evaluable"
    resamples = np.random.default_rng(7).choice(values, (2000, len(values)))
    low, high = np.percentile(skewness(resamples), (2.5, 97.5))
    if low <= 0 <= high:
        return "inconclusive"
    return "well" if (low > 0) == (direction == "lower") else "low"


def performances(submissions: Submissions) -> dict[str, str]:
    """The class of every analysed KPI that somebody reported."""
    return {
        kpi: performance(submissions, kpi)
        for kpi, entry in submissions.kpis.items()
        if entry.get("analysed", True) and submissions.values(kpi)
    }


def goals(submissions: Submissions, classes: dict[str, str]) -> set[int]:
    """Goals of which at least half of the judged KPIs perform well and on average half of the Members report."""
    path = submissions.project / "data" / "sdg-mapping.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        links = [(int(row["goal"]), row["outcome"]) for row in csv.DictReader(stream)]
    found = set()
    for goal in {goal for goal, _ in links}:
        outcomes = {outcome for each, outcome in links if each == goal}
        kpis = [kpi for kpi in classes if submissions.kpis[kpi]["outcome"] in outcomes]
        judged = [classes[kpi] for kpi in kpis if classes[kpi] != "not-evaluable"]
        responses = [len(submissions.values(kpi)) / len(submissions.participants) for kpi in kpis]
        if judged.count("well") * 2 >= len(judged) > 0 and sum(responses) / len(responses) >= 0.5:
            found.add(goal)
    return found


def shares(submissions: Submissions, column: str, answer: str) -> dict[str, float]:
    """Percent of those who answered a question about each instrument that gave the answer."""
    answers: dict[str, list[str]] = {}
    for row in submissions.answers:
        if row[column]:
            answers.setdefault(row["instrument"], []).append(row[column])
    return {instrument: 100 * given.count(answer) / len(given) for instrument, given in answers.items()}


def instruments_with(submissions: Submissions, classes: dict[str, str], performance_class: str) -> set[str]:
    """Instruments mapped to an outcome that has a KPI of the class."""
    outcomes = {submissions.kpis[kpi]["outcome"] for kpi, each in classes.items() if each == performance_class}
    return {each["id"] for each in submissions.catalogue["instruments"] if outcomes & set(each["outcomes"])}
