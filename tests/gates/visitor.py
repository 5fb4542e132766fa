"""A visitor: a small browser without script that resolves every host to this machine, keeps cookies and logs in."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit


class Answer(NamedTuple):
    """What came back; `where` is the address that gave it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str


class _LoopbackTls(http.client.HTTPSConnection):
    """TLS to the server under test, with the name of the host asked for."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, context=context, timeout=15)
        self.port_here, self.context_here = port, context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port_here), timeout=15)
        self.sock = self.context_here.wrap_socket(plain, server_hostname=self.host)


@dataclass
class Visitor:
    """One browser with its cookies. `user` is who logs in when a login page appears; None never does."""

    port: int
    context: ssl.SSLContext
    user: str | None = None
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(
        self, address: str, *, headers: Mapping[str, str] | None = None, method: str = "GET", form: str | None = None
    ) -> Answer:
        """One request as it is written: no redirect is followed, no path is tidied."""
        scheme, _, rest = address.partition("://")
        place, slash, path = rest.partition("/")
        host, _, port = place.partition(":")
        if scheme == "https":
            connection: http.client.HTTPConnection = _LoopbackTls(host, self.port, self.context)
        else:
            connection = http.client.HTTPConnection(host, int(port or 80), timeout=15)
        kept = "; ".join(f"{name}={value}" for (of, name), value in self.cookies.items() if of == place)
        sent = {"Host": place, **({"Cookie": kept} if kept else {}), **(headers or {})}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.putrequest(method, slash + path or "/", skip_host=True, skip_accept_encoding=True)
            for name, value in {**sent, "Content-Length": str(len(form or ""))}.items():
                connection.putheader(name, value)
            connection.endheaders((form or "").encode())
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(place, value)
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body, address)

    def _keep(self, place: str, cookie: str) -> None:
        name, _, value = cookie.split(";")[0].partition("=")
        gone = re.search(r"expires=Thu, 01[ -]Jan[ -]1970|max-age=0", cookie, re.IGNORECASE)
        if gone or not value:
            self.cookies.pop((place, name.strip()), None)
        else:
            self.cookies[place, name.strip()] = value

    def open(self, address: str) -> Answer:
        """Open an address as a person does: follow redirects, log in when asked."""
        answer = self.ask(address, headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
        for _ in range(12):
            if answer.status in (301, 302, 303, 307, 308):
                answer = self.ask(_onward(answer), headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
            elif "/oauth2/authorize" in answer.where and answer.status == 200 and self.user is not None:
                answer = self.ask(answer.where, method="POST", form=urlencode({"sub": self.user}))
            else:
                return answer
        raise AssertionError(f"redirected without end: {answer.where}")


def _onward(answer: Answer) -> str:
    """Where a redirect leads; a port of the server under test in an https address is left out."""
    target = urljoin(answer.where, answer.headers["location"])
    parts = urlsplit(target)
    if parts.scheme == "https":
        return parts._replace(netloc=parts.hostname or "").geturl()
    return target
