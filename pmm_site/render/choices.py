"""What a narrative text lists and counts: the KPIs, instruments, goals and areas of a selection."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pmm_site.model import Instrument, Kpi
from pmm_site.render import selections
from pmm_site.render.markup import safe
from pmm_site.render.named import (
    area_link,
    dimension_link,
    goal_link,
    instrument_link,
    kpi_link,
    outcome_link,
    with_note,
)  # fmt: skip
from pmm_site.render.speech import Arguments, Speech

CLASSES = frozenset(selections.PERFORMANCES)
FINDINGS = frozenset(selections.FINDINGS)


def chosen_kpis(speech: Speech, arguments: Arguments) -> tuple[Kpi, ...]:
    """The KPIs of a selection, within an outcome or a dimension where one is named."""
    view, cycle = speech.edition.view, speech.at(arguments)
    name, within = arguments["selection"], arguments.get("within")
    if name == "kpis":
        chosen: Sequence[Kpi] = view.catalogue.kpis
    elif name == "class-changes":
        chosen = [change.kpi for change in selections.class_changes(view, cycle)]
    elif name == "moved":
        chosen = [kpi for kpi, _ in selections.moved(view, cycle)]
    elif name == "dropped":
        chosen = [each.kpi for each in selections.dropped(view)]
    else:
        chosen = selections.kpis(view, cycle, performance=name if name in CLASSES else None)
    return tuple(kpi for kpi in chosen if within in (None, kpi.outcome, view.dimension_of(kpi).id))


def chosen_instruments(speech: Speech, arguments: Arguments) -> tuple[Instrument, ...]:
    """The instruments of a selection, within an outcome or a dimension where one is named."""
    view, cycle = speech.edition.view, speech.at(arguments)
    name, within = arguments["selection"], arguments.get("within")
    if name in ("much-used", "little-used"):
        chosen = selections.by_use(view, cycle, much=name == "much-used")
    else:
        chosen = selections.instruments(view, cycle, finding=name if name in FINDINGS else None)
    outcomes = view.catalogue.outcome_by_id
    return tuple(
        each
        for each in chosen
        if within is None or within in each.outcomes or within in {outcomes[id].dimension for id in each.outcomes}
    )


def items(speech: Speech, arguments: Arguments) -> list[Markup]:
    """The entries of a selection as a list prints them; `count` counts them."""
    edition, here, cycle, name = speech.edition, speech.here, speech.at(arguments), arguments["selection"]
    view, within = edition.view, arguments.get("within")
    if name == "dimensions":
        return [dimension_link(edition, here, each.id) for each in view.catalogue.dimensions]
    if name == "outcomes":
        chosen = [each for each in view.catalogue.outcomes if within in (None, each.dimension)]
        return [outcome_link(edition, here, each) for each in chosen]
    if name in ("goals", "most-productive"):
        rows = selections.goals(view, cycle, contribution="most-productive" if name != "goals" else None)
        return [with_note(goal_link(edition, here, row.goal), _well_of(speech, row.well_performing, row.kpis))
                for row in rows]  # fmt: skip
    if name == "areas" or name.endswith("-priority"):
        priority = None if name == "areas" else name.removesuffix("-priority")
        return [area_link(edition, here, area) for area, _ in selections.areas(view, cycle, priority=priority)]
    if name in ("users-compared", "users-differ"):
        return [
            safe(
                edition.words.pair(
                    instrument_link(edition, here, instrument),
                    Markup(" · ").join(kpi_link(edition, here, kpi) for kpi in kpis),
                )
            )
            for instrument, kpis in selections.users_compared(view, cycle, differing=name == "users-differ")
        ]
    if name in FINDINGS or name in ("instruments", "much-used", "little-used"):
        return [_instrument_item(speech, each, name, cycle) for each in chosen_instruments(speech, arguments)]
    return [_kpi_item(speech, kpi, cycle) for kpi in chosen_kpis(speech, arguments)]


def _well_of(speech: Speech, well: int, kpis: int) -> str:
    return speech.edition.words("sdgs.well-of", well=well, kpis=kpis)


def _kpi_item(speech: Speech, kpi: Kpi, cycle: str) -> Markup:
    row = speech.edition.view.summary(cycle, kpi.id)
    if row is None:
        return kpi_link(speech.edition, speech.here, kpi)
    wording = speech.edition.wording
    mean = wording.mean_cell(kpi, speech.edition.view.mean(cycle, kpi.id))
    note = speech.edition.words("narrative.mean-and-n", figure=Markup("{}").format(mean), count=row.contributors)
    return with_note(kpi_link(speech.edition, speech.here, kpi), note)


def _instrument_item(speech: Speech, instrument: Instrument, finding: str, cycle: str) -> Markup:
    """An instrument with the share that the finding rests on, and the number of answers."""
    edition = speech.edition
    row = edition.view.instrument_rows.get((cycle, instrument.id))
    question = "planned" if finding == "few-plans" else "in_use"
    figure = selections.share(row, question)
    name = instrument_link(edition, speech.here, instrument)
    if row is None or figure is None:
        return name
    share = edition.wording.share(row, figure, row.usage_respondents)
    key = "narrative.plan-share" if question == "planned" else "narrative.use-share"
    return with_note(name, edition.words(key, figure=share, count=row.usage_respondents))


def kpis_about(speech: Speech, arguments: Arguments) -> tuple[Kpi, ...]:
    """The KPIs of a selection, an outcome, a dimension, an instrument, a goal or an area."""
    view, subject, cycle = speech.edition.view, arguments["selection"], speech.at(arguments)
    known = selections.kpis(view, cycle)
    if subject in view.catalogue.outcome_by_id or subject in view.dimension_by_id:
        return tuple(kpi for kpi in known if subject in (kpi.outcome, view.dimension_of(kpi).id))
    instrument = next((each for each in view.catalogue.instruments if each.id == subject), None)
    if instrument is not None:
        return tuple(kpi for kpi in known if kpi.outcome in instrument.outcomes)
    if subject.isdigit():
        return tuple(kpi for kpi in known if int(subject) in view.goals_of[kpi.outcome])
    if any(each.id == subject for each in view.catalogue.capacity_building):
        return tuple(kpi for kpi in known if subject in kpi.capacity_building)
    return chosen_kpis(speech, arguments)
