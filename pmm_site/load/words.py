"""Ids, member codes, languages and addresses: what a word must look like, whatever it refers to."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from pmm_site.load.codelists import LANGUAGES, RESERVED_NAMES

LONGEST_ID = 64

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def id_fault(word: str) -> str:
    """Which rule of ids the word breaks; empty when none."""
    if len(word) > LONGEST_ID:
        return f"an id has at most {LONGEST_ID} characters"
    if not _ID.fullmatch(word):
        return "an id is lower-case letters and digits, in parts joined by single hyphens"
    if word in RESERVED_NAMES:
        return "this id is the name of a device on some systems and cannot be the name of a file"
    return ""


def id_proposal(word: str) -> str:
    """The id that was probably meant."""
    plain = unicodedata.normalize("NFKD", word.casefold()).encode("ascii", "ignore").decode("ascii")
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return f"did you mean '{made}'?" if made and made != word and not id_fault(made) else ""


def is_language(word: str) -> bool:
    """Whether the CLDR knows the language or locale."""
    return word in LANGUAGES


def is_mail_address(text: str) -> bool:
    """Whether the text is one e-mail address, without a name before it."""
    return re.fullmatch(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+", text) is not None


def is_address(text: str) -> bool:
    """Whether the text is an absolute http(s) address without a query or fragment left open to surprises."""
    if not text.isascii() or not text.isprintable() or re.search(r"[\s\"'<>\\^`{}|]", text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and not parts.password
