"""Preview while working: build what is looked at, serve it on this machine, rebuild and reload on a change.

The preview has an output folder of its own, so that a draft never takes the place of a published site, and shares the
caches of builds.
Only files below its `sites/` are served: never reports, inputs or releases. On loopback it answers to this
machine's names alone, so that no page from elsewhere reads a site through a name of its own. A bar to switch
between the sites is laid over each page here; it is in no build.
"""

from __future__ import annotations

import errno
import html
import mimetypes
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pmm_site.build import build, drafted, site_ids, stands_but_for_themes
from pmm_site.problems import PmmSiteError, UsageProblem, unforeseen
from pmm_site.stages.workers import Workers

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# livereload writes an inline script into each page; only the preview may run it.
_PREVIEW_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: http:; img-src 'self' data: blob:"
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
GLANCE = 200
"""Milliseconds between two looks for changes."""
PATIENCE = 5.0
"""Seconds that a browser waits for a site before it is told how far its build is."""
_HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Referrer-Policy", "no-referrer")]  # fmt: skip
_POLICY_META = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="[^"]*">')


class _Outdated(Exception):
    """Ends a build whose inputs have changed since it began, or for which nobody waits any more."""


class Preview:
    """A WSGI application over the sites of a project, each built when it is looked at, into `preview` in `output`.

    While a theme is being drawn, a page is shown as the theme would have it now, from the package that stands, and the
    site is built and proven behind it. Of another build that takes long the browser is told how far it is.
    names: what a browser may call this machine; None for whatever name leads here.
    """

    def __init__(self, project: Path, output: Path, names: tuple[str, ...] | None = LOOPBACK) -> None:
        self.project = project
        self.output = output / "preview"
        self.cache = output / ".cache"
        self.names = names
        self.latest: str | None = None
        self.reload: Callable[[], None] = lambda: None
        self.workers = Workers(keep=True)
        self.drawing = Workers(1, keep=True)
        self.behind: threading.Thread | None = None
        self._began = 0.0
        self._reached = ""
        self._problems: dict[str, str] = {}
        self.changed()

    def changed(self) -> None:
        """Forget what was built: it is built again when it is looked at. What is being built is given up."""
        self._fresh: set[str] = set()
        self._drafts: dict[str, bool] = {}
        self._sites: tuple[str, ...] = ()

    def _problem_with(self, site: str) -> str:
        """Build a site; the problems as text, empty when all is well."""
        fresh = self._fresh  # a change makes another set

        def progress(stage: str, done: int, total: int) -> None:
            if fresh is not self._fresh:
                raise _Outdated
            self._reached = f"{stage}: {done} of {total}"

        try:
            build(
                self.project, self.output, sites=(site,), workers=self.workers, progress=progress, preview=True,
                cache=self.cache,
            )  # fmt: skip
        except _Outdated:
            return ""
        except Exception as failure:
            return _in_words(failure)
        fresh.add(site)
        return ""

    def _is_draft(self, site: str) -> bool:
        """Whether pages of a site can be shown before it is built."""
        if site not in self._drafts:
            self._drafts[site] = stands_but_for_themes(self.project, self.output, site)
        return self._drafts[site]

    def _build_behind(self, site: str) -> threading.Thread:
        """Build a site while its pages are looked at; what is wrong takes their place. One site after the other."""
        if self.behind is not None and self.behind.is_alive():
            return self.behind

        def work() -> None:
            problem = self._problem_with(site)
            if problem:
                self._problems[site] = problem
                self.reload()

        self._began, self._reached = time.monotonic(), "reading the project"
        self.behind = threading.Thread(target=work, name=site, daemon=True)
        self.behind.start()
        return self.behind

    def close(self) -> None:
        """Give up what is being built, and end the processes that wait for more."""
        self.changed()
        if self.behind is not None:
            self.behind.join()
        self.workers.close()
        self.drawing.close()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; whatever goes wrong is told in words of the program, never in those of an error."""
        try:
            return self._answer(environ, start_response)
        except Exception as failure:
            return self._page(start_response, "200 OK", _in_words(failure), self._sites)

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """`/` goes to the first site, `/<site>/<path>` is a file of that site."""
        if self.names is not None and _host(environ) not in self.names:
            return self._page(start_response, "403 Forbidden", "This preview answers to localhost only.", ())
        _, _, rest = str(environ.get("PATH_INFO", "/")).partition("/")
        site, _, path = rest.partition("/")
        self._sites = sites = self._sites or site_ids(self.project)
        if not sites:
            return self._page(start_response, "200 OK", "The project has no site; see `sites` in site.yml.", ())
        if not site:
            start_response("302 Found", [("Location", f"/{self.latest or sites[0]}/index.html")])
            return [b""]
        if site not in sites:
            return self._page(start_response, "404 Not Found", f"There is no site {site}.", sites)
        self.latest = site
        path = path or "index.html"
        draft, problem = None, self._problems.pop(site, "")
        if not problem and site not in self._fresh:
            if self._is_draft(site):
                draft, problem = self._drawn(site, path)
                self._build_behind(site)
            else:
                work = self._build_behind(site)
                work.join(max(0.0, self._began + PATIENCE - time.monotonic()))
                problem = self._problems.pop(site, "")
                if not problem and site not in self._fresh:
                    notice = f"{work.name} is being built ({self._reached}). This page reloads by itself."
                    return self._page(start_response, "200 OK", notice, sites, [("Refresh", "1")])
        if problem:
            return self._page(start_response, "200 OK", problem, sites)
        return self._file(start_response, site, path, sites, draft)

    def _drawn(self, site: str, path: str) -> tuple[bytes | None, str]:
        """A file as the theme would have it now, None where it is shown as it stands, and what is wrong."""
        try:
            return drafted(self.project, self.output, site, path, cache=self.cache, workers=self.drawing), ""
        except Exception as failure:
            return None, _in_words(failure)

    def _file(
        self, start_response: StartResponse, site: str, path: str, sites: tuple[str, ...], content: bytes | None
    ) -> Iterable[bytes]:
        """A file of a site: `content`, or as it stands."""
        if content is None:
            wanted = _inside((self.output / "sites" / site).resolve(), path)
            if wanted is None:
                return self._page(start_response, "404 Not Found", f"{site} has no {path}.", sites)
            content = wanted.read_bytes()
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        if kind == "text/html":
            meta = f'<meta http-equiv="Content-Security-Policy" content="{_PREVIEW_POLICY}">'.encode()
            content = _POLICY_META.sub(meta, content)
            content = content.replace(b"</body>", _bar(site, path, sites).encode() + b"</body>")
            kind = "text/html; charset=utf-8"
        start_response("200 OK", [("Content-Type", kind), *_HEADERS])
        return [content]

    def _page(
        self,
        start_response: StartResponse,
        status: str,
        text: str,
        sites: tuple[str, ...],
        headers: Sequence[tuple[str, str]] = (),
    ) -> Iterable[bytes]:
        """A plain page that shows problems and reloads when they are mended."""
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), *_HEADERS, *headers])
        body = f"<h1>pmm-site</h1><pre style='white-space:pre-wrap'>{html.escape(text)}</pre>{_bar('', '', sites)}"
        return [f"<!doctype html><html lang=en><head><title>pmm-site</title></head><body>{body}</body></html>".encode()]


def _in_words(failure: Exception) -> str:
    return str(failure) if isinstance(failure, PmmSiteError) else unforeseen(failure)


def _host(environ: dict[str, Any]) -> str:
    """The name in the request's Host header, without its port."""
    return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""


def _inside(root: Path, path: str) -> Path | None:
    """The regular file of a path below a web root; None for what is none, or lies elsewhere however it is written."""
    try:
        wanted = (root / path).resolve()
        return wanted if wanted.is_relative_to(root) and wanted.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _bar(site: str, path: str, sites: tuple[str, ...]) -> str:
    """The switch between sites, laid over the page at the bottom."""
    style = (
        "position:fixed;inset-inline:0;bottom:0;z-index:99;background:#111;color:#fff;"
        "padding:.4rem 1rem;font:14px sans-serif"
    )
    page = html.escape(path or "index.html")
    options = "".join(
        f'<option value="/{each}/{page}"{" selected" if each == site else ""}>{each}</option>' for each in sites
    )
    return (
        f'<div style="{style}"><label>Preview of '
        f'<select style="color:#111;background:#fff" onchange="location=this.value">{options}</select></label> '
        "· not part of any build</div>"
    )


def _refuse_taken(host: str, port: int) -> None:
    """UsageProblem where nobody can listen: another preview may be running there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        is_host = error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0  # below 0: of looking the name up
        advice = "give --host a name or an address of this machine" if is_host else "give another --port"
        why = str(error.strerror).partition(" (while")[0]
        raise UsageProblem(f"nothing can be served on {host}:{port} ({why}) → {advice}") from None


def serve(project: Path, site: str, *, output: Path, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until interrupted; changes in data, content, themes and site.yml rebuild and reload the page."""
    from livereload import Server
    from livereload.handlers import LiveReloadHandler
    from livereload.watcher import Watcher
    from tornado.ioloop import IOLoop, PeriodicCallback

    class Often(Watcher):  # type: ignore[misc]
        """Looks for changes so often that nobody waits for it."""

        def start(self, callback: Callable[[], None]) -> bool:
            PeriodicCallback(callback, GLANCE).start()
            return True

    known = site_ids(project)
    if site not in known:
        raise UsageProblem(f"there is no site {site} → use one of: {', '.join(known[:12])}")
    _refuse_taken(host, port)
    preview = Preview(project, output, LOOPBACK if host in LOOPBACK else None)
    preview.latest = site
    preview.reload = partial(IOLoop.current().add_callback, LiveReloadHandler.reload_waiters)
    LiveReloadHandler.DEFAULT_RELOAD_TIME = 0  # a change just after another is shown as well
    server = Server(preview, Often())
    for place in ("site.yml", "data/**/*", "content/**/*", "themes/**/*"):
        server.watch(str(project / place), preview.changed)
    print(f"http://{f'[{host}]' if ':' in host else host}:{port}/ until Ctrl+C", flush=True)
    server.serve(host=host, port=port, open_url_delay=None, debug=False)  # no tracebacks in the browser
    preview.close()
