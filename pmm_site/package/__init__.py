"""The release package: the only thing that crosses from the confidential side to the open side, as files on disk.

A `ReleasePackage` is all that one site may show. On the confidential side `write` puts it into a folder of plain files
(a Frictionless Data Package, https://specs.frictionlessdata.io/data-package/); on the open side `read` takes it from
there. What is not in the folder does not exist for `render`. Both sides import this package, which knows the vocabulary
and nothing else.
"""

from pmm_site.package.columns import forget
from pmm_site.package.contents import PackageInfo, ReleasePackage, UnionName
from pmm_site.package.reading import PackageDamaged, read
from pmm_site.package.writing import CONTENT, files, write, write_pages

__all__ = [
    "CONTENT",
    "PackageDamaged",
    "PackageInfo",
    "ReleasePackage",
    "UnionName",
    "files",
    "forget",
    "read",
    "write",
    "write_pages",
]
