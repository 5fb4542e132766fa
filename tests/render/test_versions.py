"""Renamed, revised, split and dropped KPIs as pages tell them, and the e-mail that proposes a revision."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from pmm_site.model import KpiVersion, SiteKind
from pmm_site.render.edition import Edition
from tests.render.report_site import edition, html_of, main, package, spoken, text


def with_versions(*kpis: tuple[str, tuple[KpiVersion, ...]], language: str = "en") -> Edition:
    """The small site whose KPIs have these versions."""
    given, of = dict(kpis), package()
    changed = tuple(replace(kpi, versions=given.get(kpi.id, kpi.versions)) for kpi in of.catalogue.kpis)
    return edition(replace(of, catalogue=replace(of.catalogue, kpis=changed)), language)


def page(of: Edition, kpi: str) -> str:
    """The main part of a KPI's page."""
    return main(html_of("kpi", of)[f"{of.language}/kpi/{kpi}.html"])


RENAMED = ("standard", (KpiVersion("1", None, "c1", name=text("Norm", "Norme")), KpiVersion("2", "c2")))
SPLIT = ("posts", (KpiVersion("1", "c1", "c1", successor=("training", "declarations")),))


def test_a_renamed_kpi_tells_its_old_name_where_readers_look() -> None:
    """On its own page, and on the page of changes under the cycle that brought the new name, in both languages."""
    said = "version 2. Version 1 was called “Norm”."
    assert said in spoken(page(with_versions(RENAMED), "standard"))
    assert said in spoken(main(html_of("changes", with_versions(RENAMED))["en/changes.html"]))
    assert "s’appelait « Norme »" in spoken(page(with_versions(RENAMED, language="fr"), "standard"))


def test_a_revised_kpi_keeps_its_name() -> None:
    """A new version without another name is told as a revision."""
    revised = ("standard", (KpiVersion("1", None, "c1"), KpiVersion("1.1", "c2")))
    assert "version 1.1 in place of version 1." in spoken(page(with_versions(revised), "standard"))


def test_a_split_kpi_leads_to_its_parts_and_they_lead_back() -> None:
    """Successors are links on the old page; each of them names what it takes the place of."""
    of = with_versions(SPLIT)
    old = page(of, "posts")
    assert "It was split into:" in old
    assert 'training.html"' in old
    assert 'declarations.html"' in old
    for part in ("training", "declarations"):
        assert "It takes the place of Posts" in spoken(page(of, part))
        assert 'posts.html"' in page(of, part)


def test_a_dropped_kpi_says_until_when() -> None:
    """One successor takes its place; without one only the end is told."""
    assert "Measured until First cycle. Its place is taken by: Training" in spoken(page(edition(), "posts"))
    alone = with_versions(("posts", (KpiVersion("1", "c1", "c1"),)))
    assert "Measured until First cycle." in page(alone, "posts")
    assert "place" not in spoken(page(alone, "posts").split("Measured until")[1].split("</p>")[0])


def test_a_kpi_split_off_under_its_own_id_is_not_compared() -> None:
    """A version with successors ends its series even where the KPI keeps its id."""
    kept = ("training", (KpiVersion("1", None, "c1", successor=("training", "standard")), KpiVersion("2", "c2")))
    said = spoken(page(with_versions(kept), "training"))
    assert "The figures of the two versions are not compared." in said
    assert "It was split into: Standard" in said


def proposal(of: Edition, kpi: str) -> tuple[str, str, str]:
    """Address, subject and body of the e-mail on a KPI's page."""
    html = page(of, kpi)
    href = html[html.index("mailto:") :].split('"')[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(href).query)
    return urlsplit(href).path, query["subject"][0], query["body"][0]


def test_a_proposal_is_an_email_with_id_and_version_filled_in() -> None:
    """To the contact of the site, with the version in force; lines end as e-mail wants it."""
    address, subject, body = proposal(with_versions(RENAMED), "standard")
    assert address == "pmm@example.org"
    assert subject == "Proposal for the KPI “Standard” (standard, version 2)"
    assert "Id: standard\r\nVersion: 2\r\n" in body


def test_a_proposal_names_the_last_version_or_that_of_the_catalogue() -> None:
    """A dropped KPI has its last version; one without versions that of the framework."""
    assert "(posts, version 1)" in proposal(edition(), "posts")[1]
    assert f"(training, version {package().catalogue.version})" in proposal(edition(), "training")[1]


def test_without_a_contact_there_is_no_proposal() -> None:
    """A site without an address invites nobody to write."""
    assert "mailto:" not in page(edition(package(contact=None)), "standard")


def test_the_workbook_of_a_kpi_is_linked_where_it_is_made() -> None:
    """On the public and WCO sites, and nowhere else."""
    for kind in SiteKind:
        of = edition(package(kind))
        name = f"{of.view.info.site}-kpi-training.xlsx"
        assert (name in page(of, "training")) is (kind in (SiteKind.PUBLIC, SiteKind.WCO))


def test_same_members_stand_beside_all_members() -> None:
    """Below the means of each cycle: those of the Members that reported both times, so that nobody mixes them up."""
    said = spoken(page(edition(), "declarations"))
    assert "The 47 Members that reported in First cycle and in Second cycle: 97.5% → 98.2%." in said
