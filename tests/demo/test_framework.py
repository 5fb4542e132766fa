"""The framework of the demonstration: what is published is there by name, the rest says that it is invented."""

import csv
from collections import Counter
from typing import Any

import pytest

from tests.demo.submissions import Submissions

PUBLISHED_KPIS = {
    "Rate of electronic declarations",
    "Data standardization",
    "Variation in the number of Authorized Economic Operators",
    "AEO involvement in trade",
    "Share of e-commerce shipments",
    "Annual variation in requests for information",
    "Effectiveness of post-clearance controls",
    "Effectiveness of controls on drugs",
    "Variation in the number of alcohol seizures",
}


def published(entries: list[dict[str, Any]]) -> set[str]:
    """English names of the entries whose names are published."""
    return {entry["name"]["en"] for entry in entries if entry.get("name_status", "published") == "published"}


def test_counts_are_those_of_the_mechanism(first: Submissions) -> None:
    """4 dimensions, 23 outcomes, 51 KPIs, 46 instruments and 9 areas, of which 3, 9 and 17 names are published."""
    catalogue = first.catalogue
    sizes = [len(catalogue[part]) for part in ("dimensions", "outcomes", "kpis", "instruments", "capacity_building")]
    assert sizes == [4, 23, 51, 46, 9]
    assert published(catalogue["kpis"]) == PUBLISHED_KPIS
    assert len(published(catalogue["outcomes"])) == 3
    assert len(published(catalogue["instruments"])) == 17


def test_references_of_the_catalogue_hold(first: Submissions) -> None:
    """Outcomes, areas, successors and identities name what exists; nothing is left without a use."""
    catalogue, kpis = first.catalogue, first.kpis
    dimensions = {entry["id"] for entry in catalogue["dimensions"]}
    outcomes = {entry["id"] for entry in catalogue["outcomes"]}
    assert {entry["dimension"] for entry in catalogue["outcomes"]} == dimensions
    assert {entry["outcome"] for entry in kpis.values()} == outcomes
    assert {outcome for entry in catalogue["instruments"] for outcome in entry["outcomes"]} == outcomes
    areas = {area for entry in kpis.values() for area in entry.get("capacity_building", [])}
    assert areas == {entry["id"] for entry in catalogue["capacity_building"]}
    for entry in kpis.values():
        for version in entry.get("versions", []):
            assert set(version.get("successor", [])) <= set(kpis)
    assert all(set(identity["terms"]) <= set(kpis) for identity in catalogue["identities"])


def test_every_kind_of_kpi_occurs(first: Submissions) -> None:
    """All units, directions and ceilings; the paper's eight are public; an open end has bins."""
    kpis = list(first.kpis.values())
    assert {kpi["unit"] for kpi in kpis} == {"percent", "ratio", "variation", "count", "hours", "days", "index"}
    assert {kpi["direction"] for kpi in kpis} == {"higher", "lower", "none"}
    ceilings = Counter(kpi.get("ceiling", "public") for kpi in kpis)
    assert ceilings == {"public": 45, "wco": 3, "union": 2, "country": 1}
    assert any(not kpi.get("analysed", True) for kpi in kpis)
    for kpi in kpis:
        if None in kpi["bounds"]:
            assert kpi["bins"] == sorted(set(kpi["bins"])), kpi["id"]
            assert kpi["bins"][0] == kpi["bounds"][0]


def test_texts_are_in_both_languages(first: Submissions) -> None:
    """Every name, definition and formula is English and French, and no text stands for both by mistake."""

    def texts(node: Any) -> list[dict[str, str]]:
        if isinstance(node, dict):
            if "en" in node or "fr" in node:
                return [node]
            return [text for value in node.values() for text in texts(value)]
        return [text for value in node for text in texts(value)] if isinstance(node, list) else []

    found = texts(first.catalogue) + texts(first.framework("groupings.yml")) + texts(first.framework("unions.yml"))
    assert len(found) > 250
    assert all(set(text) == {"en", "fr"} and all(text.values()) for text in found)
    assert [text for text in found if text["en"] == text["fr"]] == [{"en": "Europe", "fr": "Europe"}]
    for kpi in first.kpis.values():
        assert {"name", "definition", "formula"} <= set(kpi)


def test_members_and_their_groups(first: Submissions) -> None:
    """187 Members by region as the organization counts them, each group known, illustrative types named so."""
    with (first.project / "data" / "members.csv").open(encoding="utf-8", newline="") as stream:
        members = list(csv.DictReader(stream))
    assert len({row["member"] for row in members}) == len(members) == 187
    assert Counter(row["region"] for row in members) == {
        "ams": 34,
        "eur": 52,
        "esa": 24,
        "mena": 18,
        "wca": 24,
        "ap": 35,
    }
    for grouping in first.framework("groupings.yml"):
        known = {group["id"] for group in grouping["groups"]}
        assert {row[grouping["id"]] for row in members} - {""} == known
        if grouping["id"] == "administration":
            assert all("illustrative" in each["name"]["en"] for each in (grouping, *grouping["groups"]))
    assert {row["member"] for row in members if not row["income"]} == {"ETH", "VEN"}


@pytest.mark.parametrize(
    ("union", "member", "years"),
    [
        ("eac", "SOM", {2024, 2026}),
        ("eac", "COD", {2022, 2024, 2026}),
        ("ecowas", "NER", {2020, 2022, 2024}),
        ("mercosur", "BOL", {2024, 2026}),
    ],
)
def test_membership_is_dated(first: Submissions, union: str, member: str, years: set[int]) -> None:
    """Members join and leave unions in the years that are known."""
    entries = next(each["members"] for each in first.framework("unions.yml") if each["id"] == union)
    entry = next(each for each in entries if isinstance(each, dict) and each["member"] == member)
    held = {year for year in (2020, 2022, 2024, 2026) if entry.get("from", 0) <= year <= entry.get("to", 9999)}
    assert held == years


def test_unions_overlap(first: Submissions, second: Submissions) -> None:
    """One union lies inside another, a participant belongs to two, and membership changes between the cycles."""
    assert first.unions["ca-cu"] < first.unions["sieca"]
    assert "KEN" in first.unions["eac"] & first.unions["comesa"]
    assert first.unions["eac"] != second.unions["eac"]
    assert first.unions["ca-cu"] <= set(first.participants)


def test_every_outcome_is_mapped_to_a_goal(first: Submissions) -> None:
    """The mapping covers all outcomes, is marked as illustrative, and names goals from 1 to 17."""
    with (first.project / "data" / "sdg-mapping.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["outcome"] for row in rows} == {outcome["id"] for outcome in first.catalogue["outcomes"]}
    assert {row["status"] for row in rows} == {"illustrative"}
    assert all(1 <= int(row["goal"]) <= 17 and row["target"].startswith(row["goal"] + ".") for row in rows)
