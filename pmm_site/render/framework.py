"""The catalogue indexed for pages: what is the same on every site that has the same catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pmm_site.model import Catalogue, Dimension, Group, Grouping, GroupKey, Instrument, Kpi, Outcome


class Framework:
    """Dimensions, outcomes, KPIs, instruments and groupings, ready to be looked up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    @cached_property
    def outcomes_of(self) -> Mapping[str, tuple[Outcome, ...]]:
        """Outcomes by dimension id, in catalogue order."""
        return {
            dimension.id: tuple(each for each in self.catalogue.outcomes if each.dimension == dimension.id)
            for dimension in self.catalogue.dimensions
        }

    @cached_property
    def kpis_of(self) -> Mapping[str, tuple[Kpi, ...]]:
        """KPIs by outcome id, in catalogue order."""
        return {
            outcome.id: tuple(kpi for kpi in self.catalogue.kpis if kpi.outcome == outcome.id)
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def instruments_of(self) -> Mapping[str, tuple[Instrument, ...]]:
        """Instruments mapped to each outcome, by outcome id."""
        return {
            outcome.id: tuple(each for each in self.catalogue.instruments if outcome.id in each.outcomes)
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def goals_of(self) -> Mapping[str, tuple[int, ...]]:
        """SDGs mapped to each outcome, by outcome id."""
        return {
            outcome.id: tuple(sorted({each.goal for each in self.catalogue.sdg_mapping if each.outcome == outcome.id}))
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def dimension_by_id(self) -> Mapping[str, Dimension]:
        """Dimensions by id."""
        return {each.id: each for each in self.catalogue.dimensions}

    @cached_property
    def instrument_by_id(self) -> Mapping[str, Instrument]:
        """Instruments by id."""
        return {each.id: each for each in self.catalogue.instruments}

    @cached_property
    def grouping_by_id(self) -> Mapping[str, Grouping]:
        """Groupings by id."""
        return {each.id: each for each in self.catalogue.groupings}

    @cached_property
    def group_by_id(self) -> Mapping[GroupKey, Group]:
        """Groups by (grouping, group)."""
        return {GroupKey(each.id, group.id): group for each in self.catalogue.groupings for group in each.groups}

    def dimension_of(self, kpi: Kpi) -> Dimension:
        """The dimension of a KPI."""
        return self.dimension_by_id[self.catalogue.outcome_by_id[kpi.outcome].dimension]
