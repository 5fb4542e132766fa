"""The release packages of small worlds, table by table, as the formats have them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from pmm_site.audit.truth import is_rounded, visible_step
from pmm_site.disclose import sites
from pmm_site.model import (
    Answer,
    Bounds,
    ConfStatus,
    ContentPage,
    CycleStatus,
    Dataset,
    DisclosurePolicy,
    KpiVersion,
    Level,
    ObsStatus,
    PeerReview,
    Settings,
    Unit,
    Usage,
)
from tests.disclose.worlds import package, packages, rows
from tests.factories import MEMBERS, cycle_data, dataset, instrument, kpi, reported, union, unreported

MANY = tuple(f"{first}{second}X" for first in "ABCDEFGH" for second in "ABCDEFGHIJ")
"""Eighty Members without a name."""

SHOWN = (ObsStatus.SHOWN, ConfStatus.FREE)
CLOSED = (ObsStatus.NOT_SHOWN, ConfStatus.NOT_AT_THIS_LEVEL)
PROTECTED = (ObsStatus.NOT_SHOWN, ConfStatus.PROTECTED)


def small_world(**changes: object) -> Dataset:
    """Eight Members, a value of each level and the two kinds of no value, in the union of Kenya and Uganda."""
    values = {
        "k": {
            "KEN": reported(71.25, "union", note="of Kenya"),
            "UGA": reported(50.5, "country", note="of Uganda"),
            "FRA": reported(40.0, "public", written="40.0"),
            "USA": reported(30.0, "wco"),
            "CHN": unreported("not-applicable", note="left out"),
        }
    }
    return dataset(values, unions=[union("eac", "KEN", "UGA")], **changes)  # type: ignore[arg-type]


def crowd(value: float = 50.0, level: str = "country", number: int = 60, **changes: object) -> Dataset:
    """Many Members with different values around one, all at a level: their mean is safe at the finest step."""
    values = {"k": {code: reported(round(value - 30 + index, 1), level) for index, code in enumerate(MANY[:number])}}
    return dataset(values, members=MANY, **changes)  # type: ignore[arg-type]


# --- values -------------------------------------------------------------------------------------


def test_values_on_a_country_site() -> None:
    """One row per participant: shown as submitted with its level, else blank with why; the note is the own one."""
    found = {row.member: row for row in package(small_world(), "country-ken").tables["values"]}
    assert sorted(found) == sorted(MEMBERS)
    kenya = found["KEN"]
    assert (kenya.value, kenya.disclosure, kenya.note, kenya[4:6]) == ("71.25", "union", "of Kenya", SHOWN)
    assert (found["UGA"].value, found["UGA"].disclosure, found["UGA"].note) == ("", None, None)
    assert found["UGA"][4:6] == CLOSED
    assert found["FRA"].value == "40.0"
    assert found["CHN"][4:6] == (ObsStatus.NOT_APPLICABLE, ConfStatus.FREE)
    assert found["SOM"][4:6] == (ObsStatus.NOT_REPORTED, ConfStatus.FREE)


def test_a_note_on_no_value_stands_on_the_own_site() -> None:
    """Why a KPI was left out is told on the own country site, and nowhere else."""
    world = small_world()
    (own,) = rows(package(world, "country-chn"), "values", member="CHN")
    assert own.note == "left out"
    for site, found in packages(world):
        if site.id != "country-chn":
            assert all(row.note is None for row in rows(found, "values", member="CHN"))


def test_values_on_the_public_site() -> None:
    """Shown values only, without a level: which Member answered stays untold."""
    found = package(small_world(), "public").tables["values"]
    assert [(row.member, row.value, row.disclosure) for row in found] == [("FRA", "40.0", None)]


def test_values_of_a_kpi_above_the_ceiling() -> None:
    """Ceiling country leaves the own row on the own site; on the others the KPI has no row in any table."""
    world = small_world(kpis=[kpi("k", ceiling=Level.COUNTRY)])
    for site, found in packages(world):
        own = [row.member for row in rows(found, "values", kpi="k")]
        assert own == ([site.subject] if site.id.startswith("country-") else [])
        for table in ("aggregates", "changes", "tests", "summary", "distribution", "coverage"):
            assert rows(found, table, kpi="k") == []


def test_ceiling_union_leaves_the_unions_own_aggregate() -> None:
    """Values by the rule, and of aggregates the union's own on its site and its Members' country sites."""
    world = small_world(kpis=[kpi("k", ceiling=Level.UNION)])
    for site, found in packages(world):
        of_union = site.id in ("union-eac", "country-ken", "country-uga")
        keys = [(row.grouping, row.group) for row in rows(found, "aggregates", kpi="k")]
        assert keys == ([("union", "eac")] if of_union else [])
        has_rows = site.id.startswith(("union-", "country-"))
        assert len(rows(found, "values", kpi="k")) == (len(MEMBERS) if has_rows else 0)
        assert rows(found, "summary") == rows(found, "coverage") == rows(found, "distribution") == []


# --- aggregates ---------------------------------------------------------------------------------


def test_one_mean_and_rounding_on_every_site() -> None:
    """The same aggregate says the same wherever it stands; only the means over shown values differ."""
    world = crowd(unions=[union("eac", *MANY[:9])])
    heads: dict[tuple[str, ...], set[object]] = {}
    for _, found in packages(world):
        for row in found.tables["aggregates"]:
            heads.setdefault(row[:4], set()).add(row[4:9])
    assert all(len(told) == 1 for told in heads.values())


def test_a_safe_mean_is_told_at_its_finest_step() -> None:
    """Sixty hidden values around the middle hide one another: their mean is told to a tenth."""
    (row,) = rows(package(crowd(), "public"), "aggregates", grouping="all")
    assert (row.contributors, row.mean, row.rounding) == (60, Decimal("49.5"), Decimal("0.1"))
    assert (row.obs_status, row.conf_status) == SHOWN
    assert (row.visible_contributors, row.visible_mean) == (0, None)


def test_few_contributors_have_a_count_and_no_figure() -> None:
    """Below the least number of contributors a group says how many they are and nothing else."""
    (row,) = rows(package(crowd(number=2), "wco"), "aggregates", grouping="all")
    assert (row.contributors, row.mean, row.rounding) == (2, None, None)
    assert (row.obs_status, row.conf_status) == PROTECTED


def test_the_mean_over_shown_values_has_one_decimal_more() -> None:
    """`visible_mean` to one decimal more than the finest step has; of quantities to four significant digits."""
    values = {"k": {"FRA": reported(1.234, "public"), "USA": reported(2.345, "public")}}
    (row,) = rows(package(dataset(values), "public"), "aggregates", grouping="all")
    assert (row.visible_contributors, row.visible_mean) == (2, Decimal("1.79"))
    counted = kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))
    values = {"k": {"FRA": reported(12345, "public"), "USA": reported(12356, "public")}}
    (row,) = rows(package(dataset(values, kpis=[counted]), "public"), "aggregates", grouping="all")
    assert format(row.visible_mean, "f") == "12350"


@pytest.mark.parametrize(
    ("finest", "printed"), [("0.1", "-6.25"), ("0.2", "-6.25"), ("0.25", "-6.25"), ("0.50", "-6.25"), ("10", "-6.2")]
)
def test_the_mean_over_shown_values_is_no_multiple_of_the_step(finest: str, printed: str) -> None:
    """Only its decimals follow the finest step: -12.5 and 0 have the mean -6.25, whatever the step of the KPI."""
    stepped = kpi("k", unit=Unit.VARIATION, bounds=Bounds(None, None), roundings=(Decimal(finest),))
    world = dataset({"k": {"FRA": reported(-12.5, "public"), "USA": reported(0, "public")}}, kpis=[stepped])
    (row,) = rows(package(world, "public"), "aggregates", grouping="all")
    assert format(row.visible_mean, "f") == printed
    assert is_rounded(row.visible_mean, Fraction(-25, 4), visible_step(stepped, Fraction(-25, 4)) or Decimal(0))


def test_union_rows_are_on_the_unions_sites_only() -> None:
    """A union's own mean is on its site and its present Members' sites, with the membership of the cycle's year."""
    world = crowd(unions=[union("eac", *MANY[:20]), union("other", *MANY[30:50])])
    for site, found in packages(world):
        groups = {row.group for row in rows(found, "aggregates", grouping="union")}
        expected = {site.subject} if site.kind.value == "union" else set()
        if site.subject in MANY[:20]:
            expected = {"eac"}
        elif site.subject in MANY[30:50]:
            expected = {"other"}
        assert groups == expected


def test_changes_are_over_the_members_of_both_cycles() -> None:
    """Both means are over those who reported twice, rounded to one step: the coarser of the two."""
    kpis = [kpi("k")]
    first = {"k": {code: reported(float(index), "public") for index, code in enumerate(MANY[:40])}}
    second = {"k": {code: reported(float(index + 2), "public") for index, code in enumerate(MANY[:41])}}
    cycles = [
        cycle_data(first, "c2022", kpis=kpis, participants=MANY),
        cycle_data(second, "c2024", kpis=kpis, participants=MANY),
    ]
    found = package(dataset(cycles=cycles, kpis=kpis, members=MANY), "public")
    (row,) = rows(found, "changes", grouping="all")
    assert (row.cycle, row.previous, row.contributors) == ("c2024", "c2022", 40)
    assert (row.mean, row.previous_mean, row.rounding) == (Decimal("21.5"), Decimal("19.5"), Decimal("0.1"))


# --- shape --------------------------------------------------------------------------------------


def test_a_class_over_shown_values_says_so() -> None:
    """Where the hidden contributors are few, the class is over the shown values and marked `visible`."""
    skewed = {code: reported(float(1 + index**2 / 50), "public") for index, code in enumerate(MANY[:30])}
    open_world = dataset({"k": skewed}, members=MANY)
    (row,) = package(open_world, "public").tables["summary"]
    assert (row.performance, row.basis) == ("low", "submitted")
    one_hidden = {"k": {**skewed, MANY[40]: reported(60.0, "country")}}
    (row,) = package(dataset(one_hidden, members=MANY), "public").tables["summary"]
    assert (row.performance, row.basis, row.contributors) == ("low", "visible", 31)


def test_hidden_contributors_keep_the_skewness_to_themselves() -> None:
    """With eight hidden contributors the class is told and the figure is not; with none both are."""
    skewed = {code: reported(float(1 + index**2 / 50), "public") for index, code in enumerate(MANY[:30])}
    hidden = {code: reported(20.0 + index, "country") for index, code in enumerate(MANY[40:48])}
    (row,) = package(dataset({"k": {**skewed, **hidden}}, members=MANY), "public").tables["summary"]
    assert (row.basis, row.skewness) == ("submitted", None)
    (row,) = package(dataset({"k": skewed}, members=MANY), "public").tables["summary"]
    assert row.skewness is not None
    assert row.skewness.as_tuple().exponent == -1


def test_quartiles_are_bins_of_the_published_distribution() -> None:
    """Each quartile lies from an edge to an edge that the distribution names."""
    found = package(crowd(level="public"), "public")
    edges = {edge for row in found.tables["distribution"] for edge in (row.bin_from, row.bin_to)}
    (row,) = found.tables["summary"]
    assert {row.q1_from, row.q1_to, row.median_from, row.median_to, row.q3_from, row.q3_to} <= edges
    assert row.median_from < row.median_to
    assert sum(each.contributors for each in found.tables["distribution"]) == 60


def test_an_open_edge_is_blank() -> None:
    """The outermost bin of an open end has no edge there."""
    open_end = kpi("k", bounds=Bounds(0.0, None), bins=(0.0, 25.0, 50.0))
    values = {"k": {code: reported(float(index), "public") for index, code in enumerate(MANY[:60])}}
    found = package(dataset(values, kpis=[open_end], members=MANY), "public").tables["distribution"]
    assert [(row.bin_from, row.bin_to) for row in found][-1] == (Decimal(50), None)


def test_coverage_counts_everybody_on_every_site() -> None:
    """Who answered is counted alike everywhere: response is not protected."""
    for _, found in packages(small_world()):
        assert [row[2:] for row in found.tables["coverage"]] == [(8, 4, 1, 3)]


# --- instruments, Members, what the own Member sees -----------------------------------------------


def test_shares_of_answers_and_the_own_answer() -> None:
    """Shares are the same everywhere; a Member's own answers stand on its country site only."""
    answers = [
        Answer(code, "tool", index % 3 > 0, list(Usage)[index % 3] if index % 2 else None)
        for index, code in enumerate(MANY)
    ]
    world = dataset(
        {"k": {}}, members=MANY, answers=answers, instruments=[instrument()], unions=[union("u", *MANY[:4])]
    )
    for site, found in packages(world):
        (row,) = found.tables["instruments"]
        assert (row.aware_respondents, row.aware, row.usage_respondents) == (80, Decimal("66.2"), 40)
        assert ("answers" in found.tables) == site.id.startswith("country-")
    (own,) = package(world, "country-abx").tables["answers"]
    assert own == ("c2024", "tool", "yes", "planned")


def test_a_unanimous_answer_is_not_told() -> None:
    """When everybody is aware the share would give each answer away."""
    answers = [Answer(code, "tool", True, None) for code in MANY]
    world = dataset({"k": {}}, members=MANY, answers=answers, instruments=[instrument()])
    (row,) = package(world, "public").tables["instruments"]
    assert (row.aware_respondents, row.aware, row.obs_status, row.conf_status) == (80, None, *PROTECTED)


@pytest.mark.parametrize(
    ("level", "admitted"),
    [
        (Level.COUNTRY, {"country-ken"}),
        (Level.UNION, {"country-ken", "country-uga", "union-eac"}),
        (Level.PUBLIC, None),
    ],
)
def test_peer_review_where_the_policy_admits(level: Level, admitted: set[str] | None) -> None:
    """The stage of a peer review is known to the readers of the policy's level, and always at home."""
    world = small_world(policy=DisclosurePolicy(peer_review_disclosure=level))
    (data,) = world.cycles
    participants = {**data.participants, "KEN": replace(data.participants["KEN"], peer_review=PeerReview.COMPLETED)}
    world = replace(world, cycles=(replace(data, participants=participants),))
    for site, found in packages(world):
        (row,) = rows(found, "members", member="KEN")
        told = admitted is None or site.id in admitted
        assert row.peer_review == ("completed" if told else None), site.id


def test_members_rows_hold_the_groups_of_the_cycle() -> None:
    """A participant has its groups of the cycle, who does not take part those of the list of Members."""
    moved = cycle_data({}, kpis=[kpi("k")], participants=["KEN"], groups={"KEN": {"region": "rest"}})
    found = {row.member: row for row in package(dataset(cycles=[moved]), "wco").tables["members"]}
    assert (found["KEN"].participates, found["KEN"].groups) == (True, {"region": "rest"})
    assert (found["UGA"].participates, found["UGA"].groups) == (False, {"region": "esa"})


def test_visibility_names_every_site_of_every_own_value() -> None:
    """What others can see of our data: level in force, unions, sites; one row per reported value."""
    world = small_world()
    (own,) = package(world, "country-ken").tables["visibility"]
    assert own == ("c2024", "k", "union", "eac", "union-eac;country-ken;country-uga")
    (own,) = package(world, "country-fra").tables["visibility"]
    assert (own.level, own.unions) == ("public", "")
    assert own.sites.split(";") == [site.id for site in sites(world)]
    assert package(world, "country-chn").tables["visibility"] == ()


# --- the basis visible --------------------------------------------------------------------------


def test_basis_visible_computes_everything_over_shown_values() -> None:
    """With nothing to protect every figure is over what the site shows, at its finest step."""
    world = small_world(policy=DisclosurePolicy(basis="visible"))
    found = package(world, "country-ken")
    (row,) = rows(found, "aggregates", grouping="all")
    assert (row.contributors, row.mean, row.rounding) == (3, Decimal("47.1"), Decimal("0.1"))
    (summary,) = found.tables["summary"]
    assert (summary.contributors, summary.basis) == (3, "visible")
    assert sum(each.contributors for each in found.tables["distribution"]) == 3
    assert found.tables["coverage"][0].reported == 4


def test_basis_visible_holds_the_least_number_of_contributors() -> None:
    """Too few shown values have no mean and no distribution, as with the other basis; their number is told."""
    world = small_world(policy=DisclosurePolicy(basis="visible", minimum_contributors=4))
    found = package(world, "country-ken")
    (row,) = rows(found, "aggregates", grouping="all")
    assert (row.contributors, row.mean, row.visible_contributors) == (3, None, 3)
    assert found.tables["distribution"] == ()


# --- what the site says of itself ---------------------------------------------------------------


def test_readers_are_named() -> None:
    """A union's site names the Members of the latest year, a country site its Member, the public nobody."""
    world = small_world()
    told = {site.id: found.info for site, found in packages(world)}
    assert told["union-eac"].members == ("KEN", "UGA")
    assert told["country-ken"].members == ("KEN",)
    assert (told["public"].communities, told["public"].members) == (("everyone",), ())
    assert "basic-users" in told["wco"].communities
    assert all(info.release == "preview" and info.is_preview for info in told.values())


def test_parameters_of_protection_stay_inside() -> None:
    """The package says the rules that readers need and none that describe an interval."""
    info = package(small_world(), "public").info
    assert set(info.rules or {}) == {
        "basis", "minimum_contributors", "performance_contributors", "moments_contributors",
    }  # fmt: skip


def test_pages_go_where_they_are_meant() -> None:
    """A page stands on the sites its patterns name, in their languages, without them, and never speaks of a draft."""
    pages = (
        ContentPage("en", "everywhere", "E", "text"),
        ContentPage("en", "members", "M", "text", sites=("country-*", "wco")),
        ContentPage("en", "report-c2026", "R", "text"),
        ContentPage("en", "outlook", "O", "text", cycle="c2026"),
        ContentPage("fr", "partout", "P", "texte"),
    )
    draft = cycle_data({}, "c2026", kpis=[kpi("k")], status=CycleStatus.DRAFT)
    world = dataset(cycles=[cycle_data({}, "c2024", kpis=[kpi("k")]), draft], content=pages)
    slugs = {site.id: [page.slug for page in found.content] for site, found in packages(world)}
    assert slugs["public"] == ["everywhere"]
    assert slugs["wco"] == slugs["country-ken"] == ["everywhere", "members"]
    assert all(page.sites == ("*",) for _, found in packages(world) for page in found.content)


def test_base_addresses_by_pattern_or_by_site() -> None:
    """One pattern serves all sites, or each site has its own address or none."""
    pattern = small_world(settings=Settings({"en": "T"}, base_urls="https://{site}.example.org/"))
    assert package(pattern, "wco").info.base_url == "https://wco.example.org/"
    single = small_world(settings=Settings({"en": "T"}, base_urls={"public": "https://example.org/"}))
    assert package(single, "public").info.base_url == "https://example.org/"
    assert package(single, "wco").info.base_url is None


def test_drafts_are_nowhere() -> None:
    """A draft cycle has no row in any table of any site."""
    draft = cycle_data({"k": {"KEN": reported(1.5, "public")}}, "c2026", kpis=[kpi("k")], status=CycleStatus.DRAFT)
    world = dataset(cycles=[cycle_data({}, "c2024", kpis=[kpi("k")]), draft])
    for _, found in packages(world):
        assert found.info.cycles == ("c2024",)
        assert all(row[0] == "c2024" for table in found.tables.values() for row in table)


def test_versions_of_waiting_cycles_stand_on_no_site() -> None:
    """Of what a KPI was, is and will be, sites have what holds in a published cycle, told by those cycles alone."""
    versions = (
        KpiVersion("1", until="c2020", name={"en": "Before any cycle of a site"}),
        KpiVersion("2", since="c2022", until="c2026", name={"en": "As published"}, successor=("other",)),
        KpiVersion("3", since="c2028", name={"en": "Not yet told"}),
    )
    kpis = [kpi("k", versions=versions), kpi("new", versions=(KpiVersion("1", since="c2028", name={"en": "Secret"}),))]
    draft, published = CycleStatus.DRAFT, CycleStatus.PUBLISHED
    status = {"c2020": draft, "c2022": published, "c2024": published, "c2026": draft, "c2028": draft}
    cycles = [cycle_data({}, cycle, kpis=kpis, status=each) for cycle, each in status.items()]
    for _, found in packages(dataset(kpis=kpis, cycles=cycles)):
        assert found.catalogue.kpi_by_id["k"].versions == (replace(versions[1], until=None, successor=()),)
        (never,) = found.catalogue.kpi_by_id["new"].versions
        assert never.name is None
        assert not found.catalogue.kpi_by_id["new"].is_in_force("c2024", ["c2022", "c2024"])


def test_a_catalogue_whose_versions_are_all_published_is_the_projects() -> None:
    """Nothing is taken from it, and the same object serves all sites."""
    versions = (KpiVersion("1", until="c2022"), KpiVersion("2", since="c2024"))
    kpis = [kpi("k", versions=versions)]
    world = dataset(kpis=kpis, cycles=[cycle_data({}, cycle, kpis=kpis) for cycle in ("c2022", "c2024")])
    assert all(found.catalogue is world.catalogue for _, found in packages(world))
