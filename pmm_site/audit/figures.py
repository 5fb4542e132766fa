"""The tables about groups against the data: contributors counted, means computed again, nothing said too finely."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from typing import cast

from pmm_site.audit.bins import is_edge, quartiles
from pmm_site.audit.files import Package
from pmm_site.audit.findings import Finding
from pmm_site.audit.steadiness import FEWEST_COMPARED
from pmm_site.audit.structure import Expected
from pmm_site.audit.summaries import summary_problems
from pmm_site.audit.truth import is_rounded, steps, visible_step
from pmm_site.model import Kpi, ResponseStatus, Usage

_TABLES = ("aggregates", "changes", "tests", "findings", "summary", "distribution", "coverage")

Row = Mapping[str, str]
Shown = Mapping[tuple[str, str], frozenset[str]]


def figure_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Everything that is wrong with the figures of the package."""
    tables: dict[str, list[Row]] = {name: list(package.rows(name)) for name in _TABLES}
    for name, rows in tables.items():
        kept = []
        for row in rows:
            what = _misplaced(expected, name, row)
            if what:
                yield expected.finding(f"data/{name}.csv", _key(row), what)
            else:
                kept.append(row)
        tables[name] = kept
    shown = _shown_members(expected)
    for name, judge in (("aggregates", _aggregate), ("changes", _change)):
        for row in tables[name]:
            for what in judge(expected, row, shown):
                yield expected.finding(f"data/{name}.csv", _key(row), what)
    yield from _distributions(expected, tables["distribution"], tables["summary"], shown)
    for row in tables["summary"]:
        key = (row["cycle"], row["kpi"])
        for what in summary_problems(expected, row, _basis(expected, key, shown), shown.get(key, frozenset())):
            yield expected.finding("data/summary.csv", _key(row), what)
    for row in tables["coverage"]:
        yield from _coverage(expected, row)
    for row in tables["tests"]:
        for what in _test_problems(expected, row, shown):
            yield expected.finding("data/tests.csv", f"{_key(row)}/{row['test']}", what)
    for row in package.rows("instruments"):
        yield from _instrument(expected, row)


def _key(row: Row) -> str:
    group = f"{row['grouping']}:{row['group']}" if "group" in row else row.get("instrument", row.get("factor", ""))
    return "/".join(part for part in (row.get("cycle", ""), row.get("kpi", ""), group) if part)


def _misplaced(expected: Expected, table: str, row: Row) -> str:
    """Why a row may not stand on this site; empty when it may."""
    for column in ("cycle", "previous"):
        if row.get(column, next(iter(expected.truth.cycles), "")) not in expected.truth.cycles:
            return "a cycle that is not published"
    if "group" in row and not _is_group(expected, row):
        return "a group that does not exist"
    if table == "findings" and not row.get("kpi"):
        return ""  # about an instrument alone
    admitted = expected.admitted.get(row.get("kpi", ""), "")
    own_union = row.get("grouping") == "union" and row.get("group") in expected.rights.unions_of_site(expected.site)
    if admitted == "union" and table in ("aggregates", "changes"):
        return "" if own_union else "a figure of a KPI with ceiling `union` that is no union's own"
    if admitted != "all":
        return "a row of a KPI whose ceiling is narrower than this site"
    if row.get("grouping") == "union" and not own_union:
        return "the figure of a union on a site that is not its"
    return ""


def _is_group(expected: Expected, row: Row) -> bool:
    """Whether the group of a row is one of its cycle, or of the cycle before that it is compared with."""
    cycles = [expected.truth.groups.get(row.get(cycle, ""), {}) for cycle in ("cycle", "previous")]
    groupings, groups = tuple(row["grouping"].split(":")), row["group"].split(":")
    if len(groupings) > 1 and groupings not in expected.dataset.settings.disclosure.crossings:
        return False
    parts = list(zip(groupings, groups, strict=False))  # of two groups that cross, each: nobody may be in both
    return len(groupings) == len(groups) and any(all(part in known for part in parts) for known in cycles)


def _shown_members(expected: Expected) -> Shown:
    """The Members whose values the site shows, by (cycle, KPI)."""
    found: dict[tuple[str, str], set[str]] = {}
    for cycle, kpi, member in expected.shown:
        found.setdefault((cycle, kpi), set()).add(member)
    return {key: frozenset(members) for key, members in found.items()}


def _basis(expected: Expected, key: tuple[str, str], shown: Shown) -> frozenset[str]:
    """The Members that figures are over: all that reported, or those shown where the policy says so."""
    if expected.dataset.settings.disclosure.basis == "visible":
        return shown.get(key, frozenset())
    return expected.truth.contributors.get(key, frozenset())


def _number(text: str) -> Decimal | None:
    """A number as printed; None for a blank or no finite number."""
    try:
        found = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _aggregate(expected: Expected, row: Row, shown: Shown) -> tuple[str, ...]:
    """What is wrong with an aggregate."""
    key = (row["cycle"], row["kpi"])
    group = (row["grouping"], row["group"])
    basis, seen = _basis(expected, key, shown), shown.get(key, frozenset())
    question = (
        repr(tuple(row.values())),
        basis,
        expected.truth.bits(row["cycle"], group) & expected.truth.bits_of(seen),
    )

    def problems() -> tuple[str, ...]:
        members = expected.truth.group(row["cycle"], group)
        return tuple(_aggregate_problems(expected, row, key, basis & members, seen & members))

    return cast("tuple[str, ...]", expected.truth.known.made(question, problems))


def _aggregate_problems(
    expected: Expected, row: Row, key: tuple[str, str], values: frozenset[str], visible: frozenset[str]
) -> Iterator[str]:
    if row["contributors"] != str(len(values)):
        yield "the number of contributors is not the audit's"
    if row["visible_contributors"] != str(len(visible)):
        yield "the number of contributors shown here is not the audit's"
    kpi = expected.dataset.catalogue.kpi_by_id[row["kpi"]]
    truth = expected.truth.mean_of(key, values)
    what = _mean_problem(expected, kpi, row["mean"], row["rounding"], len(values), truth, (truth,))
    if what:
        yield what
    yield from _status_problems(row, row["mean"])
    if row["visible_mean"]:
        printed, shown_mean = _number(row["visible_mean"]), expected.truth.fresh_mean(key, visible)
        step = None if shown_mean is None else visible_step(kpi, shown_mean)
        if printed is None or shown_mean is None or step is None or not is_rounded(printed, shown_mean, step):
            yield "the mean over shown values is not the audit's, or too fine"


def _status_problems(row: Row, mean: str) -> Iterator[str]:
    """What is wrong with the cells beside a printed mean, or beside none."""
    if (row["obs_status"], row["conf_status"]) != (("A", "F") if mean else ("Q", "C")):
        yield "the status is not that of the mean"
    if row["rounding"] and not mean:
        yield "a rounding of no mean"


def _mean_problem(
    expected: Expected,
    kpi: Kpi,
    text: str,
    rounding: str,
    number: int,
    truth: Fraction | None,
    together: tuple[Fraction | None, ...],
) -> str:
    """What is wrong with a printed mean; `together` are the means that share its rounding."""
    if not text:
        return ""
    printed, step = _number(text), _number(rounding)
    if printed is None or step is None or truth is None:
        return "a mean without its rounding, or of nobody"
    if number < expected.dataset.settings.disclosure.minimum_contributors:
        return "a mean of too few contributors"
    if step not in steps(kpi, [each for each in together if each is not None]):
        return "the rounding is none that this KPI may have"
    if not is_rounded(printed, truth, step):
        return "the mean is not the audit's at the rounding stated: wrong, or with a digit too many"
    return ""


def _change(expected: Expected, row: Row, shown: Shown) -> tuple[str, ...]:
    """What is wrong with a change between two cycles."""
    ends = [_basis(expected, (row[cycle], row["kpi"]), shown) for cycle in ("cycle", "previous")]
    question = ("change", repr(tuple(row.values())), *ends)
    found = expected.truth.known.made(question, lambda: tuple(_change_problems(expected, row, ends[0] & ends[1])))
    return cast("tuple[str, ...]", found)


def _change_problems(expected: Expected, row: Row, values: frozenset[str]) -> Iterator[str]:
    cycle, previous, kpi, group = row["cycle"], row["previous"], row["kpi"], (row["grouping"], row["group"])
    both = expected.truth.group(cycle, group) & expected.truth.group(previous, group) & values
    if row["contributors"] != str(len(both)):
        yield "the number of contributors is not the audit's"
    yield from _status_problems(row, row["mean"] or row["previous_mean"])
    found = expected.dataset.catalogue.kpi_by_id[kpi]
    pair = expected.truth.mean_of((cycle, kpi), both), expected.truth.mean_of((previous, kpi), both)
    for column, truth in zip(("mean", "previous_mean"), pair, strict=True):
        what = _mean_problem(expected, found, row[column], row["rounding"], len(both), truth, pair)
        if what:
            yield f"{column}: {what}"


# --- distribution and summary -------------------------------------------------------------------


def _distributions(expected: Expected, rows: list[Row], summary: list[Row], shown: Shown) -> Iterator[Finding]:
    bins: dict[tuple[str, str], list[tuple[Decimal | None, Decimal | None, int]]] = {}
    for row in rows:
        edges = _number(row["bin_from"]), _number(row["bin_to"])
        bins.setdefault((row["cycle"], row["kpi"]), []).append((*edges, int(row["contributors"])))
    known = expected.truth.known
    for key, counted in bins.items():
        basis, printed = _basis(expected, key, shown), tuple(counted)
        question = ("distribution", key, printed, basis)
        what = known.made(question, partial(_distribution_problem, expected, key, printed, basis))
        if what:
            yield expected.finding("data/distribution.csv", "/".join(key), what)
    for row in summary:
        key = (row["cycle"], row["kpi"])
        told = [_number(row[f"{name}_{end}"]) for name in ("q1", "median", "q3") for end in ("from", "to")]
        found = bins.get(key, [])
        counts = [each[2] for each in found]
        if min(counts, default=0) < 0 or sum(counts) > len(_basis(expected, key, shown)):
            continue  # its counts are a finding already, and may be of any size
        ends = [each[0] for each in found] + [each[1] for each in found[-1:]]
        pairs = quartiles(ends, counts) or [(None, None)] * 3
        if told != [end for pair in pairs for end in pair]:
            yield expected.finding("data/summary.csv", _key(row), "quartiles say more than the published bins")


def _distribution_problem(
    expected: Expected,
    key: tuple[str, str],
    bins: tuple[tuple[Decimal | None, Decimal | None, int], ...],
    members: frozenset[str],
) -> str:
    kpi = expected.dataset.catalogue.kpi_by_id[key[1]]
    if len(members) < expected.dataset.settings.disclosure.minimum_contributors:
        return "a distribution of too few contributors"
    lower = [-math.inf if each[0] is None else float(each[0]) for each in bins]
    upper = [math.inf if each[1] is None else float(each[1]) for each in bins]
    if lower[1:] != upper[:-1] or lower != sorted(lower):
        return "bins that do not follow each other"
    if not all(is_edge(kpi, edge) for edge in (*lower, upper[-1])):
        return "an edge that is not the catalogue's"
    counts = [0] * len(bins)
    starts = [Fraction(each[0]) for each in bins[1:] if each[0] is not None]
    for member in members:
        counts[bisect_right(starts, expected.truth.values[key][member])] += 1
    return "" if counts == [each[2] for each in bins] else "the counts are not the audit's"


def _coverage(expected: Expected, row: Row) -> Iterator[Finding]:
    statuses = list(expected.truth.statuses.get((row["cycle"], row["kpi"]), {}).values())
    counts = {
        "participants": len(statuses),
        "reported": statuses.count(ResponseStatus.REPORTED),
        "not_applicable": statuses.count(ResponseStatus.NOT_APPLICABLE),
        "not_available": statuses.count(ResponseStatus.NOT_AVAILABLE),
    }
    if any(row[name] != str(count) for name, count in counts.items()):
        yield expected.finding("data/coverage.csv", _key(row), "the counts are not the audit's")


def _test_problems(expected: Expected, row: Row, shown: Shown) -> Iterator[str]:
    """What is wrong with a test; one over submitted values is held against these by `reconstruct`."""
    catalogue, cycles = expected.dataset.catalogue, list(expected.truth.cycles)
    factors = {
        "kruskal-wallis": {grouping.id for grouping in catalogue.groupings},
        "mann-whitney": {instrument.id for instrument in catalogue.instruments},
        "change": set(cycles[: cycles.index(row["cycle"])][-1:]),
    }
    known_words = row["significant"] in ("true", "false") and row["basis"] in ("submitted", "visible")
    if not known_words or row["factor"] not in factors.get(row["test"], ()):
        yield "a word that is none of the table's"
    elif row["basis"] == "visible" and not _are_compared(expected, row, shown):
        yield "a test over shown values, of which there are too few"


def _are_compared(expected: Expected, row: Row, shown: Shown) -> bool:
    """Whether a site shows values enough for a test; of users of an instrument it never shows who they are."""
    seen = shown.get((row["cycle"], row["kpi"]), frozenset())
    if row["test"] == "change":
        return len(seen & shown.get((row["factor"], row["kpi"]), frozenset())) >= FEWEST_COMPARED
    groups = expected.truth.groups[row["cycle"]].items()
    enough = sum(len(members & seen) >= FEWEST_COMPARED for (by, _), members in groups if by == row["factor"])
    return row["test"] == "kruskal-wallis" and enough > 1


# --- instruments --------------------------------------------------------------------------------


def _instrument(expected: Expected, row: Row) -> Iterator[Finding]:
    question = ("instrument", tuple(row.values()))
    for what in expected.truth.known.made(question, lambda: tuple(_instrument_problems(expected, row))):
        yield expected.finding("data/instruments.csv", f"{row['cycle']}/{row['instrument']}", what)


def _instrument_problems(expected: Expected, row: Row) -> Iterator[str]:
    if row["cycle"] not in expected.truth.cycles:
        yield "a cycle that is not published"
        return
    answers = expected.truth.answers.get((row["cycle"], row["instrument"]), ())
    if expected.dataset.settings.disclosure.basis == "visible":
        answers = [each for each in answers if each.member == expected.own]
    aware = [each.aware for each in answers if each.aware is not None]
    usage = [each.usage for each in answers if each.usage is not None]
    counts = {
        "aware": (aware.count(True), len(aware)),
        "in_use": (usage.count(Usage.IN_USE), len(usage)),
        "planned": (usage.count(Usage.PLANNED), len(usage)),
        "not_planned": (usage.count(Usage.NOT_PLANNED), len(usage)),
    }
    if (row["aware_respondents"], row["usage_respondents"]) != (str(len(aware)), str(len(usage))):
        yield "the number of respondents is not the audit's"
    step = _number(row["rounding"])
    yield from _status_problems(row, "".join(row[column] for column in counts))
    for column, (count, respondents) in counts.items():
        printed = _number(row[column])
        if not row[column]:
            continue
        if printed is None or step is None or respondents < expected.dataset.settings.disclosure.minimum_contributors:
            yield f"{column}: a share without its rounding, or of too few"
        elif not is_rounded(printed, Fraction(100 * count, respondents), step):
            yield f"{column}: the share is not the audit's at the rounding stated"
