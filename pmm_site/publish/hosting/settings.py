"""What the operator's machine adds to the sites: addresses, folders, the login."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from pmm_site.problems import UsageProblem

KINDS = ("nginx", "apache", "caddy", "netlify")
PLACEHOLDER = "example.org"

# Nothing that a configuration file could read as the end of a word.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+*\[\]-]*")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True)
class HostingSettings:
    """Where the web roots stand on the server, its ports and certificates, and the login (OpenID Connect).

    `address` is what the server listens on (`*`: everywhere), `gate` where oauth2-proxy answers.
    """

    web_roots: str = "/srv/pmm-site/sites"
    issuer: str = f"https://login.{PLACEHOLDER}"
    client: str = "pmm-site"
    groups_claim: str = "groups"
    gate: str = "127.0.0.1:4180"
    address: str = "*"
    https_port: int = 443
    http_port: int = 80
    certificate: str = "/etc/ssl/pmm-site/fullchain.pem"
    certificate_key: str = "/etc/ssl/pmm-site/privkey.pem"

    def __post_init__(self) -> None:
        """Refuse what would break out of a configuration file: UsageProblem."""
        for each in fields(self):
            if not _PLAIN.fullmatch(str(getattr(self, each.name))):
                raise UsageProblem(
                    f"--{each.name.replace('_', '-')}: only letters, digits and . / : - _ can stand in a configuration "
                    "→ choose another"
                )
        for option, value, shape, example in (
            ("issuer", self.issuer, r"https?://[^/]+(/.*)?", f"https://login.{PLACEHOLDER}"),
            ("web-roots", self.web_roots, r"/.*", "/srv/pmm-site/sites"),
            ("gate", self.gate, r".+:[0-9]+", "127.0.0.1:4180"),
        ):
            if not re.fullmatch(shape, value):
                raise UsageProblem(f"--{option} {value}: a server could not use it → write it like {example}")
