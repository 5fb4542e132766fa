"""What a valid project becomes, in every detail that later stages build on."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pmm_site.load import load
from pmm_site.model import (
    AnalysisPolicy,
    Bounds,
    CycleStatus,
    Dataset,
    DisclosurePolicy,
    Level,
    Observation,
    PeerReview,
    Protection,
    ResponseStatus,
    Settings,
    SiteSelection,
    Unit,
    Usage,
)
from tests.load.projects import NOW, VALID, change, copy_of_valid


def read(project: Path) -> Dataset:
    """The data of a project without errors."""
    dataset, problems = load(project, now=NOW)
    assert dataset is not None, "\n".join(map(str, problems))
    return dataset


@pytest.fixture(scope="module")
def valid() -> Dataset:
    return read(VALID)


def observation(dataset: Dataset, cycle: int, member: str, kpi: str) -> Observation:
    """The one observation of a Member and KPI in the cycle at this place."""
    (found,) = (each for each in dataset.cycles[cycle].observations if (each.member, each.kpi) == (member, kpi))
    return found


def test_nothing_is_told_of_a_valid_project() -> None:
    """A valid project without blanks to be assumed gives no problem and no warning."""
    assert load(VALID, now=NOW)[1] == ()


def test_text_that_yaml_would_reinterpret_stays_text(valid: Dataset, tmp_path: Path) -> None:
    """Versions such as 1.10 and words such as no, on and 12:30 are kept as they are written."""
    assert valid.catalogue.version == "1.10"
    project = copy_of_valid(tmp_path / "project")
    change(project, "site.yml", "{en: CC BY 4.0}", "{en: no, fr: 12:30}")
    change(project, "data/catalogue.yml", 'version: "1.10"', "version: 1.10")
    dataset = read(project)
    assert dataset.settings.licence == {"en": "no", "fr": "12:30"}
    assert dataset.catalogue.version == "1.10"


def test_settings_carry_what_site_yml_says_and_defaults_for_the_rest(valid: Dataset) -> None:
    """A plain text counts as the first language's; policies are merged with their defaults."""
    settings = valid.settings
    assert settings.organization == {"en": "The Secretariat"}
    assert (settings.sites.unions, settings.sites.countries) == ("all", "participants")
    assert settings.base_urls == "https://{site}.example.org/"
    assert settings.disclosure.protection[Unit.COUNT] == Protection(0.2, 0.4, 0.01)
    assert settings.disclosure.protection[Unit.HOURS] == Protection(0.15, 0.30, 0.01)
    assert settings.disclosure.crossings == (("region", "income"),)
    assert settings.disclosure.weights["region"] == 6.0
    assert settings.disclosure.weights["all"] == 20.0
    assert settings.disclosure.work_limits.rounds == 50
    assert settings.disclosure.peer_review_disclosure is Level.COUNTRY


def test_the_catalogue_carries_numbers_exactly(valid: Dataset) -> None:
    """Bounds and bins are floats, roundings are decimals as written, an open end is None."""
    kpi = valid.catalogue.kpi_by_id["electronic-declarations"]
    assert kpi.bounds == Bounds(0.0, 100.0)
    assert kpi.bins == (0.0, 25.0, 50.0, 75.0, 100.0)
    assert kpi.roundings == (Decimal("0.1"), Decimal(1), Decimal(5))
    assert valid.catalogue.kpi_by_id["release-time"].bounds == Bounds(0.0, None)
    assert valid.catalogue.identities[0].terms == {"electronic-declarations": 1.0, "paper-declarations": 1.0}
    assert [link.goal for link in valid.catalogue.sdg_mapping] == [5, 9]
    assert [grouping.id for grouping in valid.catalogue.groupings] == ["region", "income"]


def test_members_and_memberships(valid: Dataset) -> None:
    """A blank group is none; names hold what is filled in; memberships hold from first to last year, inclusive."""
    assert valid.members["UGA"].groups == {"region": "esa"}
    assert valid.members["TZA"].name == {"en": "Tanzania, United Republic of", "fr": "Tanzanie"}
    assert valid.unions["eac"].members_in(2022) == {"KEN", "UGA"}
    assert valid.unions["eac"].members_in(2023) == {"KEN", "UGA", "TZA"}
    assert valid.unions["eu"].members_in(2023) == {"FRA", "BEL"}
    assert valid.unions["eu"].members_in(2024) == {"FRA"}


def test_a_cycle_overrides_groups_only_where_it_says_so(valid: Dataset) -> None:
    """A filled cell of participants.csv wins over members.csv, a blank one does not."""
    participants = valid.cycles[0].participants
    assert participants["KEN"].groups == {"region": "esa", "income": "high"}
    assert participants["FRA"].groups == {"region": "eur", "income": "high"}
    assert participants["KEN"].peer_review is PeerReview.REQUESTED
    assert list(participants) == ["FRA", "KEN", "UGA"]


def test_there_is_one_observation_per_participant_and_kpi_in_force(valid: Dataset) -> None:
    """In the order of the catalogue, then of Members; a missing row is not available; a KPI not in force is absent."""
    first, second = valid.cycles
    kpis = ["electronic-declarations", "paper-declarations", "release-time"]
    assert [(each.kpi, each.member) for each in first.observations] == [
        (kpi, member) for kpi in kpis for member in ("FRA", "KEN", "UGA")
    ]
    assert {each.kpi for each in second.observations} == {*kpis, "women-in-management"}
    assert observation(valid, 0, "UGA", "release-time").status is ResponseStatus.NOT_AVAILABLE
    assert observation(valid, 0, "FRA", "release-time").status is ResponseStatus.NOT_APPLICABLE


def test_numbers_are_kept_as_written(valid: Dataset) -> None:
    """The writing of a value keeps its trailing zeros; a blank value has neither number nor writing."""
    assert observation(valid, 0, "FRA", "electronic-declarations").written == "98.10"
    assert observation(valid, 0, "FRA", "electronic-declarations").value == 98.1
    absent = observation(valid, 0, "FRA", "release-time")
    assert (absent.value, absent.written) == (None, "")
    assert absent.note == "No border, no release"
    assert observation(valid, 0, "KEN", "release-time").note == "Measured at\nMombasa"


def test_levels_come_from_the_row_then_from_the_participant(valid: Dataset) -> None:
    """A blank level is the participant's default."""
    assert observation(valid, 0, "FRA", "electronic-declarations").level is Level.PUBLIC
    assert observation(valid, 0, "FRA", "paper-declarations").level is Level.WCO
    assert observation(valid, 0, "UGA", "electronic-declarations").level is Level.UNION


def test_a_blank_level_without_a_default_is_country_level(tmp_path: Path) -> None:
    """Nothing chosen is the strictest level, and one warning per Member tells how many values that are."""
    project = copy_of_valid(tmp_path / "project")
    change(project, "data/cycles/c2022/participants.csv", "FRA,none,wco,", "FRA,none,,")
    dataset, problems = load(project, now=NOW)
    assert dataset is not None
    assert observation(dataset, 0, "FRA", "paper-declarations").level is Level.COUNTRY
    assert [(problem.code, problem.row) for problem in problems] == [("values-level-blank", "FRA")]


def test_union_level_reaches_the_unions_of_the_reference_year_or_those_named(valid: Dataset) -> None:
    """All unions of the Member in that year, unless some are named; Tanzania is in the union from 2023 only."""
    assert observation(valid, 0, "KEN", "electronic-declarations").unions == {"eac", "pair"}
    assert observation(valid, 0, "UGA", "electronic-declarations").unions == {"eac"}
    assert observation(valid, 1, "TZA", "release-time").unions == {"eac"}
    assert observation(valid, 0, "FRA", "electronic-declarations").unions == frozenset()


def test_union_level_of_a_member_in_no_union_that_year_is_country_level(tmp_path: Path) -> None:
    """The union of 2023 does not make a value of 2022 visible; the operator is warned."""
    project = copy_of_valid(tmp_path / "project")
    change(project, "data/unions.yml", "from: 2023}]", "from: 2025}]")
    dataset, problems = load(project, now=NOW)
    assert dataset is not None
    found = observation(dataset, 1, "TZA", "release-time")
    assert (found.level, found.unions) == (Level.COUNTRY, frozenset())
    assert [(problem.code, problem.row) for problem in problems] == [("values-level-union", "TZA")]


def test_answers_are_independent_and_blank_is_no_answer(valid: Dataset) -> None:
    """Each of the two questions may be unanswered."""
    assert [(each.member, each.instrument, each.aware, each.usage) for each in valid.cycles[0].answers] == [
        ("FRA", "data-model", True, Usage.IN_USE),
        ("KEN", "data-model", False, None),
        ("UGA", "time-release-study", None, Usage.PLANNED),
    ]
    assert valid.cycles[1].answers == ()


@pytest.mark.parametrize(
    ("now", "published"),
    [
        (datetime(2025, 6, 30, 9, 59, 59, tzinfo=UTC), ("c2022",)),
        (datetime(2025, 6, 30, 10, 0, 0, tzinfo=UTC), ("c2022", "c2024")),
    ],
)
def test_publish_at_is_an_instant(now: datetime, published: tuple[str, ...]) -> None:
    """A cycle stands on sites from its instant on, whatever zone it is written in."""
    dataset, _ = load(VALID, now=now)
    assert dataset is not None
    assert dataset.published_cycles == published
    assert dataset.cycles[1].cycle.publish_at == "2025-06-30T10:00:00Z"


def test_the_first_instant_that_can_be_written_is_read_again(tmp_path: Path) -> None:
    """A year keeps its four digits: a cycle of the year 1 is published, like any other of the past."""
    project = copy_of_valid(tmp_path / "project")
    change(project, "data/cycles/c2024/cycle.yml", "2025-06-30T12:00+02:00", "0001-01-01")
    dataset = read(project)
    assert dataset.cycles[1].cycle.publish_at == "0001-01-01T00:00:00Z"
    assert dataset.published_cycles == ("c2022", "c2024")


def test_source_date_epoch_stands_for_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `now`, SOURCE_DATE_EPOCH decides; where it is no number, that is a problem."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    dataset, _ = load(VALID)
    assert dataset is not None
    assert dataset.published_cycles == ("c2022",)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    dataset, problems = load(VALID)
    assert dataset is None
    assert [problem.code for problem in problems] == ["project-clock"]


def test_a_draft_is_read_and_not_published(tmp_path: Path) -> None:
    """A draft cycle is in the data and not among the published ones."""
    project = copy_of_valid(tmp_path / "project")
    change(project, "data/cycles/c2022/cycle.yml", "status: published", "status: draft")
    dataset = read(project)
    assert dataset.cycles[0].cycle.status is CycleStatus.DRAFT
    assert dataset.published_cycles == ("c2024",)


def test_pages_carry_their_front_matter(valid: Dataset) -> None:
    """Front matter is taken off the Markdown; a report named after a cycle speaks of it."""
    pages = {(page.language, page.slug): page for page in valid.content}
    assert list(pages) == [("en", "report"), ("en", "report-c2024"), ("fr", "about")]
    report = pages["en", "report"]
    assert (report.title, report.order, report.cycle) == ("What the first cycle says", 1, "c2022")
    assert report.sites == ("public", "union-*")
    assert report.markdown.startswith("On average {{ mean(")
    assert pages["en", "report-c2024"].cycle == "c2024"
    assert pages["fr", "about"] == replace(pages["fr", "about"], order=0, sites=("*",), cycle=None)


def test_the_secret_is_read_without_its_line_end(valid: Dataset) -> None:
    """data/salt.txt is one line; without the file there is no secret."""
    assert valid.salt == "a-secret-of-the-valid-project"


def test_windows_line_ends_a_bom_and_another_order_change_nothing(valid: Dataset, tmp_path: Path) -> None:
    """CRLF, a byte order mark, shuffled columns and rows, blank lines and padded cells give the same data."""
    project = copy_of_valid(tmp_path / "project")
    for path in sorted(project.rglob("*")):
        if path.suffix in (".csv", ".yml", ".md"):
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    values = project / "data/cycles/c2024/values.csv"
    values.write_text(
        "kpi,status,disclosure, value ,member\n\nrelease-time,reported,union,12.5,TZA\n,,,,\n"
        "women-in-management, reported ,wco,-0.25,KEN\nelectronic-declarations,reported,public,80,KEN\n\n",
        encoding="utf-8",
    )
    dataset = read(project)
    note = observation(dataset, 0, "KEN", "release-time").note
    assert note == "Measured at\r\nMombasa"
    assert dataset.cycles[1] == valid.cycles[1]
    assert (dataset.catalogue, dataset.members, dataset.unions) == (valid.catalogue, valid.members, valid.unions)
    assert dataset.content == valid.content


POLICY = {
    "basis": "visible",
    "coalitions": "none",
    "protection": "{hours: {side: 0.2, width: 0.5}}",
    "minimum_contributors": "4",
    "performance_contributors": "11",
    "moments_contributors": "12",
    "crossings": "[[income, region]]",
    "roundings": "per-kpi",
    "weights": "{other: 3}",
    "peer_review_disclosure": "wco",
    "work_limits": "{nodes: 7}",
}


def test_every_policy_key_can_be_set(tmp_path: Path) -> None:
    """No key of the disclosure or analysis policy is accepted and then left at its default."""
    assert {*POLICY} == {each.name for each in fields(DisclosurePolicy)}
    analysis = {each.name: getattr(AnalysisPolicy(), each.name) / 2 + 0.01 for each in fields(AnalysisPolicy)}
    project = copy_of_valid(tmp_path / "project")
    text = (project / "site.yml").read_text(encoding="utf-8").split("disclosure:")[0]
    for section, values in (("disclosure", POLICY), ("analysis", analysis)):
        text += f"{section}:\n" + "".join(f"  {key}: {value}\n" for key, value in values.items())
    (project / "site.yml").write_text(text, encoding="utf-8")
    found = read(project).settings
    for name in POLICY:
        assert getattr(found.disclosure, name) != getattr(DisclosurePolicy(), name), name
    assert {name: getattr(found.analysis, name) for name in analysis} == analysis


@pytest.mark.parametrize(
    ("written", "selection"),
    [
        ("public: false", SiteSelection(public=False)),
        ("wco: false", SiteSelection(wco=False)),
        ("unions: none", SiteSelection(unions="none")),
        ("unions: [eac, eu]", SiteSelection(unions=("eac", "eu"))),
        ("countries: all", SiteSelection(countries="all")),
        ("countries: [KEN]", SiteSelection(countries=("KEN",))),
        ("countries: []", SiteSelection(countries=())),
    ],
)
def test_sites_are_selected_by_word_or_list(written: str, selection: SiteSelection, tmp_path: Path) -> None:
    """What is left out is the default; an empty list is none."""
    project = copy_of_valid(tmp_path / "project")
    text = (project / "site.yml").read_text(encoding="utf-8")
    before, rest = text.split("sites:\n")
    (project / "site.yml").write_text(
        f"{before}sites:\n  {written}\nbase_urls:{rest.split('base_urls:')[1]}", encoding="utf-8"
    )
    assert read(project).settings.sites == selection


def test_a_site_without_settings_has_the_defaults(tmp_path: Path) -> None:
    """Only a title is required."""
    project = copy_of_valid(tmp_path / "project")
    (project / "site.yml").write_text("title: {en: T}\nlanguages: [en, fr]\n", encoding="utf-8")
    found = read(project).settings
    assert found == Settings(title={"en": "T"}, languages=("en", "fr"))
