"""Synthetic projects of any size, and the small project that `pmm-site new` begins with.

The framework (catalogue, groupings, Members, unions) is in `framework/`; how the values are drawn is
in the tables of `tables/`; the texts that a demonstration shows are in `project/`, the small project is `starter/`.
"""

from pmm_site.demo.writing import write_demo, write_new

__all__ = ["write_demo", "write_new"]
