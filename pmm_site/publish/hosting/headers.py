"""The response headers of every site, in one place: what `hosting` writes and what `probe` expects."""

from __future__ import annotations

from collections.abc import Mapping

_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PUBLIC_HEADERS: Mapping[str, str] = {
    **_SECURITY,
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "public, max-age=0, must-revalidate",
}
RESTRICTED_HEADERS: Mapping[str, str] = {
    **_SECURITY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""Headers of a restricted site, on refusals and error pages as well."""

DROPPED_HEADERS = (
    "Authorization", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups", "X-Auth-Request-Redirect",
    "X-Auth-Request-Preferred-Username", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username", "X-Forwarded-Access-Token", "X-Forwarded-Method", "X-Original-URL",
    "X-Rewrite-URL", "Forwarded",
)  # fmt: skip
"""Headers by which a visitor could claim to be somebody, or to ask for another address: the gate never gets them."""
