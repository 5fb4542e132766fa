"""From the sites that stand in the output to configuration files, by templates that are data."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from pmm_site.model import SiteKind
from pmm_site.problems import UsageProblem
from pmm_site.publish.facts import SiteFacts, refuse_previews, site_facts
from pmm_site.publish.hosting.headers import DROPPED_HEADERS, PUBLIC_HEADERS, RESTRICTED_HEADERS
from pmm_site.publish.hosting.settings import HOST, KINDS, PLACEHOLDER, HostingSettings
from pmm_site.publish.staging import alone, replace_folder, writing
from pmm_site.publish.words import filled, words

_TEMPLATES = "pmm_site.publish.hosting.templates"
_NO_SITE = "{}: no site stands here → build first: pmm-site build"


def write_hosting(output: Path, kinds: Sequence[str] = (), settings: HostingSettings | None = None) -> tuple[Path, ...]:
    """Write output/hosting/<kind>/ for the sites in output/sites; the files written, in order.

    They take the place of all that was written before, so that no file speaks of sites that are gone.
    Raises UsageProblem (no site stands, an unknown kind, two sites on one host), DisclosureRefused (a preview of
    values that are not synthetic) or WriteFailed.
    """
    settings = settings or HostingSettings()
    for kind in kinds:
        if kind not in KINDS:
            raise UsageProblem(f"--kind {kind}: use one of {', '.join(KINDS)}")
    if not (output / "sites").is_dir():
        raise UsageProblem(_NO_SITE.format(output / "sites"))
    with alone(output, "wait for it"):
        files = _files(_standing(output), kinds, settings)
        folder, staged = output / "hosting", output / ".hosting.staging"
        with writing(folder):
            shutil.rmtree(staged, ignore_errors=True)
            for name in sorted(files):
                path = staged / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(files[name], encoding="utf-8")
        replace_folder(staged, folder)
    return tuple(folder / name for name in sorted(files))


def _files(sites: Sequence[SiteFacts], kinds: Sequence[str], settings: HostingSettings) -> dict[str, str]:
    """Every file by its path below output/hosting."""
    public = any(site.is_public for site in sites)
    if "netlify" in kinds and not public:
        raise UsageProblem("--kind netlify: it hosts the public site only, and none stands here")
    chosen = kinds or tuple(kind for kind in KINDS if public or kind != "netlify")
    files = {"README.md": _read_me(sites, settings), "groups.csv": _groups(sites)}
    for kind in chosen:
        files.update({f"{kind}/{name}": text for name, text in _WRITERS[kind](sites, settings).items()})
    return files


def _standing(output: Path) -> tuple[SiteFacts, ...]:
    """The sites in the output, in the order of their ids; each has a host of its own."""
    folder = output / "sites"
    roots = sorted(path for path in folder.glob("*") if not path.name.startswith("."))
    if not roots:
        raise UsageProblem(_NO_SITE.format(folder))
    sites = tuple(site_facts(root) for root in roots)
    refuse_previews(sites, "hosting")
    hosts: dict[str, str] = {}
    for site in sites:
        if site.kind in (SiteKind.UNION, SiteKind.COUNTRY) and not site.members:
            raise UsageProblem(f"{site.id}: its package names no Member whose readers it is for → build the site again")
        if urlsplit(site.base_url or "").path not in ("", "/") or not HOST.fullmatch(site.host):
            raise UsageProblem(
                f"base_urls: {site.id} needs a whole host of its own, such as https://{site.id}.{PLACEHOLDER}/"
            )
        if site.host in hosts:
            raise UsageProblem(
                f"base_urls: {site.id} and {hosts[site.host]} share the host {site.host}; one host per site"
            )
        hosts[site.host] = site.id
    return sites


# --- the kinds ------------------------------------------------------------------------------------


def _nginx(sites: Sequence[SiteFacts], settings: HostingSettings) -> dict[str, str]:
    common = _common(settings)
    at = [""] if settings.address == "*" else [f"{settings.address}:"]
    beside = ["[::]:"] if settings.address == "*" else []
    common["listen_tls"] = _lines([f"listen {on}{settings.https_port} ssl http2;" for on in at + beside], 4)
    common["listen_plain"] = _lines([f"listen {on}{settings.http_port};" for on in at + beside], 4)
    common["listen_default"] = common["listen_tls"].replace(" ssl http2;", " ssl http2 default_server;")
    common["listen_plain_default"] = common["listen_plain"].replace(";", " default_server;")
    common["dropped"] = _lines([f'proxy_set_header {name} "";' for name in DROPPED_HEADERS])
    servers = [_site("nginx/site-{}.conf", site, common) for site in sites]
    return {
        "pmm-site.conf": _filled("nginx/pmm-site.conf", common) + "\n" + "\n".join(servers),
        "pmm-site/headers-public.conf": _nginx_headers(PUBLIC_HEADERS),
        "pmm-site/headers-restricted.conf": _nginx_headers(RESTRICTED_HEADERS),
        "pmm-site/server.conf": _filled("nginx/server.conf", common),
        "pmm-site/gate.conf": _filled("nginx/gate.conf", common),
        "oauth2-proxy.cfg": _filled("nginx/oauth2-proxy.cfg", common),
    }


def _nginx_headers(headers: Mapping[str, str]) -> str:
    lines = [f'add_header {name} "{value}" always;' for name, value in headers.items()]
    note = (
        "# Included once in each server. A location that has an add_header of its own would lose all of these:\n"
        "# write none there.\n"
    )
    return note + _lines(lines) + "\n"


def _apache(sites: Sequence[SiteFacts], settings: HostingSettings) -> dict[str, str]:
    common = _common(settings)
    # Not exec'd and not passed on: what a visitor claims to be never reaches a handler.
    common["dropped"] = _lines([f"RequestHeader unset {name} early" for name in DROPPED_HEADERS])
    hosts = [_site("apache/site-{}.conf", site, common) for site in sites]
    return {
        "pmm-site.conf": _filled("apache/pmm-site.conf", common) + "\n" + "\n".join(hosts),
        "pmm-site/headers-public.conf": _apache_headers(PUBLIC_HEADERS),
        "pmm-site/headers-restricted.conf": _apache_headers(RESTRICTED_HEADERS),
        "pmm-site/server.conf": _filled("apache/server.conf", common),
        "pmm-site/secrets.conf.example": _filled("apache/secrets.conf.example", common),
    }


def _apache_headers(headers: Mapping[str, str]) -> str:
    return _lines([f'Header always set {name} "{value}"' for name, value in headers.items()]) + "\n"


def _caddy(sites: Sequence[SiteFacts], settings: HostingSettings) -> dict[str, str]:
    common = _common(settings)
    common["bind"] = "" if settings.address == "*" else f"bind {settings.address}"
    common["headers_public"] = _lines([f'{name} "{value}"' for name, value in PUBLIC_HEADERS.items()], 8)
    common["headers_restricted"] = _lines([f'{name} "{value}"' for name, value in RESTRICTED_HEADERS.items()], 8)
    common["dropped"] = _lines([f"request_header -{name}" for name in DROPPED_HEADERS], 4)
    blocks = [_site("caddy/site-{}", site, common) for site in sites]
    return {
        "Caddyfile": _filled("caddy/Caddyfile", common) + "\n" + "\n".join(blocks),
        "oauth2-proxy.cfg": _filled("nginx/oauth2-proxy.cfg", common),
    }


def _netlify(sites: Sequence[SiteFacts], settings: HostingSettings) -> dict[str, str]:
    return {"netlify.toml": netlify_toml()}


def netlify_toml() -> str:
    """The configuration of Netlify; how long its edge keeps a page is its own affair."""
    headers = [f'{name} = "{value}"' for name, value in PUBLIC_HEADERS.items() if name != "Cache-Control"]
    return _filled("netlify/netlify.toml", {"headers": _lines(headers, 4)})


_WRITERS: Mapping[str, Callable[[Sequence[SiteFacts], HostingSettings], dict[str, str]]] = {
    "nginx": _nginx,
    "apache": _apache,
    "caddy": _caddy,
    "netlify": _netlify,
}


# --- words and gaps -------------------------------------------------------------------------------


def _common(settings: HostingSettings) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in vars(settings).items()},
        "cookie": "__Host-pmm-site",
        "refused": _page("You are signed in, but this site is not for your account."),
        "missing": _page("There is no page at this address."),
        "closed": _page("The login does not answer, so nothing is shown. Please try again later."),
    }


def _page(text: str) -> str:
    """An error page: words only, no data, no quotation marks that a configuration file would end at."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=robots content=noindex>"
        f"<title>pmm-site</title><h1>{text}</h1><p><a href=/>Start page</a></p></html>"
    )


def _site(template: str, site: SiteFacts, common: Mapping[str, str]) -> str:
    kind = "public" if site.is_public else "restricted"
    return _filled(template.format(kind), {**common, "site": site.id, "host": site.host, "about": _about(site)})


def _about(site: SiteFacts) -> str:
    """A comment: what the site is and who its readers are. Names come from data, so line ends are taken out."""
    texts = words("en")
    mark = filled(texts[f"mark.{site.kind.value}"], subject=site.subject_name("en"))
    lines = [f"{site.id}: {mark}" if mark else f"{site.id}: for everyone"]
    if not site.is_public:
        named = [texts[f"readers.{each}"] for each in site.communities if f"readers.{each}" in texts]
        members = ", ".join(_members(site))
        readers = "; ".join([*named, f"contact points and peer reviewers of {members}"])
        lines.append(f"The group {site.id} must hold exactly these readers: {readers}")
    if site.base_url is None:
        lines.append(f"{site.host} is a placeholder: set base_urls in site.yml and write the files again")
    return "\n".join(f"# {' '.join(line.split())}" for line in lines)


def _members(site: SiteFacts) -> tuple[str, ...]:
    """The Members whose readers a site is for; by its kind, so that none that are named never means all."""
    return ("every Member",) if site.kind is SiteKind.WCO else site.members


def _filled(template: str, values: Mapping[str, str]) -> str:
    return filled(resources.files(_TEMPLATES).joinpath(template).read_text("utf-8"), **values)


def _lines(lines: Sequence[str], indent: int = 0) -> str:
    return ("\n" + " " * indent).join(lines)


def _groups(sites: Sequence[SiteFacts]) -> str:
    """The groups that the login must know, and who belongs into each."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("group", "host", "communities", "members"))
    for site in sites:
        if not site.is_public:
            writer.writerow((site.id, site.host, ";".join(site.communities), ";".join(_members(site))))
    return stream.getvalue()


def _read_me(sites: Sequence[SiteFacts], settings: HostingSettings) -> str:
    placeholders = sum(site.base_url is None for site in sites)
    note = (
        f"\n**Placeholders.** {'1 host ends' if placeholders == 1 else f'{placeholders} hosts end'} in {PLACEHOLDER}, "
        "because site.yml has no base_urls there. Set base_urls (one pattern with {site} will do), build, and write "
        "these files again.\n"
        if placeholders
        else ""
    )
    return _filled("README.md", {**_common(settings), "sites": str(len(sites)), "placeholders": note})
