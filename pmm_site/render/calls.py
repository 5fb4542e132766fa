"""What each `{{ … }}` call of a narrative text prints on one site in one language.

A figure that is not on the site prints the word for its absence; n stands beside every mean. The calls and their
parameters are those of `pmm_site.placeholders.VOCABULARY`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from markupsafe import Markup, escape

from pmm_site.model import GroupKey
from pmm_site.placeholders import Placeholder
from pmm_site.render import choices, differences, figures, overviews, pictures, reviews, selections, versions
from pmm_site.render.markup import link
from pmm_site.render.named import (
    area_link,
    bullets,
    cycle_link,
    dimension_link,
    goal_link,
    instrument_link,
    kpi_link,
    outcome_link,
)  # fmt: skip
from pmm_site.render.speech import Arguments, Speech

BLOCKS = frozenset({"list", "chart", "table", "trend", "synthetic"})
"""Calls that print a block: what stands before and after them in a paragraph becomes a paragraph of its own."""


def evaluate(speech: Speech, placeholder: Placeholder) -> Markup:
    """What a call prints."""
    return EVALUATIONS[placeholder.name](speech, placeholder.arguments)


def _key(arguments: Arguments) -> GroupKey:
    grouping, _, group = arguments.get("group", "all:all").partition(":")
    return GroupKey(grouping, group)


# --- figures ------------------------------------------------------------------------------------


def _mean(speech: Speech, arguments: Arguments) -> Markup:
    edition, kpi = speech.edition, speech.kpi(arguments["kpi"])
    row = edition.view.aggregate(speech.at(arguments), kpi.id, _key(arguments)) if kpi else None
    if kpi is None or row is None:
        return speech.no_figure()
    figure = escape(edition.wording.mean(kpi, row))
    visible = edition.wording.visible_mean(kpi, row) if row.mean is None else None
    if visible:
        return escape(edition.words("narrative.with-visible", figure=figure, count=row.contributors, visible=visible))
    return escape(edition.words("narrative.with-n", figure=figure, count=row.contributors))


def _contributors(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.edition.view.aggregate(speech.at(arguments), arguments["kpi"], _key(arguments))
    return speech.number(row.contributors) if row else speech.no_figure()


def _response_rate(speech: Speech, arguments: Arguments) -> Markup:
    view, subject, cycle = speech.edition.view, arguments["subject"], speech.at(arguments)
    rate: Decimal | None = None
    if view.summary(cycle, subject) is not None:
        rate = selections.response_rate(view, cycle, subject)
    elif subject.isdigit() and (goal := view.sdg_rows.get((cycle, int(subject)))) is not None:
        rate = goal.response_rate
    return escape(speech.edition.formats.percent(rate, 0)) if rate is not None else speech.no_figure()


def _performance(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.edition.view.summary(speech.at(arguments), arguments["kpi"])
    return escape(speech.edition.words(f"narrative.class.{row.performance}")) if row else speech.no_figure()


def _median(speech: Speech, arguments: Arguments) -> Markup:
    kpi, row = speech.kpi(arguments["kpi"]), speech.edition.view.summary(speech.at(arguments), arguments["kpi"])
    if kpi is None or row is None:
        return speech.no_figure()
    text = speech.edition.wording.between(kpi, row.median_from, row.median_to)
    return escape(text) if text else overviews.withheld(speech.edition, row.contributors)


def _change(speech: Speech, arguments: Arguments) -> Markup:
    kpi, cycle, key = speech.kpi(arguments["kpi"]), speech.at(arguments), _key(arguments)
    row = speech.edition.view.changes(cycle, arguments["kpi"]).get(key)
    if kpi is None or row is None:
        return speech.no_figure()
    wording = speech.edition.wording
    if row.mean is None or row.previous_mean is None or row.rounding is None:
        blank = wording.blank(wording.aggregate_blank(row.contributors, row.conf_status))
        return escape(speech.edition.words("narrative.with-n", figure=blank, count=row.contributors))
    rounded, words = wording.is_rounded(kpi, row.mean, row.rounding), speech.edition.words
    before, now = (wording.about(kpi, mean, row.rounding) for mean in (row.previous_mean, row.mean))
    if rounded and row.previous_mean == row.mean:
        figure = words("narrative.unchanged", figure=wording.rounded(kpi, row.mean, row.rounding))
    elif rounded:
        figure = words("narrative.change-rounded", before=before, now=now, step=wording.step(row.rounding))
    else:
        figure = words("narrative.change", before=before, now=now)
    test = selections.test_of(speech.edition.view, cycle, kpi.id, row.previous)
    # A test over the values shown says nothing about means over all.
    is_over_all = test is not None and test.basis != "visible"
    remark = "narrative.same-members" + (f"-{'more' if test and test.significant else 'chance'}" if is_over_all else "")
    return escape(f"{figure} {words(remark, count=row.contributors)}")


def _test(speech: Speech, arguments: Arguments) -> Markup:
    view, cycle = speech.edition.view, speech.at(arguments)
    before = selections.cycle_before(view, cycle)
    factor = arguments.get("factor") or (before.cycle if before else "")
    test = selections.test_of(view, cycle, arguments["kpi"], factor)
    return escape(differences.significance(speech.edition, test))


def _differences(speech: Speech, arguments: Arguments) -> Markup:
    kpi, cycle = speech.kpi(arguments["kpi"]), speech.at(arguments)
    if kpi is None or speech.edition.view.summary(cycle, kpi.id) is None:
        return speech.no_figure()
    return escape(differences.between_groups(speech.edition, cycle, kpi))


def _spread(speech: Speech, arguments: Arguments) -> Markup:
    kpi = speech.kpi(arguments["kpi"])
    if kpi is None:
        return speech.no_figure()
    return escape(differences.spread(speech.edition, speech.at(arguments), kpi, arguments["by"]))


def _share(question: str) -> Callable[[Speech, Arguments], Markup]:
    def share(speech: Speech, arguments: Arguments) -> Markup:
        edition, cycle, subject = speech.edition, speech.at(arguments), arguments["subject"]
        if subject == "instruments" or subject in choices.FINDINGS:
            chosen = choices.chosen_instruments(speech, {**arguments, "selection": subject})
            found = selections.mean_share(edition.view, cycle, question, chosen)
            if found is None:
                return speech.no_figure()
            key = "narrative.mean-share" if found.known == found.of else "narrative.mean-share-of-some"
            figure = edition.formats.percent(found.mean)
            return escape(edition.words(key, figure=figure, count=found.known, of=found.of))
        row = edition.view.instrument_rows.get((cycle, subject))
        if row is None:
            return speech.no_figure()
        respondents = row.aware_respondents if question == "aware" else row.usage_respondents
        figure = escape(edition.wording.share(row, selections.share(row, question), respondents))
        return escape(edition.words("narrative.with-n", figure=figure, count=respondents))

    return share


def _participants(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    if row is None:
        return speech.no_figure()
    if "group" not in arguments:
        return speech.number(row.participants)
    return speech.number(len(selections.participants(speech.edition.view, row.cycle, _key(arguments))))


def _nominated(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    return speech.number(row.nominated) if row and row.nominated is not None else speech.no_figure()


def _year(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    return escape(str(row.reference_year)) if row else speech.no_figure()


def _cycle(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    return cycle_link(speech.edition, speech.here, row.cycle) if row else speech.no_figure()


def _previous_cycle(speech: Speech, arguments: Arguments) -> Markup:
    row = selections.cycle_before(speech.edition.view, speech.at(arguments))
    return cycle_link(speech.edition, speech.here, row.cycle) if row else speech.no_figure()


def _threshold(speech: Speech, arguments: Arguments) -> Markup:
    name, info = arguments["name"].replace("-", "_"), speech.edition.view.info
    known = {**(info.rules or {}), **(info.analysis or {})}
    if name not in known:
        return speech.no_figure()
    value = Decimal(str(known[name]))
    return escape(speech.edition.formats.number(value.quantize(Decimal(1)) if value == value.to_integral() else value))


def _contact(speech: Speech, arguments: Arguments) -> Markup:
    contact = speech.edition.view.info.contact
    return link(f"mailto:{contact}", contact) if contact else Markup("")


def _propose(speech: Speech, arguments: Arguments) -> Markup:
    """A link that opens an e-mail with the KPI's id and version filled in; without an address, to the KPI's page."""
    kpi = speech.kpi(arguments["kpi"])
    if kpi is None:
        return speech.no_figure()
    address = versions.proposal(speech.edition, kpi)
    return link(address, speech.edition.kpi_name(kpi.id)) if address else kpi_link(speech.edition, speech.here, kpi)


def _peer_reviews(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    return escape(reviews.spoken(speech.edition, row.cycle)) if row else speech.no_figure()


def _synthetic(speech: Speech, arguments: Arguments) -> Markup:
    row = speech.cycle_row(arguments)
    is_synthetic = row.synthetic if row else speech.edition.view.info.synthetic
    if not is_synthetic:
        return Markup("")
    words = speech.edition.words
    return Markup('<p class="note generated"><strong>{}.</strong> {}</p>').format(
        words("narrative.synthetic-title"), words("narrative.synthetic")
    )


# --- names --------------------------------------------------------------------------------------


def _title(speech: Speech, arguments: Arguments) -> Markup:
    edition, here, id = speech.edition, speech.here, arguments["subject"]
    view, catalogue = edition.view, edition.view.catalogue
    if (kpi := speech.kpi(id)) is not None:
        return kpi_link(edition, here, kpi)
    if (outcome := catalogue.outcome_by_id.get(id)) is not None:
        return outcome_link(edition, here, outcome)
    if id in view.dimension_by_id:
        return dimension_link(edition, here, id)
    if (instrument := next((each for each in catalogue.instruments if each.id == id), None)) is not None:
        return instrument_link(edition, here, instrument)
    if id.isdigit() and int(id) in selections.GOALS:
        return goal_link(edition, here, int(id))
    if (area := next((each for each in catalogue.capacity_building if each.id == id), None)) is not None:
        return area_link(edition, here, area)
    if ":" in id:
        return escape(edition.group_name(*id.split(":", 1)))
    return cycle_link(edition, here, id) if id in view.cycle_by_id else speech.no_figure()


# --- selections ---------------------------------------------------------------------------------


def _list(speech: Speech, arguments: Arguments) -> Markup:
    name, view, cycle = arguments["selection"], speech.edition.view, speech.at(arguments)
    if name in ("participants", "newcomers"):
        rows = selections.participants(view, cycle) if name == "participants" else selections.newcomers(view, cycle)
        return overviews.member_names(speech.edition, speech.here, [row.member for row in rows])
    return bullets(choices.items(speech, arguments), empty=speech.edition.words("narrative.empty"))


def _count(speech: Speech, arguments: Arguments) -> Markup:
    name, view, cycle = arguments["selection"], speech.edition.view, speech.at(arguments)
    if cycle not in view.cycle_by_id and name not in ("dimensions", "outcomes", "kpis", "instruments"):
        return speech.no_figure()
    if name == "newcomers":
        return speech.number(len(selections.newcomers(view, cycle)))
    if name in ("users-compared", "users-differ"):
        pairs = selections.users_compared(view, cycle, differing=name == "users-differ")
        return speech.number(sum(len(kpis) for _, kpis in pairs))
    if name == "participants":
        return _participants(speech, {"cycle": cycle})
    return speech.number(len(choices.items(speech, arguments)))


# --- tables and charts --------------------------------------------------------------------------


def _table(speech: Speech, arguments: Arguments) -> Markup:
    edition, here, cycle, subject = speech.edition, speech.here, speech.at(arguments), arguments["subject"]
    kpi = speech.kpi(subject)
    if cycle not in edition.view.cycle_by_id:
        return Markup("<p>{}</p>").format(speech.no_figure())
    if kpi is not None:
        by = [arguments["by"]] if "by" in arguments else [each.id for each in edition.view.catalogue.groupings]
        return Markup("").join(overviews.group_table(edition, cycle, kpi, grouping) for grouping in by)
    if subject in ("areas", "high-priority", "medium-priority", "low-priority"):
        return overviews.area_table(edition, here, cycle)
    if subject in ("goals", "most-productive"):
        return overviews.goal_table(edition, here, cycle)
    if subject == "class-changes":
        return differences.change_table(edition, here, cycle)
    if subject == "moved":
        return differences.moved_table(edition, here, cycle)
    if subject == "dropped":
        return differences.dropped_table(edition, here)
    chosen = {**arguments, "selection": subject}
    if subject in choices.FINDINGS or subject in ("instruments", "much-used", "little-used"):
        return overviews.instrument_table(edition, here, cycle, choices.chosen_instruments(speech, chosen))
    return overviews.performance_table(
        edition, here, cycle, choices.kpis_about(speech, chosen), edition.cycle_name(cycle)
    )


def _chart(speech: Speech, arguments: Arguments) -> Markup:
    edition, cycle, subject = speech.edition, speech.at(arguments), arguments["subject"]
    kpi = speech.kpi(subject)
    if kpi is not None and "by" in arguments:
        chart = figures.groups(edition, cycle, kpi, arguments["by"])
    elif kpi is not None:
        chart = figures.distribution(edition, cycle, kpi)
    elif subject in ("goals", "most-productive"):
        chart = pictures.goals(edition, cycle)
    elif subject in choices.FINDINGS or subject in ("instruments", "much-used", "little-used"):
        chart = pictures.usage(edition, cycle, choices.chosen_instruments(speech, {**arguments, "selection": subject}))
    elif subject in ("areas", "high-priority"):
        return overviews.area_table(edition, speech.here, cycle)
    else:
        chart = pictures.classes(edition, cycle)
    if chart is None and kpi is not None and (summary := edition.view.summary(cycle, kpi.id)) is not None:
        blank = overviews.withheld(edition, summary.contributors)
        return Markup("<p>{}</p>").format(
            edition.words("narrative.no-chart", name=edition.kpi_name(kpi.id), blank=blank)
        )
    return pictures.figure(edition, chart) if chart else Markup("<p>{}</p>").format(speech.no_figure())


def _trend(speech: Speech, arguments: Arguments) -> Markup:
    kpi = speech.kpi(arguments["kpi"])
    chart = figures.over_cycles(speech.edition, kpi, _key(arguments)) if kpi else None
    return pictures.figure(speech.edition, chart) if chart else Markup("<p>{}</p>").format(speech.no_figure())


EVALUATIONS: Mapping[str, Callable[[Speech, Arguments], Markup]] = {
    "mean": _mean,
    "contributors": _contributors,
    "response_rate": _response_rate,
    "performance": _performance,
    "median": _median,
    "change": _change,
    "test": _test,
    "differences": _differences,
    "spread": _spread,
    "awareness": _share("aware"),
    "usage": _share("in_use"),
    "plans": _share("planned"),
    "participants": _participants,
    "nominated": _nominated,
    "year": _year,
    "cycle": _cycle,
    "previous_cycle": _previous_cycle,
    "threshold": _threshold,
    "contact": _contact,
    "propose": _propose,
    "peer_reviews": _peer_reviews,
    "synthetic": _synthetic,
    "title": _title,
    "list": _list,
    "count": _count,
    "table": _table,
    "chart": _chart,
    "trend": _trend,
}
"""What prints each call of the vocabulary; a test holds the two equal."""
