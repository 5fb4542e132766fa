"""Zip archives whose bytes depend on their members alone: sorted names, fixed times and rights."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Mapping

from pmm_site.problems import UsageProblem

Moment = tuple[int, int, int, int, int, int]
EARLIEST: Moment = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold; the time of every member unless another is given."""

_PACKED = (".woff2", ".png", ".xlsx", ".zip", ".pdf")


def source_date() -> Moment:
    """SOURCE_DATE_EPOCH as a moment in UTC, else the earliest that an archive can hold."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return EARLIEST
    try:
        moment = time.gmtime(int(given))
    except (ValueError, OverflowError, OSError):
        raise UsageProblem("SOURCE_DATE_EPOCH is not a number of seconds") from None
    if not 1980 <= moment.tm_year <= 2107:
        return EARLIEST
    return (moment.tm_year, moment.tm_mon, moment.tm_mday, moment.tm_hour, moment.tm_min, moment.tm_sec)


def archive(members: Mapping[str, bytes], *, moment: Moment = EARLIEST, level: int = 6) -> bytes:
    """A zip archive of `members` by path; what is compressed already is stored.

    The same members give the same bytes wherever zlib is the same.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, moment)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            packing = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            written.writestr(info, members[name], packing, level)
    return stream.getvalue()
