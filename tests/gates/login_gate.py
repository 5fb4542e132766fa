"""A stand-in for oauth2-proxy, which no package source offers: the four addresses that the configuration uses.

/oauth2/auth?allowed_groups=G says 202 (in the group), 401 (nobody) or 403 (somebody else); /oauth2/start sends to the
login; /oauth2/callback comes back from it; /oauth2/sign_out forgets. Sessions are random words that only this process
knows. It keeps the headers that it was asked with, so that a test can see what reached it.
"""

from __future__ import annotations

import json
import secrets
import threading
import urllib.request
from collections.abc import Mapping
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

COOKIE = "__Host-pmm-site"


class LoginGate(BaseHTTPRequestHandler):
    """Answers the addresses; class attributes are the state of one gate."""

    issuer: ClassVar[str] = ""
    sessions: ClassVar[dict[str, tuple[str, ...]]] = {}
    states: ClassVar[dict[str, str]] = {}
    asked_with: ClassVar[list[Mapping[str, str]]] = []
    broken: ClassVar[bool] = False
    """Whether it hangs up on everybody, as if it were not there."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer one question of the web server."""
        if self.broken:
            self.close_connection = True
            return
        self.asked_with.append(dict(self.headers.items()))
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/oauth2/auth":
            self._auth(query)
        elif asked.path == "/oauth2/start":
            self._start()
        elif asked.path == "/oauth2/callback":
            self._callback(query)
        elif asked.path == "/oauth2/sign_out":
            self.sessions.pop(self._cookie(COOKIE), None)
            self._answer(302, {"Location": "/"})
        else:
            self._answer(404)

    def _auth(self, query: Mapping[str, str]) -> None:
        groups = self.sessions.get(self._cookie(COOKIE))
        if groups is None:
            self._answer(401)
        else:
            allowed = set(query.get("allowed_groups", "").split(","))
            self._answer(202 if allowed & set(groups) else 403)

    def _start(self) -> None:
        state = secrets.token_urlsafe()
        self.states[state] = self.headers.get("X-Auth-Request-Redirect", "/")
        query = urlencode({
            "response_type": "code", "client_id": "pmm-site", "scope": "openid groups", "state": state,
            "redirect_uri": self._returns_to,
        })  # fmt: skip
        self._answer(302, {"Location": f"{self.issuer}/oauth2/authorize?{query}",
                           "Set-Cookie": f"{COOKIE}_csrf={state}; Path=/; Secure; HttpOnly"})  # fmt: skip

    def _callback(self, query: Mapping[str, str]) -> None:
        state = query.get("state", "")
        if not state or state != self._cookie(f"{COOKIE}_csrf") or state not in self.states:
            self._answer(403)
            return
        back = self.states.pop(state)
        session = secrets.token_urlsafe()
        self.sessions[session] = self._groups(query["code"])
        self._answer(302, {"Location": back if back.startswith("/") and not back.startswith("//") else "/",
                           "Set-Cookie": f"{COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=Lax"})  # fmt: skip

    @property
    def _returns_to(self) -> str:
        return f"https://{self.headers['X-Forwarded-Host']}/oauth2/callback"

    def _groups(self, code: str) -> tuple[str, ...]:
        form = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": self._returns_to,
                          "client_id": "pmm-site", "client_secret": "secret"}).encode()  # fmt: skip
        with urllib.request.urlopen(f"{self.issuer}/oauth2/token", form, timeout=10) as answer:
            token = json.load(answer)["access_token"]
        request = urllib.request.Request(f"{self.issuer}/userinfo", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return tuple(json.load(answer).get("groups", ()))

    def _cookie(self, name: str) -> str:
        found = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return found.value if found else ""

    def _answer(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def started(issuer: str) -> tuple[ThreadingHTTPServer, type[LoginGate]]:
    """A gate that listens on a free port of this machine, and its class with the state."""
    gate: type[LoginGate] = type("Gate", (LoginGate,), {
        "issuer": issuer, "sessions": {}, "states": {}, "asked_with": [], "broken": False,
    })  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), gate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, gate
