"""The parser of the command line: all commands and options with their help. Nothing is executed here."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pmm_site
from pmm_site.problems import nearest

LAST_PORT = 65_535

ON_THE_SERVER = {
    "web_roots": ("DIR", "where the sites stand on the server (default: /srv/pmm-site/sites)"),
    "issuer": ("URL", "address of the login (OpenID Connect issuer)"),
    "client": ("ID", "the sites' client id at the login (default: pmm-site)"),
    "groups_claim": ("NAME", "the claim that lists a user's groups (default: groups)"),
    "gate": ("HOST:PORT", "where oauth2-proxy answers (default: 127.0.0.1:4180)"),
    "certificate": ("FILE", "certificate chain of all hosts, on the server"),
    "certificate_key": ("FILE", "its key, on the server"),
}
"""Options of `hosting`: what the operator's server and login are."""

_PROJECT, _OUTPUT = "project folder (default: here)", "output folder (default: build in the project)"
_IN_BUILD = "project folder, for the output folder in it (default: here)"


class _Command(NamedTuple):
    """What a command does, and what --project and --output are to it: all take both, and the help names those used."""

    does: str
    project: str = ""
    output: str = ""


_COMMANDS: Mapping[str, _Command] = {
    "new": _Command("write a small project that builds, with comments in every file"),
    "demo": _Command("write a full project of any size with synthetic values"),
    "check": _Command("tell all problems of the inputs at once", _PROJECT),
    "build": _Command("check, analyse, disclose, render, audit and publish", _PROJECT, _OUTPUT),
    "render": _Command(
        "render one site from its release package alone",
        "project folder, for its themes (default: here)",
        "the web root to write (default: build/site)",
    ),
    "serve": _Command(
        "build, serve on this machine, rebuild and reload on a change",
        _PROJECT,
        "output folder; the preview is built in it (default: build in the project)",
    ),
    "hosting": _Command("write configuration for the web servers and gates", _IN_BUILD, _OUTPUT),
    "probe": _Command("test a running host from outside, without a login", _IN_BUILD, _OUTPUT),
    "bundle": _Command("write a zip of a site for readers without a connection", _IN_BUILD, _OUTPUT),
    "verify": _Command("compare every file of a site or bundle with what was published"),
    "audit": _Command("look for values that built sites show or give away and should not", _PROJECT, _OUTPUT),
    "explain": _Command(
        "tell every rule that decided where a value and its aggregates appear",
        _PROJECT,
        "output folder, for what was decided before (default: build in the project)",
    ),
    "theme": _Command("copy a template of the default theme into the project, for changing", _PROJECT),
    "i18n": _Command("tell what is not translated, by language and file", _PROJECT),
    "diff": _Command("tell what became visible, what disappeared, which figures moved", _PROJECT),
}


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line, `command` among them; ends the process with exit code 2 and advice where none."""
    words, first = parser(), arguments[0] if arguments else "-"
    if not first.startswith("-") and first not in _COMMANDS:
        words.error(f"there is no command {first!r} → {nearest(first, _COMMANDS) or 'see pmm-site --help'}")
    return words.parse_args(arguments)


def parser() -> argparse.ArgumentParser:
    """All commands and options, each with its help."""
    words = argparse.ArgumentParser(prog="pmm-site", description=pmm_site.__doc__, allow_abbrev=False)
    words.add_argument("--version", action="version", version=f"pmm-site {pmm_site.__version__}")
    commands = words.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str) -> argparse.ArgumentParser:
        does, project, output = _COMMANDS[name]
        added = commands.add_parser(name, help=does, description=does, allow_abbrev=False)
        added.set_defaults(command=name)
        added.add_argument("--project", type=Path, default=Path(), metavar="DIR", help=project or argparse.SUPPRESS)
        added.add_argument("--output", type=Path, metavar="DIR", help=output or argparse.SUPPRESS)
        added.add_argument(
            "--format", choices=("text", "json"), default="text", help="text for people, json for machines"
        )
        return added

    _add_work(command)
    _add_publishing(command)
    _add_questions(command)
    return words


_Add = Callable[[str], argparse.ArgumentParser]


def _add_work(command: _Add) -> None:
    """The commands that make a project, and sites of it."""
    new = command("new")
    new.add_argument("directory", type=Path, metavar="DIR", help="folder to write it into, new or empty")
    demo = command("demo")
    demo.add_argument("directory", type=Path, metavar="DIR", help="folder to write it into, new or empty")
    demo.add_argument("--members", type=_whole_number(1, 187), default=62, metavar="N",
                      help="participants (default: 62)")  # fmt: skip
    demo.add_argument("--cycles", type=_whole_number(1, 50), default=2, metavar="N", help="cycles (default: 2)")
    demo.add_argument("--seed", type=_whole_number(0), default=2022, metavar="S",
                      help="seed of the random values (default: 2022)")  # fmt: skip
    command("check")
    build = command("build")
    build.add_argument("--site", action="extend", nargs="+", metavar="ID",
                       help="only these sites, or those of a pattern (country-*); may be repeated")  # fmt: skip
    build.add_argument("--release", type=str, metavar="NAME", help="publish under a name; without it: a preview")
    build.add_argument("--jobs", type=_whole_number(1), metavar="N", help="processes at once (default: the cores)")
    build.add_argument(
        "--scheduler", metavar="ADDRESS", help="work on the Dask cluster of this scheduler: tcp://HOST:PORT"
    )
    render = command("render")
    render.add_argument("package", type=Path, metavar="PACKAGE", help="folder of the package: data/ of a site")
    serve = command("serve")
    serve.add_argument("--site", metavar="ID", default="public", help="the site to begin with (default: public)")
    serve.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", metavar="P", type=_whole_number(1, LAST_PORT), default=8000,
                       help="port to listen on (default: 8000)")  # fmt: skip


def _add_publishing(command: _Add) -> None:
    """The commands that bring built sites to their readers."""
    hosting = command("hosting")
    hosting.add_argument("--kind", action="append", metavar="KIND",
                         help="nginx, apache, caddy, netlify; may be repeated (default: all)")  # fmt: skip
    for name, (metavar, about) in ON_THE_SERVER.items():
        hosting.add_argument(f"--{name.replace('_', '-')}", metavar=metavar, help=about)
    probe = command("probe")
    probe.add_argument("url", metavar="URL", help="address of the host, such as https://country-ken.example.org")
    probe.add_argument("--site", metavar="ID", required=True, help="the site that the host should show")
    probe.add_argument("--connect", type=_address, metavar="HOST:PORT", help="connect here, whatever the name says")
    bundle = command("bundle")
    bundle.add_argument("sites", nargs="+", metavar="ID", help="site that stands in the output folder, or a pattern")
    bundle.add_argument("--for", dest="for_name", metavar="NAME", help="lay the recipient's name on every page")
    bundle.add_argument("--pdf", action="store_true", help="add reports and dossier as PDF (needs Chromium)")
    bundle.add_argument("--sign", type=Path, metavar="KEY", help="sign with this secret key of minisign")
    verify = command("verify")
    verify.add_argument("place", type=Path, metavar="DIR-OR-ZIP", help="web root, bundle, or folder of one unpacked")
    verify.add_argument("--key", type=Path, metavar="KEY", help="public key of minisign that must have signed")


def _add_questions(command: _Add) -> None:
    """The commands that look at what there is and change nothing."""
    audit = command("audit")
    audit.add_argument("--full", action="store_true", help="render every site again from its package and compare")
    audit.add_argument("--jobs", type=_whole_number(1), metavar="N", help="processes at once (default: the cores)")
    explain = command("explain")
    explain.add_argument("member", metavar="MEMBER", help="ISO 3166-1 alpha-3 code")
    explain.add_argument("kpi", metavar="KPI", help="id of the KPI")
    explain.add_argument("--cycle", metavar="C", help="cycle (default: the latest published)")
    explain.add_argument("--site", metavar="S", help="one site only")
    theme = command("theme")
    theme.add_argument("eject", choices=("eject",), metavar="eject", help="the word itself: what is done")
    theme.add_argument("template", metavar="TEMPLATE", help="for example kpi.html or frame/footer.html")
    i18n = command("i18n")
    i18n.add_argument("status", choices=("status",), metavar="status", help="the word itself: what is asked")
    i18n.add_argument("--language", action="append", metavar="L",
                      help="only this language, of the site or not yet; may be repeated")  # fmt: skip
    diff = command("diff")
    diff.add_argument("old", metavar="OLD", help="name of a release, or an output folder")
    diff.add_argument("new", metavar="NEW", help="name of a release, or an output folder")


# --- values of options --------------------------------------------------------------------------


def _whole_number(least: int, greatest: int | None = None) -> Callable[[str], int]:
    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"a whole number is expected, not {text!r}") from None
        if number < least or (greatest is not None and number > greatest):
            limit = f"from {least} to {greatest}" if greatest is not None else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"a whole number {limit} is expected")
        return number

    return convert


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"HOST:PORT is expected, with a port up to {LAST_PORT}, not {text!r}")
    return host.strip("[]"), int(port)
