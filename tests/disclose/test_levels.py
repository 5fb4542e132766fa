"""Readers, sites and the rule that brings them together, in a small world for each consequence."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pmm_site.disclose.levels import (
    NOBODY,
    Access,
    Grade,
    ceiling_admits,
    country_site,
    shown_to,
    site_unions,
    sites,
    value_readers,
)
from pmm_site.model import (
    Answer,
    Cycle,
    CycleStatus,
    Dataset,
    Level,
    Membership,
    Observation,
    Readers,
    ResponseStatus,
    Site,
    SiteKind,
    SiteSelection,
)
from tests.disclose.restriction import restricted, shows
from tests.factories import MEMBERS, cycle_data, dataset, kpi, reported, union, unreported

EAC = union("eac", "KEN", "UGA", "TZA")


def site_of(world: Dataset, identifier: str) -> Site:
    """A site of the project by its id."""
    return {site.id: site for site in sites(world)}[identifier]


def where(world: Dataset, member: str = "KEN", cycle: str | None = None) -> set[str]:
    """Ids of the sites that show the Member's value of KPI `k` in a cycle (default the latest)."""
    data = next(each for each in world.cycles if each.cycle.id == (cycle or world.cycles[-1].cycle.id))
    found = next(each for each in data.observations if each.member == member and each.kpi == "k")
    return {site.id for site in sites(world) if shows(site, found, world, data.cycle)}


def everywhere(world: Dataset) -> set[str]:
    """Ids of all sites."""
    return {site.id for site in sites(world)}


def test_public_value_stands_on_every_site() -> None:
    """Everyone reads a public value, so all sites show it."""
    world = dataset({"k": {"KEN": reported(71.2, "public")}}, unions=[EAC])
    assert where(world) == everywhere(world)


def test_wco_value_stands_everywhere_but_on_the_public_site() -> None:
    """Every Member and every basic user read a WCO value; the public does not."""
    world = dataset({"k": {"KEN": reported(71.2, "wco")}}, unions=[EAC])
    assert where(world) == everywhere(world) - {"public"}


def test_country_value_stands_on_its_country_site_only() -> None:
    """Only the Member and the Secretariat read a country value."""
    world = dataset({"k": {"KEN": reported(71.2, "country")}}, unions=[EAC])
    assert where(world) == {"country-ken"}


def test_union_value_stands_where_all_readers_are_of_the_union() -> None:
    """Kenya's union value is on its union's site and on each Member's country site, not on wco."""
    world = dataset({"k": {"KEN": reported(71.2, "union")}}, unions=[EAC])
    assert where(world) == {"union-eac", "country-ken", "country-uga", "country-tza"}


def test_member_in_two_unions_shares_with_both() -> None:
    """A union value of a Member in two unions is read by the Members of either."""
    world = dataset({"k": {"KEN": reported(71.2, "union")}}, unions=[EAC, union("comesa", "KEN", "BDI")])
    assert where(world) == {
        "union-eac", "union-comesa", "country-ken", "country-uga", "country-tza", "country-bdi",
    }  # fmt: skip


def test_named_unions_keep_the_others_out() -> None:
    """A value for one of the Member's unions is not read in the other."""
    world = dataset({"k": {"KEN": reported(71.2, "union", ["eac"])}}, unions=[EAC, union("comesa", "KEN", "BDI")])
    assert where(world) == {"union-eac", "country-ken", "country-uga", "country-tza"}


def test_a_union_named_without_membership_opens_nothing() -> None:
    """Naming a union that the Member is not in leaves the value at home."""
    world = dataset({"k": {"KEN": reported(71.2, "union", ["comesa"])}}, unions=[EAC, union("comesa", "BDI")])
    assert where(world) == {"country-ken"}


def test_union_inside_another_sees_the_value_of_the_outer() -> None:
    """All readers of the inner union's site are readers of the outer union's value, not the other way round."""
    inner, outer = union("inner", "KEN", "UGA"), union("outer", "KEN", "UGA", "TZA", "BDI")
    of_outer = dataset({"k": {"TZA": reported(5.0, "union")}}, unions=[inner, outer])
    assert {"union-inner", "union-outer"} <= where(of_outer, "TZA")
    of_inner = dataset({"k": {"KEN": reported(5.0, "union", ["inner"])}}, unions=[inner, outer])
    assert where(of_inner) == {"union-inner", "country-ken", "country-uga"}


def test_membership_that_ended_closes_the_union_site() -> None:
    """When a Member has left, its union value of a later year is its own alone."""
    left = union("eac", Membership("KEN", None, 2023), "UGA", "TZA")
    world = dataset({"k": {"KEN": reported(71.2, "union")}}, unions=[left])
    assert where(world) == {"country-ken"}


def test_changed_membership_between_cycles() -> None:
    """A newcomer reads the union's site but not the values of before, which so leave that site."""
    kpis = [kpi("k")]
    values = {"k": {"KEN": reported(71.2, "union")}}
    grown = union("eac", "KEN", "UGA", Membership("SOM", 2024))
    cycles = [cycle_data(values, each, kpis=kpis) for each in ("c2022", "c2024")]
    world = dataset(cycles=cycles, kpis=kpis, unions=[grown])
    assert where(world, cycle="c2022") == {"country-ken", "country-uga"}
    assert where(world, cycle="c2024") == {"union-eac", "country-ken", "country-uga", "country-som"}


def test_member_who_left_keeps_the_right_to_what_was_shared_then() -> None:
    """Readers of a value are the union's Members in its cycle's year; the site's are those of the latest."""
    kpis = [kpi("k")]
    values = {"k": {"KEN": reported(71.2, "union")}}
    shrunk = union("eac", "KEN", "UGA", Membership("TZA", None, 2022))
    cycles = [cycle_data(values, each, kpis=kpis) for each in ("c2022", "c2024")]
    world = dataset(cycles=cycles, kpis=kpis, unions=[shrunk])
    assert where(world, cycle="c2022") == {"union-eac", "country-ken", "country-uga", "country-tza"}
    assert where(world, cycle="c2024") == {"union-eac", "country-ken", "country-uga"}


def test_union_of_one_member_shows_its_country_values() -> None:
    """The only reader of the site is the reader of the value."""
    world = dataset({"k": {"KEN": reported(71.2, "country")}}, unions=[union("alone", "KEN")])
    assert where(world) == {"union-alone", "country-ken"}


def test_union_without_members_has_no_site() -> None:
    """A union nobody is in any more gets no site."""
    gone = union("gone", Membership("KEN", None, 2020))
    world = dataset({"k": {}}, unions=[EAC, gone])
    assert "union-gone" not in everywhere(world)


@pytest.mark.parametrize("ceiling", list(Level))
@pytest.mark.parametrize("choice", list(Level))
def test_the_stricter_of_choice_and_ceiling_holds(choice: Level, ceiling: Level) -> None:
    """A value appears exactly where it would with the stricter level as the Member's choice."""
    values = {"k": {"KEN": reported(71.2, choice)}}
    held = dataset(values, kpis=[kpi("k", ceiling=ceiling)], unions=[EAC])
    stricter = max(choice, ceiling, key=lambda level: level.strictness)
    plain = dataset({"k": {"KEN": reported(71.2, stricter)}}, unions=[EAC])
    assert where(held) == where(plain)


def test_a_ceiling_of_union_opens_all_of_the_members_unions() -> None:
    """Named unions count only where the Member chose the union level itself."""
    world = dataset(
        {"k": {"KEN": reported(71.2, "wco", ["comesa"])}},
        kpis=[kpi("k", ceiling=Level.UNION)],
        unions=[EAC, union("comesa", "KEN", "BDI")],
    )
    assert "union-eac" in where(world)


@pytest.mark.parametrize(
    "found",
    [
        reported(71.2, "public", kpi="unheard-of", member="KEN"),
        replace(reported(71.2, kpi="k", member="KEN"), level="secret"),  # type: ignore[arg-type]
        replace(reported(71.2, kpi="k", member="KEN"), level=None),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_known_is_closed(found: Observation) -> None:
    """With an unknown KPI or level nobody reads the value, not even its Member's site."""
    world = dataset({"k": {}}, unions=[EAC])
    cycle = world.cycles[0].cycle
    assert value_readers(found, world, cycle) == NOBODY
    assert not any(shows(site, found, world, cycle) for site in sites(world))


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_a_value_that_is_none_is_not_shown(value: float | None) -> None:
    """Not a number, infinite or absent: no site shows it."""
    found = replace(reported(0.0, "public", kpi="k", member="KEN"), value=value)
    world = dataset({"k": {}})
    assert not any(shows(site, found, world, world.cycles[0].cycle) for site in sites(world))


def test_a_site_without_readers_shows_nothing() -> None:
    """The empty set is in every set, but nobody is no audience."""
    assert not shown_to(Site("union-x", SiteKind.UNION, Readers(), "x"), Readers(everyone=True))


# --- ceilings and figures ---


@pytest.mark.parametrize(
    ("ceiling", "admitted"),
    [
        (Level.PUBLIC, [Grade.ALL, Grade.ALL, Grade.ALL, Grade.ALL]),
        (Level.WCO, [Grade.NOTHING, Grade.ALL, Grade.ALL, Grade.ALL]),
        (Level.UNION, [Grade.NOTHING, Grade.NOTHING, Grade.UNION_AGGREGATES, Grade.UNION_AGGREGATES]),
        (Level.COUNTRY, [Grade.NOTHING, Grade.NOTHING, Grade.NOTHING, Grade.OWN_VALUE]),
    ],
)
def test_ceilings_admit_figures_by_grade(ceiling: Level, admitted: list[Grade]) -> None:
    """On public, wco, union and country sites a ceiling leaves all, a union's own, the own value or nothing."""
    world = dataset({"k": {}}, unions=[EAC])
    found = [site_of(world, each) for each in ("public", "wco", "union-eac", "country-ken")]
    assert [ceiling_admits(site, kpi("k", ceiling=ceiling)) for site in found] == admitted


def test_a_union_of_one_member_shows_what_only_that_member_reads() -> None:
    """A ceiling at country level admits the only reader's own value on the site of a union of one, and no aggregate."""
    world = dataset({"k": {}}, unions=[union("lone", "KEN")])
    assert ceiling_admits(site_of(world, "union-lone"), kpi("k", ceiling=Level.COUNTRY)) is Grade.OWN_VALUE


def test_an_unknown_kpi_has_no_figures() -> None:
    """A ceiling nobody knows admits nothing."""
    assert ceiling_admits(country_site("KEN"), None) is Grade.NOTHING


def test_union_figures_stand_on_the_sites_of_the_latest_members() -> None:
    """A union's own aggregates are on its site and on the country sites of its present Members."""
    world = dataset({"k": {}}, unions=[EAC, union("old", Membership("KEN", None, 2020), "UGA")])
    assert site_unions(world, site_of(world, "country-ken")) == ("eac",)
    assert site_unions(world, site_of(world, "country-uga")) == ("eac", "old")
    assert site_unions(world, site_of(world, "union-old")) == ("old",)
    assert site_unions(world, site_of(world, "wco")) == ()


# --- which sites there are ---


def test_sites_by_settings() -> None:
    """Each kind of site is there as the settings say, sorted within its kind."""
    chosen = SiteSelection(public=False, wco=True, unions=("eac",), countries=("UGA", "KEN"))
    world = dataset({"k": {}}, unions=[union("comesa", "KEN"), EAC], selection=chosen)
    assert [site.id for site in sites(world)] == ["wco", "union-eac", "country-ken", "country-uga"]
    nothing = SiteSelection(public=False, wco=False, unions="none", countries="none")
    assert sites(dataset({"k": {}}, unions=[EAC], selection=nothing)) == ()


def test_countries_are_the_participants_of_any_published_cycle_or_all() -> None:
    """`participants` looks at all published cycles and at no draft; `all` takes every Member."""
    kpis = [kpi("k")]
    cycles = [
        cycle_data({}, "c2020", kpis=kpis, participants=["KEN"]),
        cycle_data({}, "c2022", kpis=kpis, participants=["UGA"]),
        cycle_data({}, "c2024", kpis=kpis, participants=["USA"], status=CycleStatus.DRAFT),
    ]
    world = dataset(cycles=cycles, kpis=kpis)
    assert {site.subject for site in sites(world)} == {None, "KEN", "UGA"}
    all_members = dataset(cycles=cycles, kpis=kpis, selection=SiteSelection(countries="all"))
    assert {site.subject for site in sites(all_members)} == {None, *MEMBERS}


def test_without_a_published_cycle_there_is_no_union_site() -> None:
    """Without a year nobody is known to be a union's Member; the public and the WCO site stand empty."""
    world = dataset(cycles=[cycle_data({}, "c2024", kpis=[kpi("k")], status=CycleStatus.DRAFT)], unions=[EAC])
    assert everywhere(world) == {"public", "wco"}


# --- the restricted dataset ---


def test_restricted_keeps_what_the_site_shows() -> None:
    """Values not shown lose value, text, level, unions and note; statuses stay."""
    values = {
        "k": {
            "KEN": reported(71.2, "union", note="mine"),
            "UGA": reported(50.5, "country", note="theirs"),
            "TZA": reported(40.1, "public", note="open"),
            "BDI": unreported("not-applicable", note="why"),
        }
    }
    world = dataset(values, unions=[EAC])
    (data,) = restricted(world, site_of(world, "country-ken")).cycles
    found = {each.member: each for each in data.observations}
    assert (found["KEN"].value, found["KEN"].note) == (71.2, "mine")
    assert found["UGA"] == Observation("k", "UGA", ResponseStatus.REPORTED)
    assert (found["TZA"].value, found["TZA"].note) == (40.1, "")
    assert found["BDI"] == Observation("k", "BDI", ResponseStatus.NOT_APPLICABLE)


def test_restricted_keeps_own_answers_only() -> None:
    """Answers on instruments are country level: those of the own Member stay on its site, all go elsewhere."""
    answers = [Answer(member, "tool", True, None) for member in ("KEN", "UGA")]
    world = dataset({"k": {}}, unions=[EAC], answers=answers)
    own = restricted(world, site_of(world, "country-ken")).cycles[0].answers
    assert [each.member for each in own] == ["KEN"]
    assert restricted(world, site_of(world, "union-eac")).cycles[0].answers == ()


def test_restricted_drops_drafts_and_the_salt() -> None:
    """What stands on no site is not there."""
    draft = cycle_data({"k": {"KEN": reported(1.5, "public")}}, "c2026", kpis=[kpi("k")], status=CycleStatus.DRAFT)
    open_cycle = cycle_data({}, "c2024", kpis=[kpi("k")])
    found = restricted(dataset(cycles=[open_cycle, draft]), country_site("KEN"))
    assert [data.cycle.id for data in found.cycles] == ["c2024"]
    assert found.salt is None


def test_access_agrees_with_the_rule() -> None:
    """The table of readers worked out for all sites says the same as asking value by value."""
    values = {
        "k": {
            "KEN": reported(1.5, "union"),
            "UGA": reported(2.5, "wco"),
            "TZA": unreported(),
            "BDI": reported(3, "public"),
        }
    }
    world = dataset(values, unions=[EAC])
    access = Access.of(world)
    cycle: Cycle = world.cycles[0].cycle
    for site in sites(world):
        flags = access.shown(site)
        told = [flags[number] for number in access.numbers[cycle.id]]
        assert told == [shows(site, each, world, cycle) for each in world.cycles[0].observations]
