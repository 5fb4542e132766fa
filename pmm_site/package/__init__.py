"""The release package on disk: the airlock's door, the only thing that crosses to the open side.

A `ReleasePackage` is all that one site may show; `write` puts it into a folder of plain files
(a Frictionless Data Package) and `read` takes it from there. Both sides import this module;
it imports the vocabulary only. What is not in the folder does not exist for `render`.
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
