"""Real gates: who may open a site gets it, whoever else gets nothing of it, whatever they try."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from pmm_site.publish.hosting.headers import DROPPED_HEADERS, PUBLIC_HEADERS, RESTRICTED_HEADERS
from tests.gates.conftest import USERS, Gates
from tests.gates.visitor import Answer
from tests.publish.web_roots import SITES, canary

pytestmark = pytest.mark.server
RESTRICTED = [site for site in SITES if site != "public"]
PAGE = "en/kpi/k.html"
PATHS = (
    "/", "//", "/index.html", "/en/", "/en", f"/{PAGE}", f"//{PAGE}", "/en//kpi/k.html", "/./en/kpi/k.html",
    "/en/../en/kpi/k.html", "/%65n/kpi/k.html", "/en%2fkpi%2fk.html", "/en/%2e/kpi/k.html",
    "/en/kpi/%2e%2e/kpi/k.html", "/en/kpi/k.html/", "/en/kpi/k", "/EN/KPI/K.HTML", "/En/kpi/k.html",
    "/en/kpi/k.html%00", "/en/kpi/k.html%20", "/en/..;/en/kpi/k.html", "/oauth2/..%2fen/kpi/k.html",
    "/oauth2/../en/kpi/k.html", "/oauth2/callback/../../en/kpi/k.html", "/oauth2/callback/", "/oauth2/auth",
    "/oauth2/auth?allowed_groups=wco", "/.gate/country-ken", "/.gate/", "/manifest.json", "/data/values.csv",
    "/data/site.json", "/../country-ken/en/kpi/k.html", "/%2e%2e/country-ken/index.html", "/server-status",
    "/icons/", f"/{PAGE}?x=1", f"/{PAGE}?allowed_groups=country-ken", "/en/kpi/k.html;x=1", "/en/kpi/k.html#x",
)  # fmt: skip


def holds_nothing(answer: Answer) -> bool:
    """Whether a body holds no word of any restricted site and no file of a release package."""
    return b"figures of" not in answer.body and b"obs_status" not in answer.body and b'"readers"' not in answer.body


@pytest.mark.parametrize("user", list(USERS))
@pytest.mark.parametrize("site", RESTRICTED)
def test_who_may_open_a_site_and_nobody_else(gates: Gates, site: str, user: str) -> None:
    """A user whose groups hold the site's id gets the page asked for; another one 403 and nothing of the site."""
    answer = gates.visitor(user).open(f"https://{site}.example.org/{PAGE}")
    if isinstance(USERS[user], list) and site in USERS[user]:
        assert (answer.status, canary(site, PAGE).encode() in answer.body) == (200, True)
    else:
        assert (answer.status, holds_nothing(answer)) == (403, True)


def test_the_public_site_is_open_to_everyone(gates: Gates) -> None:
    """Without a login the public site answers with its pages and no other site's."""
    answer = gates.visitor().ask(f"https://public.example.org/{PAGE}")
    assert (answer.status, canary("public", PAGE).encode() in answer.body) == (200, True)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("site", RESTRICTED)
def test_without_a_login_no_path_gives_anything(gates: Gates, site: str, path: str) -> None:
    """However an address is written, somebody without a login is sent to it or refused, and gets nothing."""
    answer = gates.visitor().ask(f"https://{site}.example.org{path}", headers={"Accept": "text/html"})
    assert holds_nothing(answer), path
    assert answer.status in (302, 400, 401, 403, 404, 405), path
    if answer.status == 302:
        assert "/oauth2/authorize" in answer.headers["location"], path


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_user_gets_nothing_by_any_path(
    gates: Gates, path: str, look_alike_cookies: dict[tuple[str, str], str]
) -> None:
    """Somebody who is logged in with look-alike groups is refused on every way of writing an address."""
    visitor = gates.visitor()
    visitor.cookies.update(look_alike_cookies)
    answer = visitor.ask(f"https://country-ken.example.org{path}", headers={"Accept": "text/html"})
    assert holds_nothing(answer), path
    assert answer.status in (302, 400, 403, 404, 405), path


@pytest.fixture(scope="module")
def look_alike_cookies(gates: Gates) -> dict[tuple[str, str], str]:
    """The cookies of the look-alike after a real login at Kenya's host."""
    visitor = gates.visitor("look-alike")
    assert visitor.open("https://country-ken.example.org/").status == 403
    assert visitor.cookies
    return visitor.cookies


def test_claims_in_headers_are_worth_nothing(gates: Gates) -> None:
    """Headers that claim a user, a group or another address change nothing, and the gate never hears of them."""
    forged = {name: "country-ken" for name in DROPPED_HEADERS if name != "Authorization"}
    forged |= {
        "Authorization": "Bearer country-ken", "OIDC_CLAIM_groups": "country-ken", "OIDC-CLAIM-groups": "country-ken",
        "Remote-User": "secretariat", "X-Remote-User": "secretariat", "X-Real-IP": "127.0.0.1",
        "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "public.example.org", "X-Forwarded-Uri": "/public",
        "X-Original-Method": "OPTIONS", "X-HTTP-Method-Override": "GET",
    }  # fmt: skip
    gates.gate.asked_with.clear()
    answer = gates.visitor().ask(f"https://country-ken.example.org/{PAGE}", headers=forged)
    assert (answer.status in (302, 401, 403), holds_nothing(answer)) == (True, True)
    heard = [(name, value) for asked in gates.gate.asked_with for name, value in asked.items()
             if name.lower() in {each.lower() for each in DROPPED_HEADERS} and "country-ken" in value
             and not value.startswith("/")]  # fmt: skip
    assert heard == []
    assert all(asked.get("X-Forwarded-Host") != "public.example.org" for asked in gates.gate.asked_with)


def test_forged_and_foreign_cookies_are_worth_nothing(gates: Gates) -> None:
    """An invented session, and a real one of another user's host, open nothing."""
    visitor = gates.visitor()
    for value in ("country-ken", "eyJncm91cHMiOlsiY291bnRyeS1rZW4iXX0", "' or 1=1 --", "0"):
        forged = {"Cookie": f"__Host-pmm-site={value}; mod_auth_openidc_session={value}; _oauth2_proxy={value}"}
        answer = visitor.ask(f"https://country-ken.example.org/{PAGE}", headers=forged)
        assert (answer.status in (302, 401, 403), holds_nothing(answer)) == (True, True), value
    basic = gates.visitor("basic")
    assert basic.open("https://wco.example.org/").status == 200
    session = "; ".join(f"{name}={value}" for (_, name), value in basic.cookies.items())
    answer = gates.visitor().ask(f"https://country-ken.example.org/{PAGE}", headers={"Cookie": session})
    assert (answer.status in (302, 401, 403), holds_nothing(answer)) == (True, True)


def test_after_the_login_the_page_asked_for_opens(gates: Gates) -> None:
    """The whole address, its query with it, survives the way through the login."""
    answer = gates.visitor("kenya-contact").open(f"https://country-ken.example.org/{PAGE}?a=1&b=2")
    assert answer.where == f"https://country-ken.example.org/{PAGE}?a=1&b=2"
    assert answer.status == 200


def test_a_site_answers_at_its_own_host_only(gates: Gates) -> None:
    """A host that is not listed gets no site, not even the public one, whatever name the connection was made for."""
    visitor = gates.visitor("secretariat")
    try:
        answer = visitor.ask("https://nobody.example.org/")
        assert (answer.status in (400, 403, 404, 421), holds_nothing(answer)) == (True, True)
    except (ssl.SSLError, ConnectionError):
        pass  # no certificate is shown: refused earlier still
    answer = visitor.ask("https://public.example.org/", headers={"Host": "country-ken.example.org"})
    assert holds_nothing(answer)


def test_restricted_answers_are_never_kept(gates: Gates) -> None:
    """Pages and refusals of a restricted site carry every header of hardening, and none invites a cache or a robot."""
    for user in ("kenya-contact", "newcomer"):
        answer = gates.visitor(user).open(f"https://country-ken.example.org/{PAGE}")
        for name, value in RESTRICTED_HEADERS.items():
            assert answer.headers.get(name.lower()) == value, (user, answer.status, name)
    missing = gates.visitor("kenya-contact").open("https://country-ken.example.org/nothing.html")
    assert (missing.status, missing.headers.get("cache-control")) == (404, "private, no-store")
    assert b"html" not in missing.body or b"figures" not in missing.body


def test_public_answers_carry_the_headers(gates: Gates) -> None:
    """Pages and missing pages of the public site carry every header of hardening."""
    for path in (PAGE, "assets/theme.css", "nothing.html"):
        answer = gates.visitor().ask(f"https://public.example.org/{path}")
        for name, value in PUBLIC_HEADERS.items():
            assert answer.headers.get(name.lower()) == value, (path, name)


def test_plain_http_leads_to_https_and_says_nothing(gates: Gates) -> None:
    """The unencrypted port has nothing but the way to the encrypted one."""
    for site in SITES:
        answer = gates.visitor().ask(
            f"http://127.0.0.1:{gates.http_port}/{PAGE}", headers={"Host": f"{site}.example.org"}
        )
        assert answer.status in (301, 308)
        assert answer.headers["location"].startswith(f"https://{site}.example.org")
        assert holds_nothing(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_only_reading_is_possible(gates: Gates, method: str) -> None:
    """Whoever is logged in can read and nothing else."""
    visitor = gates.visitor("kenya-contact")
    assert visitor.open(f"https://country-ken.example.org/{PAGE}").status == 200
    answer = visitor.ask(f"https://country-ken.example.org/{PAGE}", method=method)
    assert answer.status in (400, 403, 405), answer.status
    assert holds_nothing(answer)


@pytest.mark.parametrize("gates", ["nginx", "caddy"], indirect=True)
def test_when_the_gate_is_down_everything_is_closed(gates: Gates) -> None:
    """With a session in hand and oauth2-proxy gone, the sites answer with an error and without a word of theirs."""
    visitor = gates.visitor("kenya-contact")
    assert visitor.open(f"https://country-ken.example.org/{PAGE}").status == 200
    gates.gate.broken = True
    try:
        answer = visitor.ask(f"https://country-ken.example.org/{PAGE}")
    finally:
        gates.gate.broken = False
    assert (answer.status >= 500, holds_nothing(answer)) == (True, True)


def test_the_users_are_told_by_the_written_groups(gates: Gates) -> None:
    """groups.csv names each restricted site's group, host and readers."""
    text = (gates.sites.parent / "hosting/groups.csv").read_text()
    assert "country-ken,country-ken.example.org,secretariat,KEN\n" in text
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == sorted(RESTRICTED)


@pytest.mark.parametrize("gates", ["nginx"], indirect=True)
def test_the_server_has_nothing_to_warn_of(gates: Gates) -> None:
    """Starting with the written configuration the server logs no warning that an operator would have to explain."""
    place = gates.sites.parent.parent / gates.kind
    logged = "".join(path.read_text() for path in (place / "log.txt", place / "error.log") if path.exists())
    assert [line for line in logged.splitlines() if "[warn]" in line] == []


def test_configuration_lies_where_it_was_written(gates: Gates) -> None:
    """The server runs the very files that hosting wrote, with nothing changed."""
    folder: Path = gates.sites.parent / "hosting" / gates.kind
    running = gates.sites.parent.parent / gates.kind
    for path in (each for each in folder.rglob("*") if each.is_file()):
        assert (running / path.relative_to(folder)).read_bytes() == path.read_bytes()
