"""Laws of disclosure, on worlds that hypothesis makes up."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pmm_site.analyse import analyse
from pmm_site.disclose import sites, visible_statistics
from pmm_site.disclose.levels import Access
from pmm_site.model import Dataset, Level, Membership, Observation, ResponseStatus
from pmm_site.package import files
from tests.depth import examples
from tests.disclose.restriction import restricted, shows
from tests.disclose.worlds import packages
from tests.factories import cycle_data, dataset, kpi, reported, union, unreported

CODES = ("AAX", "BBX", "CCX", "DDX", "EEX", "FFX")

levels = st.sampled_from(list(Level))
union_names = st.sets(st.sampled_from(["u", "v"]))
years = st.sampled_from([None, 2021, 2023])


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """A reported value at some level, perhaps for some unions only, or no value."""
    status = draw(st.sampled_from(list(ResponseStatus)))
    if status is not ResponseStatus.REPORTED:
        return unreported(status.value)
    level = draw(levels)
    value = draw(st.integers(0, 1000)) / 10
    return reported(
        value, level, draw(union_names) if level is Level.UNION else (), note=draw(st.sampled_from(["", "n"]))
    )


@st.composite
def worlds(draw: st.DrawFn, kpis: int = 2) -> Dataset:
    """Two cycles, six Members, two unions with changing membership, KPIs with ceilings."""
    known = [kpi(f"k{number}", ceiling=draw(levels)) for number in range(kpis)]
    found = [
        cycle_data(
            {each.id: {code: draw(observations()) for code in CODES} for each in known},
            identifier,
            kpis=known,
            participants=[code for code in CODES if draw(st.booleans())] or CODES[:1],
        )
        for identifier in ("c2022", "c2024")
    ]
    memberships = st.builds(Membership, st.sampled_from(CODES), years, years)
    unions = [union(name, *draw(st.lists(memberships, max_size=4))) for name in ("u", "v")]
    return dataset(cycles=found, kpis=known, unions=unions, members=CODES)


@examples(40)
@given(worlds(), levels)
def test_a_stricter_level_never_shows_a_value_on_more_sites(world: Dataset, level: Level) -> None:
    """For every value: where it stands at a stricter level, it stood at the laxer one too."""
    for data in world.cycles:
        for observation in data.observations:
            stricter = replace(observation, level=observation.level.stricter(level), unions=frozenset())
            laxer = replace(observation, unions=frozenset())
            for site in sites(world):
                if shows(site, stricter, world, data.cycle):
                    assert shows(site, laxer, world, data.cycle)


@examples(40)
@given(worlds(), union_names)
def test_naming_unions_never_shows_a_value_on_more_sites(world: Dataset, named: set[str]) -> None:
    """A choice among unions only takes readers away."""
    for data in world.cycles:
        for observation in data.observations:
            chosen = replace(observation, level=Level.UNION, unions=frozenset(named))
            plain = replace(chosen, unions=frozenset())
            for site in sites(world):
                if shows(site, chosen, world, data.cycle):
                    assert shows(site, plain, world, data.cycle)


@examples(40)
@given(worlds())
def test_restricting_twice_is_restricting_once(world: Dataset) -> None:
    """What a site shows of what it shows is what it shows."""
    for site in sites(world):
        once = restricted(world, site)
        assert restricted(once, site) == once


@examples(40)
@given(worlds())
def test_statistics_over_shown_values_are_those_of_the_restricted_dataset(world: Dataset) -> None:
    """Leaving values out of the statistics and analysing without them are the same."""
    submitted = analyse(world)
    access = Access.of(world)
    for site in sites(world):
        anew = analyse(restricted(world, site))
        assert replace(visible_statistics(submitted, access, site), tests=anew.tests) == anew


@examples(8)
@given(worlds(kpis=1))
def test_disclosing_twice_gives_the_same_bytes(world: Dataset) -> None:
    """Nothing but the data decides what a package holds."""
    assert [files(found) for _, found in packages(world)] == [files(found) for _, found in packages(world)]


def canaries(world: Dataset) -> Dataset:
    """The same world with a value in every reported cell that occurs nowhere else, and notes that name theirs."""
    number = 0
    cycles = []
    for data in world.cycles:
        found = []
        for observation in data.observations:
            number += 1
            told = f"{10 + number % 80}.{3141500 + number}"
            if observation.status is ResponseStatus.REPORTED:
                observation = replace(observation, value=float(told), written=told)
            found.append(replace(observation, note=f"note-{number}-"))
        cycles.append(replace(data, observations=tuple(found)))
    return replace(world, cycles=tuple(cycles))


@examples(10)
@given(worlds())
def test_no_package_holds_a_value_or_note_that_its_readers_may_not_see(world: Dataset) -> None:
    """Values planted in every cell are found in a site's files exactly where the rule shows them; notes at home."""
    planted = canaries(world)
    for site, found in packages(planted):
        text = b"\n".join(files(found).values()).decode()
        for data in planted.cycles:
            for observation in data.observations:
                digits = observation.written.partition(".")[2]
                shown = shows(site, observation, planted, data.cycle)
                assert (bool(digits) and digits in text) == shown
                home = site.subject == observation.member and site.id.startswith("country-")
                assert home or observation.note not in text


@examples(10)
@given(worlds())
def test_the_order_of_unions_and_members_decides_nothing(world: Dataset) -> None:
    """Inputs in another order give the same packages."""
    turned = replace(
        world,
        members=dict(reversed(world.members.items())),
        unions={name: replace(each, memberships=each.memberships[::-1]) for name, each in world.unions.items()},
    )
    assert [files(found) for _, found in packages(turned)] == [files(found) for _, found in packages(world)]


def test_swapping_hidden_values_of_twins_moves_nothing() -> None:
    """Two Members of the same groups who hide their values may exchange them: no byte of any other site changes."""
    codes = [f"{first}{second}X" for first in "ABCD" for second in "ABCDE"]
    values = {code: reported(20.0 + 2.5 * number, "country") for number, code in enumerate(codes)}
    groups = {code: {"region": "esa" if number % 2 else "rest"} for number, code in enumerate(codes)}
    swapped = {**values, codes[1]: values[codes[9]], codes[9]: values[codes[1]]}
    told = []
    for each in (values, swapped):
        data = cycle_data({"k": each}, participants=codes, groups=groups)
        world = dataset(cycles=[data], kpis=[kpi("k")], members=codes)
        told.append(
            {site.id: files(found) for site, found in packages(world) if site.subject not in (codes[1], codes[9])}
        )
    assert told[0] == told[1]
    assert re.search(rb"c2024,k,all,all,20,[0-9]", told[0]["public"]["aggregates.csv"])
