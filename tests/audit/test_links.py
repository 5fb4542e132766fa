"""Links of a built site: each kind of broken or foreign reference is found, and a sound site is not accused."""

from __future__ import annotations

import pytest

from pmm_site.audit.links import Links

SOUND = {
    "index.html": b'<a href="en/index.html">x</a><link rel="stylesheet" href="static/site.css">',
    "en/index.html": b'<a href="kpi/a.html#values">x</a> <a href="https://example.org/">out</a>'
    b'<a href="mailto:a@b.c">m</a>',
    "en/kpi/a.html": b'<h2 id="values">v</h2><a href="../index.html">up</a><a href="#values">v</a>'
    b'<img src="../../static/x.svg">',
    "static/site.css": b"@font-face{src:url('fonts/a.woff2')}",
    "static/fonts/a.woff2": b"",
    "static/x.svg": b"",
}


def link_findings(files: dict[str, bytes]) -> tuple[str, ...]:
    """What is wrong with the links of a site of these files."""
    links = Links()
    for path, content in files.items():
        links.add(path, content)
    return links.findings()


def test_a_sound_site_has_no_findings() -> None:
    """Relative links to files and to ids of theirs, and plain links outward, are sound."""
    assert link_findings(SOUND) == ()


@pytest.mark.parametrize(
    ("page", "what"),
    [
        (b'<a href="missing.html">x</a>', "missing.html leads nowhere"),
        (b'<a href="../../secret.html">x</a>', "../../secret.html leads nowhere"),
        (b'<a href="/en/index.html">x</a>', "is no relative link"),
        (b'<a href="//example.org/x">x</a>', "is no relative link"),
        (b'<script src="https://example.org/x.js"></script>', "loads or leads to https:"),
        (b'<link rel="stylesheet" href="https://example.org/x.css">', "loads or leads to https:"),
        (b'<img src="data:image/png;base64,x">', "loads or leads to data:"),
        (b'<a href="javascript:alert(1)">x</a>', "loads or leads to javascript:"),
        (b'<a href="kpi/a.html#nowhere">x</a>', "#nowhere is no part of en/kpi/a.html"),
        (b'<a href="kpi/">x</a>', "kpi/ leads nowhere"),
    ],
)
def test_each_kind_of_broken_link_is_found(page: bytes, what: str) -> None:
    """A missing target or fragment, a folder, an absolute or foreign address: told with the page that has it."""
    findings = link_findings({**SOUND, "en/bad.html": page})
    assert len(findings) == 1
    assert findings[0].startswith("en/bad.html: ")
    assert what in findings[0]


def test_a_style_sheet_loads_only_files_of_the_site() -> None:
    """A font or picture that a style sheet names must be a file of the site."""
    findings = link_findings(
        {**SOUND, "static/site.css": b"a{background:url(https://example.org/x.png)} @import 'b.css';"}
    )
    assert len(findings) == 2
