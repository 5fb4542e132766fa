"""Small web roots with everything that hosting, probing and bundling look at; each body holds a word of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pmm_site.publish import WebRoot

SITES = ("public", "wco", "union-eac", "country-ken")
_KINDS: dict[str, tuple[str, str | None, list[str], list[str]]] = {
    "public": ("public", None, ["everyone"], []),
    "wco": ("wco", None, ["basic-users", "secretariat"], []),
    "union-eac": ("union", "eac", ["secretariat"], ["KEN", "UGA"]),
    "country-ken": ("country", "KEN", ["secretariat"], ["KEN"]),
}


def canary(site: str, path: str) -> str:
    """The word that stands in one file of one site and nowhere else."""
    return f"figures of {site} in {path}"


def write_sites(folder: Path, *, release: str = "r1", synthetic: bool = True, **changes: Any) -> None:
    """The four kinds of sites below `folder`; `changes` are further keys of site.json."""
    for site in SITES:
        write_site(folder / site, site, release=release, synthetic=synthetic, **changes)


def write_site(root: Path, site: str, *, release: str = "r1", synthetic: bool = True, **changes: Any) -> None:
    """One web root with pages in two languages, a stylesheet, a release package and its manifest."""
    kind, subject, communities, members = _KINDS[site]
    mark = "" if kind == "public" else '<p class="mark">Handle with care</p>'
    for path in ("index.html", "en/index.html", "en/kpi/k.html", "en/dossier.html", "fr/index.html", "fr/kpi/k.html"):
        language = "fr" if path.startswith("fr") else "en"
        up = "../" * path.count("/")
        _write(root, path, (
            f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{site}</title>\n'
            f'<link rel="stylesheet" href="{up}assets/theme.css"></head>\n<body>{mark}<main id="main">\n'
            f"<p>{canary(site, path)}: 71.25 percent of declarations, and a paragraph of some length beside it.</p>\n"
            "</main></body></html>\n"
        ))  # fmt: skip
    _write(root, "assets/theme.css", f"/* {canary(site, 'assets/theme.css')} */ body {{ color: #14212c }}\n" * 3)
    values = "\n".join(f"c2024,k,KEN,{number}.25,A,F" for number in range(20))
    _write(root, "data/values.csv", f"cycle,kpi,member,value,obs_status,conf_status\n{values}\n# {canary(site, 'v')}\n")
    _write(root, "data/members.csv", "cycle,member,name_en,name_fr\nc2024,KEN,Kenya,Kenya\nc2024,UGA,Uganda,Ouganda\n")
    union = {"id": "eac", "name": {"en": "East African Community", "fr": "Communauté d’Afrique de l’Est"}}
    _write(root, "data/catalogue.json", json.dumps({"kpis": [], "unions": [{**union, "members": ["KEN", "UGA"]}]}))
    about = {"site": site, "kind": kind, "title": {"en": "Performance", "fr": "Performance"}, "languages": ["en", "fr"],
             "organization": {"en": "World Customs Organization"}, "contact": "pmm@example.org",
             **({"subject": subject} if subject else {}), **changes}  # fmt: skip
    _write(root, "data/site.json", json.dumps(about))
    _write(root, "data/datapackage.json", json.dumps({
        "readers": {"communities": communities, "members": members}, "release": release, "synthetic": synthetic,
        "cycles": ["c2024"], "resources": [],
    }))  # fmt: skip
    WebRoot(root).finish()


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
