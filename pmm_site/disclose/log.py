"""The log for the Secretariat: what became of every figure over all submitted values, by which rule, because of whom.

It names keys and readers and holds no value; it belongs into the reports and never into a web root.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from pmm_site.disclose.decisions import Decisions, KpiDecision, RateDecision, Ruling
from pmm_site.disclose.questions import CHANGE_SEEN_BEFORE

RULES = {
    "finest-step": "published at the finest step: nobody can close in on anybody",
    "coarser-step": "published at a coarser step: a finer one would let these readers close in on a value",
    "protected": "not published: even the coarsest would let these readers close in on a value",
    "minimum-contributors": "not published: fewer contributors than `minimum_contributors`",
    "no-steps": "not published: the unit has no rounding steps for this KPI",
    "no-protection": "not published: a value of the KPI has no range, so no interval can be said to be wide enough",
    "ceiling": "not published: the KPI's ceiling admits no figure that all sites have in common",
    "finest-bins": "published in its finest bins",
    "merged-bins": "published in merged bins: finer ones would let these readers close in on a value",
    "no-bins": "not published: the KPI has no bins and an open bound",
    "hidden-contributors": "for every reader the hidden contributors must be none, or enough",
    "class-tells": "not over all submitted values: beside means and bins it would let readers close in on a value",
    "not-all-shown": "not over all submitted values: it would tell how near to each other the hidden ones are",
    "as-inconclusive": "told as inconclusive: anything else would tell that all values are the same",
    "hangs-on-few": "not over all submitted values: a few values other than they are would turn the verdict",
    "contributors": "not over all submitted values: fewer contributors than `performance_contributors`",
    "not-candidate": "not published: no question was asked about it",
    "visible": "over the values that the site shows: nothing to protect",
}
"""What each rule says, by its code."""


class LogRow(NamedTuple):
    """One figure of a KPI or an instrument (`subject`).

    figure: mean, change, distribution, performance, skewness, a test, awareness or use. group: `grouping/group`
    of a mean, the factor of a test. other: the cycle compared with. step: the rounding, blank where there is none.
    readers: who limited it. search: how the step was found, with `(not proven)` where a limit of work ended it.
    """

    cycle: str
    subject: str
    figure: str
    group: str
    other: str
    published: bool
    step: Decimal | None
    rule: str
    readers: tuple[str, ...]
    search: str


def suppression_log(decisions: Decisions) -> tuple[LogRow, ...]:
    """A row for every figure that was decided, in the order of the decisions."""
    found: list[LogRow] = []
    for decision in decisions.kpis.values():
        found += _kpi_rows(decision)
    for rates in decisions.rates.values():
        found += _rate_rows(rates)
    return tuple(found)


def log_csv(rows: Iterable[LogRow]) -> str:
    """The log as CSV with a header; readers are separated by `;`, and the rule's meaning stands beside its code."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*LogRow._fields, "meaning"])
    for row in rows:
        step = "" if row.step is None else format(row.step, "f")
        ruling = ("true" if row.published else "false", step, row.rule, ";".join(row.readers), row.search)
        writer.writerow([*row[:5], *ruling, RULES.get(row.rule, "")])
    return text.getvalue()


def unproven(decisions: Decisions) -> tuple[str, ...]:
    """`cycle/kpi` of every choice of roundings that is safe but not proven to be the best."""
    return tuple("/".join(key) for key, each in decisions.kpis.items() if each.search and not each.search.proven)


def exposed(decisions: Decisions) -> tuple[str, ...]:
    """Values that somebody can work out from what they know and what was published before, whatever is published now.

    `reader: cycle/kpi/member`; they are told to the operator, for no choice of figures can mend them.
    """
    found = {
        f"{reader}: {decision.cycle}/{value}"
        for decision in decisions.kpis.values()
        if decision.search is not None
        for reader, value in decision.search.exposed
    }
    return tuple(sorted(found))


def _kpi_rows(decision: KpiDecision) -> Iterator[LogRow]:
    search = ""
    if decision.search is not None:
        search = decision.search.method + ("" if decision.search.proven else " (not proven)")
    for key, mean in decision.means.items():
        figure = "mean" if key.other is None else "change"
        group = f"{key.group.grouping}/{key.group.group}"
        yield _row(decision, figure, mean.ruling, group, key.other or "", mean.step, search)
    yield _row(decision, "distribution", decision.distribution)
    yield _row(decision, "performance", decision.performance)
    yield _row(decision, "skewness", decision.skewness)
    for (test, factor), ruling in decision.tests.items():
        if test != CHANGE_SEEN_BEFORE:
            yield _row(decision, test, ruling, factor)


def _row(
    decision: KpiDecision,
    figure: str,
    ruling: Ruling,
    group: str = "",
    other: str = "",
    step: Decimal | None = None,
    search: str = "",
) -> LogRow:
    return LogRow(
        decision.cycle,
        decision.kpi,
        figure,
        group,
        other,
        ruling.published,
        step,
        ruling.rule,
        ruling.readers,
        search,
    )


def _rate_rows(rates: RateDecision) -> Iterator[LogRow]:
    for figure, ruling in (("awareness", rates.awareness), ("use", rates.use)):
        step = rates.step if ruling.published else None
        yield LogRow(
            rates.cycle, rates.instrument, figure, "", "", ruling.published, step, ruling.rule, ruling.readers, ""
        )
