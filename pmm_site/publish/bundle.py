"""A site as one zip for readers without a connection: START-HERE.html, the site, sums, a signature, a dossier."""

from __future__ import annotations

import fnmatch
import hashlib
import html
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pmm_site.problems import UsageProblem, WriteFailed
from pmm_site.publish.archives import archive, source_date
from pmm_site.publish.facts import SiteFacts, refuse_previews, site_facts, site_root
from pmm_site.publish.manifest import MANIFEST, manifest_bytes, mismatches, paths_below
from pmm_site.publish.staging import alone, replace_file, writing
from pmm_site.publish.verify import SIGNATURE, SUMS, minisign
from pmm_site.publish.words import filled, words

START = "START-HERE.html"
FOLDER = "site"
RECIPIENT_STYLE = "assets/recipient.css"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_HEAD_END, _BODY_END = (
    re.compile(rb"</head>", re.IGNORECASE),
    re.compile(rb"</body>\s*(?:</html>\s*)?\Z", re.IGNORECASE),
)


def bundles(output: Path, sites: Iterable[str], **how: Any) -> tuple[Path, ...]:
    """Write the bundles of sites that stand in an output folder, while no build changes them; `how` as for `bundle`."""
    chosen = dict.fromkeys(each for site in sites for each in _standing(output, site))
    roots = [site_root(output, site) for site in chosen]
    for root in roots:
        site_facts(root)  # before the folder is held, which makes it where it is missing
    with alone(output, "wait for it"):
        return tuple(bundle(root, output / "bundles", **how) for root in roots)


def _standing(output: Path, site: str) -> list[str]:
    """The site, or those that stand in the output folder and match a pattern."""
    if not any(mark in site for mark in "*?"):
        return [site]
    found = fnmatch.filter(sorted(place.name for place in (output / "sites").glob("*") if place.is_dir()), site)
    if not found:
        raise UsageProblem(f"{output / 'sites'}: no site here matches '{site}' → see which stand here, or build first")
    return found


def bundle(
    root: Path,
    destination: Path,
    *,
    for_name: str | None = None,
    pdf: bool = False,
    sign: Path | None = None,
) -> Path:
    """Write the bundle of the site in `root` into the folder `destination`; the path of the zip.

    The same site gives the same members, and the same bytes wherever zlib is the same; a PDF is excepted.
    for_name: the recipient, laid on every page of this copy. sign: a secret key of minisign.
    Raises DisclosureRefused for a preview of values that are not synthetic, UsageProblem or WriteFailed.
    """
    facts = site_facts(root)
    refuse_previews((facts,), "a bundle")
    name = _recipient(for_name)
    files = _as_built(root)
    if name:
        files = _marked(files, name)
    members = {f"{FOLDER}/{path}": content for path, content in files.items()}
    if pdf:
        members.update(_printed(members, facts))
    members[START] = _start_here(facts, name, sorted(path for path in members if path.endswith(".pdf")))
    members[SUMS] = _sums(members)
    if sign is not None:
        members[SIGNATURE] = _signature(members[SUMS], sign, facts)
    target = destination / f"{facts.id}{f'-for-{_slug(name)}' if name else ''}.zip"
    with writing(target):
        destination.mkdir(parents=True, exist_ok=True)
        replace_file(target, archive(members, moment=source_date()))
    return target


def _as_built(root: Path) -> dict[str, bytes]:
    """The files of a site, read once, so that what was held against its manifest is what goes into the bundle."""
    files = {path: standing.read_bytes() for path, standing in paths_below(root)}
    if files.get(MANIFEST) != manifest_bytes({path: content for path, content in files.items() if path != MANIFEST}):
        wrong = (*mismatches(root), f"changed {MANIFEST}")[0]
        raise UsageProblem(f"{root}: not as it was built ({wrong}) → build it again")
    return files


# --- the recipient --------------------------------------------------------------------------------


def _recipient(name: str | None) -> str:
    if name is None:
        return ""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > 200 or any(unicodedata.category(sign).startswith("C") for sign in tidy):
        raise UsageProblem("--for: a name of 1 to 200 characters is expected")
    return tidy


def _slug(name: str) -> str:
    """A name for a file: letters and digits; a sum where the name has none of them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return slug or hashlib.sha256(name.encode("utf-8")).hexdigest()[:8]


def _marked(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files with the recipient on every page, on screen and in print, and a manifest that fits them."""
    marked = {path: _marked_page(path, content, name) if path.endswith(".html") else content
             for path, content in files.items() if path != MANIFEST}  # fmt: skip
    marked[RECIPIENT_STYLE] = resources.files("pmm_site.publish.words").joinpath("recipient.css").read_bytes()
    return {**marked, MANIFEST: manifest_bytes(marked)}


def _marked_page(path: str, content: bytes, name: str) -> bytes:
    language = re.search(rb'<html[^>]*\blang="([A-Za-z-]+)"', content)
    text = filled(words(language[1].decode() if language else "en")["copy_for"], name=name)
    link = f'<link rel="stylesheet" href="{"../" * path.count("/")}{RECIPIENT_STYLE}">\n'.encode()
    mark = f'<p class="recipient">{html.escape(text)}</p>\n'.encode()
    head, tail = _HEAD_END.search(content), _BODY_END.search(content)
    if head is None or tail is None:
        raise WriteFailed(f"{path}: the page has no </head> or no </body>, so it cannot carry the recipient's name")
    return content[: head.start()] + link + content[head.start() : tail.start()] + mark + content[tail.start() :]


# --- what stands at the top -----------------------------------------------------------------------


def _start_here(facts: SiteFacts, name: str, printed: Iterable[str]) -> bytes:
    """The page to open first: no data, each language of the site, what the bundle is and how to check it."""
    template = resources.files("pmm_site.publish.words").joinpath("start-here.html").read_text("utf-8")
    sections = "\n".join(_start_section(facts, language, name, tuple(printed)) for language in facts.languages)
    first = facts.languages[0]
    page = filled(template, language=first, title=html.escape(facts.text(facts.title, first)), sections=sections)
    return page.encode("utf-8")


def _start_section(facts: SiteFacts, language: str, name: str, printed: tuple[str, ...]) -> str:
    texts = words(language)
    mark = filled(texts[f"mark.{facts.kind.value}"], subject=facts.subject_name(language))
    notes = [texts["start.handling"] if mark else "", texts["synthetic"] if facts.synthetic else "",
             texts["start.verify"]]  # fmt: skip
    print_links = [f'<a href="{path}">{html.escape(texts["start.print"])} ({path})</a>' for path in printed
                   if path.endswith(f"-{language}.pdf")]  # fmt: skip
    lines = [
        f'<section lang="{language}">',
        f'<p class="mark">{html.escape(mark)}</p>' if mark else "",
        f"<h1>{html.escape(facts.text(facts.title, language))}</h1>",
        f"<p>{html.escape(f'{facts.id}. {facts.release_name(texts)}.')}</p>",
        f"<p>{html.escape(texts['start.what'])}</p>",
        f'<p><a class="button" href="{FOLDER}/{language}/index.html">{html.escape(texts["start.open"])}</a></p>',
        *(f"<p>{link}</p>" for link in print_links),
        f"<p>{html.escape(filled(texts['copy_for'], name=name))}</p>" if name else "",
        *(f"<p>{html.escape(note)}</p>" for note in notes if note),
        "</section>",
    ]
    return "\n".join(line for line in lines if line)


def _sums(members: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS of all members, as `sha256sum -c` reads them."""
    lines = (f"{hashlib.sha256(members[path]).hexdigest()}  {path}\n" for path in sorted(members))
    return "".join(lines).encode("utf-8")


def _signature(sums: bytes, key: Path, facts: SiteFacts) -> bytes:
    program = minisign()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SUMS
        path.write_bytes(sums)
        # The comment is signed too and holds no time, so that the same bundle gets the same signature.
        ran = subprocess.run(
            [program, "-S", "-s", str(key.resolve()), "-m", str(path), "-t", f"{facts.id} {facts.release}",
             "-c", "signature of SHA256SUMS"], stdout=subprocess.DEVNULL,  # a question for the password is seen
        )  # fmt: skip
        if ran.returncode != 0:
            raise UsageProblem(f"--sign {key}: minisign could not sign with this key → give a secret key of minisign")
        return (Path(folder) / SIGNATURE).read_bytes()


# --- print ----------------------------------------------------------------------------------------


def _printed(members: Mapping[str, bytes], facts: SiteFacts) -> dict[str, bytes]:
    """The reports and, on country sites, the dossier as PDF in each language, printed by Chromium without a network."""
    program = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if program is None:
        raise UsageProblem("--pdf is printed by Chromium, which is not installed → apt-get install chromium")
    printed: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for path, content in members.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for language in facts.languages:
            pages = Path(folder) / FOLDER / language
            for source in sorted(
                [*pages.glob("dossier.html"), *pages.glob("report.html"), *pages.glob("report-*.html")]
            ):
                printed[f"{facts.id}-{source.stem}-{language}.pdf"] = _printed_page(program, source, Path(folder))
    if not printed:
        raise UsageProblem(f"--pdf: {facts.id} has no page to print")
    return printed


def _printed_page(program: str, source: Path, folder: Path) -> bytes:
    target = folder / "print.pdf"
    target.unlink(missing_ok=True)
    command = [program, "--headless", "--disable-gpu", "--no-sandbox", "--disable-background-networking",
               "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
               f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", source.as_uri()]  # fmt: skip
    try:
        subprocess.run(command, capture_output=True, timeout=180, check=True)
        return target.read_bytes()
    except (OSError, subprocess.SubprocessError) as error:
        raise WriteFailed(f"{source.name}: Chromium could not print it ({type(error).__name__})") from None
