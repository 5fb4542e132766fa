"""Hosting: what the written configuration says, and when none is written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pmm_site.problems import DisclosureRefused, UsageProblem
from pmm_site.publish.hosting import KINDS, RESTRICTED_HEADERS, HostingSettings, write_hosting
from tests.publish.web_roots import SITES, write_site, write_sites


def written(output: Path, kind: str) -> str:
    """All that hosting wrote for one kind, joined."""
    return "\n".join(path.read_text() for path in sorted((output / "hosting" / kind).rglob("*")) if path.is_file())


def test_every_kind_names_each_restricted_group_exactly_once(tmp_path: Path) -> None:
    """A restricted site's own group, and no other, opens its host; the public site asks for none."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path)
    for kind, rule in (("nginx", r"allowed_groups=([^;\s]+);"), ("caddy", r"allowed_groups=(\S+)"),
                       ("apache", r'Require claim "groups~\^(.+?)\(\?!-\|\[\^-\]\)"')):  # fmt: skip
        assert sorted(re.findall(rule, written(tmp_path, kind))) == sorted(site for site in SITES if site != "public")


def test_readers_are_named_in_comments(tmp_path: Path) -> None:
    """Above a union's and a country's host stands who its readers are, from the release package."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path)
    for kind in ("nginx", "apache", "caddy"):
        text = written(tmp_path, kind)
        readers = "the Secretariat; contact points and peer reviewers of KEN, UGA"
        assert f"# The group union-eac must hold exactly these readers: {readers}\n" in text
        assert "# country-ken: Country level: Kenya" in text


@pytest.mark.parametrize("site", ["union-eac", "country-ken"])
def test_no_members_are_not_every_member(tmp_path: Path, site: str) -> None:
    """A union's or country's package that names no Member is refused, nothing is written; of the WCO it means all."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path)
    groups = (tmp_path / "hosting/groups.csv").read_text()
    assert re.findall("^(.*),every Member$", groups, re.MULTILINE) == ["wco,wco.example.org,basic-users;secretariat"]
    shutil.rmtree(tmp_path / "hosting")
    package = tmp_path / "sites" / site / "data/datapackage.json"
    content = json.loads(package.read_text())
    content["readers"]["members"] = []
    package.write_text(json.dumps(content))
    with pytest.raises(UsageProblem, match=f"{site}: its package names no Member"):
        write_hosting(tmp_path)
    assert not (tmp_path / "hosting").exists()


def test_a_name_in_the_data_cannot_leave_its_comment(tmp_path: Path) -> None:
    """A union or Member whose name holds line ends adds no line to a configuration."""
    root = tmp_path / "sites" / "union-eac"
    write_site(root, "union-eac")
    catalogue = json.loads((root / "data/catalogue.json").read_text())
    catalogue["unions"][0]["name"]["en"] = "EAC\nserver { listen 1; }\r\n}"
    (root / "data/catalogue.json").write_text(json.dumps(catalogue))
    write_hosting(tmp_path)
    assert "# union-eac: Members of the union only: EAC server { listen 1; } }" in written(tmp_path, "nginx")


def test_addresses_come_from_the_site_or_are_told_as_placeholders(tmp_path: Path) -> None:
    """base_urls give the hosts; without them the placeholder is told in the files and in README.md."""
    write_site(tmp_path / "sites/wco", "wco", base_url="https://pmm.wcoomd.org/")
    write_site(tmp_path / "sites/public", "public")
    write_hosting(tmp_path, ("nginx",))
    text = written(tmp_path, "nginx")
    assert "server_name pmm.wcoomd.org;" in text
    assert "public.example.org is a placeholder" in text
    assert "pmm.wcoomd.org is a placeholder" not in text
    assert "1 host ends in example.org" in (tmp_path / "hosting/README.md").read_text()


@pytest.mark.parametrize(
    "address", ["https://pmm.example.org/wco/", "https://pmm.example.org;}/", "https://localhost/"]
)
def test_a_site_needs_a_whole_host(tmp_path: Path, address: str) -> None:
    """An address below a path, or one that is no host name, is refused: gates are by host, never by path."""
    write_site(tmp_path / "sites/wco", "wco", base_url=address)
    with pytest.raises(UsageProblem, match="whole host"):
        write_hosting(tmp_path)


def test_two_sites_never_share_a_host(tmp_path: Path) -> None:
    """The same address for two sites is refused."""
    for site in ("wco", "country-ken"):
        write_site(tmp_path / "sites" / site, site, base_url="https://pmm.example.org/")
    with pytest.raises(UsageProblem, match="one host per site"):
        write_hosting(tmp_path)


def test_previews_of_confidential_values_get_no_hosting(tmp_path: Path) -> None:
    """A preview whose values are not synthetic is refused with exit code 3; a release of them is not."""
    write_sites(tmp_path / "sites", release="preview", synthetic=False)
    with pytest.raises(DisclosureRefused) as refused:
        write_hosting(tmp_path)
    assert refused.value.exit_code == 3
    assert not (tmp_path / "hosting").exists()
    shutil.rmtree(tmp_path / "sites")
    write_sites(tmp_path / "sites", release="2024", synthetic=False)
    assert write_hosting(tmp_path)


def test_nothing_of_an_older_writing_stays(tmp_path: Path) -> None:
    """A site that is gone is gone from the configuration, and so is a file that is no longer written."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path)
    (tmp_path / "hosting/nginx/old.conf").write_text("server {}")
    shutil.rmtree(tmp_path / "sites/union-eac")
    write_hosting(tmp_path)
    assert "union-eac" not in written(tmp_path, "nginx")
    assert not (tmp_path / "hosting/nginx/old.conf").exists()


def test_netlify_gets_the_public_site_only(tmp_path: Path) -> None:
    """Without a public site there is nothing for Netlify, and asked for by name it is refused."""
    write_site(tmp_path / "sites/wco", "wco")
    write_hosting(tmp_path)
    assert not (tmp_path / "hosting/netlify").exists()
    with pytest.raises(UsageProblem, match="public site only"):
        write_hosting(tmp_path, ("netlify",))


def test_no_location_of_nginx_loses_the_headers(tmp_path: Path) -> None:
    """Nginx drops inherited headers where a block has one of its own, so none but the includes has any."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path, ("nginx",))
    folder = tmp_path / "hosting/nginx"
    for name in ("pmm-site.conf", "pmm-site/server.conf", "pmm-site/gate.conf"):
        assert "add_header" not in (folder / name).read_text()
    headers = (folder / "pmm-site/headers-restricted.conf").read_text()
    assert all(f'add_header {name} "{value}" always;' in headers for name, value in RESTRICTED_HEADERS.items())


@pytest.mark.parametrize("wrong", ["/srv/site s", "/srv;}", "/srv\n", 'a"b', "${x}", "/srv/#"])
def test_settings_cannot_break_out_of_a_configuration(wrong: str) -> None:
    """A folder or address with a sign that ends a word is refused."""
    with pytest.raises(UsageProblem):
        HostingSettings(web_roots=wrong)


@pytest.mark.parametrize(
    "wrong", [{"issuer": "login"}, {"issuer": "https://"}, {"web_roots": "sites"}, {"gate": "127.0.0.1"}],
)  # fmt: skip
def test_settings_that_no_server_could_use_are_told(wrong: dict[str, str]) -> None:
    """An address without a scheme, a folder from nowhere, a gate without a port: told before a server says so."""
    (name,) = wrong
    with pytest.raises(UsageProblem, match=f"--{name.replace('_', '-')} .*→ write it like "):
        HostingSettings(**wrong)


def test_wrong_kinds_and_empty_outputs_are_told(tmp_path: Path) -> None:
    """An unknown kind names the known ones; without a site there is advice to build."""
    with pytest.raises(UsageProblem, match="build first"):
        write_hosting(tmp_path)
    write_sites(tmp_path / "sites")
    with pytest.raises(UsageProblem, match=", ".join(KINDS)):
        write_hosting(tmp_path, ("iis",))


def test_files_of_an_earlier_run_go(tmp_path: Path) -> None:
    """What was written before for another kind or for a site that is gone does not stay beside the new files."""
    write_sites(tmp_path / "sites")
    write_hosting(tmp_path, ("nginx", "apache"))
    shutil.rmtree(tmp_path / "sites/union-eac")
    write_hosting(tmp_path, ("nginx",))
    assert sorted(path.name for path in (tmp_path / "hosting").iterdir()) == ["README.md", "groups.csv", "nginx"]
    assert "union-eac" not in written(tmp_path, "nginx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "hosting", "sites"]
