"""The roles of the PMM before the sites of the shipped project: each reads what the written groups say, and no more."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pmm_site.publish.probe import variants
from tests.conftest import Built
from tests.gates.conftest import USERS, Gates
from tests.gates.visitor import Answer

pytestmark = pytest.mark.server
SITES = Built.SAMPLE
ROLES = {
    "newcomer": (set(), None),
    "basic": ({"basic-users"}, None),
    "kenya-contact": ({"members"}, "KEN"),
    "kenya-reviewer": ({"members"}, "KEN"),
    "uganda-contact": ({"members"}, "UGA"),
    "secretariat": ({"secretariat"}, None),
}
"""Who somebody is: communities, and the Member for which a contact point or peer reviewer stands."""
LOOK_ALIKES = ("look-alike", "one-word")
REFUSAL = b"You are signed in, but this site is not for your account."


def rows(gates: Gates) -> dict[str, dict[str, str]]:
    """groups.csv as hosting wrote it for these sites, by group."""
    with (gates.sites.parent / "hosting/groups.csv").open(newline="") as stream:
        return {row["group"]: row for row in csv.DictReader(stream)}


def belongs(role: str, row: dict[str, str]) -> bool:
    """Whether a role belongs into the group of a row: by a community, Members only those that are named."""
    communities, member = ROLES[role]
    named = row["members"].split(";")
    shared = communities & set(row["communities"].split(";"))
    return bool(shared - {"members"}) or bool(shared and (member in named or named == ["every Member"]))


def pages(root: Path) -> list[str]:
    """Pages and files of a site whose bytes are its own."""
    kpi = min((root / "en/kpi").glob("*.html")).relative_to(root).as_posix()
    wanted = ("en/index.html", kpi, "fr/coverage.html", "en/dossier.html", "data/values.csv", "manifest.json")
    return [path for path in wanted if (root / path).is_file()]


def says_nothing(answer: Answer) -> bool:
    """Whether an answer is no more than a refusal, a redirect or an error: short, and without a word of a site."""
    return len(answer.body) < 1000 and b"Performance Measurement" not in answer.body and b"Kenya" not in answer.body


def test_the_groups_of_a_role_are_those_of_the_written_rows(shipped_gates: Gates) -> None:
    """A row per restricted site; who follows its communities and Members gives each role the groups that follow."""
    written = rows(shipped_gates)
    assert sorted(written) == sorted(set(SITES) - {"public"})
    for role in ROLES:
        assert {group for group, row in written.items() if belongs(role, row)} == set(USERS[role]) - {"public"}, role


@pytest.mark.parametrize("user", [*ROLES, *LOOK_ALIKES])
def test_each_role_reads_its_sites_byte_for_byte_and_nothing_of_others(shipped_gates: Gates, user: str) -> None:
    """After a login at the provider: every kind of page and file of the role's own sites as built; 403 elsewhere."""
    visitor = shipped_gates.visitor(user)
    for site, row in rows(shipped_gates).items():
        root = shipped_gates.sites / site
        for path in pages(root):
            answer = visitor.open(f"https://{site}.example.org/{path}")
            if user in ROLES and belongs(user, row):
                assert (answer.status, answer.body == (root / path).read_bytes()) == (200, True), (site, path)
            else:
                assert (answer.status, REFUSAL in answer.body, says_nothing(answer)) == (403, True, True), (site, path)


@pytest.mark.parametrize("site", SITES)
def test_whoever_is_not_logged_in_gets_the_public_site_alone(shipped_gates: Gates, site: str) -> None:
    """Anonymous: the public site byte for byte; of every other one a way to the login, however a path is written."""
    visitor, root = shipped_gates.visitor(), shipped_gates.sites / site
    for path in pages(root):
        if site == "public":
            answer = visitor.ask(f"https://{site}.example.org/{path}")
            assert (answer.status, answer.body == (root / path).read_bytes()) == (200, True), path
            continue
        for address in variants(path):
            answer = visitor.ask(f"https://{site}.example.org{address}", headers={"Accept": "text/html"})
            assert (answer.status in (302, 400, 401, 403, 404), says_nothing(answer)) == (True, True), address
            if answer.status == 302:
                assert "/oauth2/authorize" in answer.headers["location"], address


def test_a_neighbour_gets_nothing_by_any_path(shipped_gates: Gates) -> None:
    """Uganda's contact point, logged in and in the union of both, reads no file of Kenya's site, however written."""
    visitor, root = shipped_gates.visitor("uganda-contact"), shipped_gates.sites / "country-ken"
    assert visitor.open("https://country-ken.example.org/").status == 403
    assert visitor.cookies
    for path in pages(root):
        for address in variants(path):
            answer = visitor.ask(f"https://country-ken.example.org{address}", headers={"Accept": "text/html"})
            assert (answer.status in (302, 400, 403, 404), says_nothing(answer)) == (True, True), address
