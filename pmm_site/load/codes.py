"""Every code of a problem that reading the inputs can give: `<kind of file>-<rule>`, its meaning and the next step.

The reference (docs/reference/problems.md) is written from this table by its test, `tests/load/test_codes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Code(NamedTuple):
    """What a code means, in one line, and what to do about it in general."""

    meaning: str
    next_step: str


FILE_RULES: Mapping[str, Code] = {
    "unreadable": Code("The file or folder cannot be read.", "check that it exists and may be read"),
    "outside": Code("A symlink or `..` leads out of the project folder.", "put the file itself into the project"),
    "too-large": Code(
        "The file is larger than any such file can rightly be.", "split it or take out what does not belong"
    ),
    "encoding": Code("The file is not UTF-8.", "save it as UTF-8"),
    "characters": Code(
        "Control, invisible or bidirectional formatting characters.",
        "delete the character; type the text again if need be",
    ),
    "empty": Code("The file has no content.", "fill it in or delete it"),
    "unchecked": Code(
        "The file has errors, so what refers to it was not checked.", "mend this file first, then check again"
    ),
}
"""Rules for files of every kind."""

YAML_RULES: Mapping[str, Code] = {
    "syntax": Code("The file is not valid YAML.", "check indentation, colons, brackets and quotes near this line"),
    "duplicate-key": Code("A key stands twice in one mapping.", "keep one of the two"),
    "unknown-key": Code("A key that has no meaning here.", "correct or delete it"),
    "missing-key": Code("A required key is missing.", "add it"),
    "anchor": Code("An anchor or alias of YAML.", "write the content out"),
    "tag": Code("A tag of YAML.", "delete the tag"),
    "type": Code(
        "A value of the wrong type: text, number, list or mapping.",
        "write it as the reference of files shows",
    ),
    "number": Code("No number, or a number out of its range.", "write a plain number with a decimal point"),
    "choice": Code("A word that is not one of those allowed.", "use one of the words allowed"),
    "id": Code(
        "An id that is not lower-case letters, digits and single hyphens, or is reserved.",
        "choose another id",
    ),
    "duplicate-id": Code("An id, or an entry of a list, stands twice.", "give each its own"),
    "language": Code("A language that the Unicode CLDR does not know.", "use a code such as en, fr or pt-BR"),
    "text": Code("A text is empty, or has no version in the first language of the site.", "add it"),
}
"""Rules for YAML files and front matter."""

TABLE_RULES: Mapping[str, Code] = {
    "two-files": Code("A table stands there as CSV and as XLSX.", "keep one of the two"),
    "missing-file": Code("A required table is missing.", "add it as .csv or .xlsx"),
    "syntax": Code("The file is not valid CSV (RFC 4180).", "check the quotation marks near this line"),
    "spreadsheet": Code("The workbook cannot be read.", "save it again as .xlsx, or as CSV in UTF-8"),
    "missing-column": Code("A required column is missing.", "add it to the header row"),
    "unknown-column": Code("A column that has no meaning here.", "correct or delete it"),
    "duplicate-column": Code("A column stands twice.", "keep one of the two"),
    "fields": Code(
        "A row with fewer or more fields than the header.",
        "check the commas and quotation marks of this row; in a workbook, clear the cells beside the table",
    ),
    "rows": Code("More rows or columns than such a table can rightly have.", "take out what does not belong"),
    "cell": Code("A cell of the wrong kind, or too long.", "write plain text or a plain number into the cell"),
    "formula": Code(
        "A formula in a workbook; its stored result may be out of date and is not used.",
        "paste the results as values",
    ),
    "merged": Code(
        "Merged cells in a workbook: only the first of them holds anything.", "unmerge them and fill each cell"
    ),
    "hidden": Code(
        "A sheet, row or column of a workbook is hidden, so what is read is not what is seen.",
        "show it and look at it, or delete it",
    ),
    "blank": Code("A cell that must be filled is blank.", "fill it in"),
    "duplicate-row": Code("Two rows have the same key.", "keep one of the two"),
    "choice": Code("A word that is not one of those allowed.", "use one of the words allowed"),
}
"""Rules for tables."""

YAML_KINDS: Mapping[str, str] = {
    "site": "site.yml",
    "catalogue": "data/catalogue.yml",
    "groupings": "data/groupings.yml",
    "unions": "data/unions.yml",
    "cycle": "data/cycles/<cycle>/cycle.yml",
    "content": "content/<lang>/<slug>.md",
    "release": "releases/<name>.yml",
}

TABLE_KINDS: Mapping[str, str] = {
    "members": "data/members.csv",
    "sdg": "data/sdg-mapping.csv",
    "participants": "data/cycles/<cycle>/participants.csv",
    "values": "data/cycles/<cycle>/values.csv",
    "instruments": "data/cycles/<cycle>/instruments.csv",
}

OTHER_KINDS: Mapping[str, str] = {"project": "the project folder", "salt": "data/salt.txt"}

_UNKNOWN = "correct the id, or add what it names"

SPECIFIC: Mapping[str, Code] = {
    "project-missing-folder": Code(
        "The project folder does not exist, or holds no project.",
        "give the folder with --project, or write a new project with `pmm-site new`",
    ),
    "project-missing-file": Code("A required file is missing.", "add it"),
    "project-unknown-file": Code("A file or folder that has no meaning here.", "rename, move or delete it"),
    "project-no-cycle": Code(
        "No cycle is published, so no site has figures.",
        "set `status: published` in a cycle.yml, or check its `publish_at`",
    ),
    "project-clock": Code(
        "SOURCE_DATE_EPOCH is not a number of seconds.", "set it to whole seconds since 1970, or unset it"
    ),
    "salt-missing": Code(
        "There is no secret, so the pattern of roundings is made with one from the values themselves.",
        "write 16 or more random characters into it, never to be changed again",
    ),
    "salt-length": Code(
        "The secret is too short or too long.", "write 16 or more random characters into it, never to be changed again"
    ),
    "site-unknown-union": Code("A site or setting for an unknown union.", _UNKNOWN),
    "site-unknown-member": Code("A site or setting for an unknown Member.", _UNKNOWN),
    "site-unknown-grouping": Code("A setting for an unknown grouping.", _UNKNOWN),
    "site-unknown-theme": Code("A theme that is neither a folder of `themes` nor `default`.", _UNKNOWN),
    "site-address": Code("No absolute http(s) address, or a pattern without exactly one `{site}`.", "write https://…"),
    "site-policy": Code("Policy numbers that make no sense together.", "change one of them"),
    "site-no-site": Code("No site is asked for, so a build publishes nothing.", "ask for at least one site in `sites`"),
    "site-contact": Code("The contact is no e-mail address.", "write name@example.org"),
    "catalogue-unknown-dimension": Code("An unknown dimension.", _UNKNOWN),
    "catalogue-unknown-outcome": Code("An unknown outcome.", _UNKNOWN),
    "catalogue-unknown-kpi": Code("An unknown KPI.", _UNKNOWN),
    "catalogue-unknown-capacity-area": Code("An unknown area of capacity building.", _UNKNOWN),
    "catalogue-unknown-cycle": Code("An unknown cycle.", _UNKNOWN),
    "catalogue-bounds": Code("Bounds that are not two ends in order; an index needs both.", "write [lower, upper]"),
    "catalogue-bins": Code(
        "Edges that do not increase or do not cover the bounds.", "write increasing edges over all of the bounds"
    ),
    "catalogue-roundings": Code(
        "Steps that do not increase or are no multiples of one another.", "write steps such as [0.1, 1, 5]"
    ),
    "catalogue-versions": Code(
        "Versions of a KPI out of order or in force at once.", "let each end before the next begins"
    ),
    "catalogue-identity": Code(
        "An identity with fewer than two KPIs or a factor of zero.", "name at least two KPIs, factors not 0"
    ),
    "catalogue-address": Code("No absolute http(s) address.", "write https://…"),
    "groupings-reserved": Code("An id that the tables use themselves.", "choose another id"),
    "unions-unknown-member": Code("An unknown Member.", _UNKNOWN),
    "unions-no-members": Code(
        "A union without Members in the year that counts gets no site.",
        "check the years of its memberships, or leave it out of `sites.unions`",
    ),
    "unions-years": Code(
        "Years of membership out of order, or overlapping.", "let `from` be no later than `to`; one entry per period"
    ),
    "cycle-folder": Code("The id is not the name of the folder.", "make them equal"),
    "cycle-instant": Code("No date or instant of ISO 8601.", "write 2026-05-01 or 2026-05-01T10:00:00Z"),
    "cycle-year": Code("Two published cycles have the same reference year.", "correct one of the years"),
    "release-value": Code(
        "A key in the file of a release to come names no value.", "write it as `diff` prints it: cycle/KPI/Member"
    ),
    "members-code": Code("No ISO 3166-1 alpha-3 code in capitals.", "write the code in capitals, such as KEN"),
    "members-unknown-group": Code("An unknown group of a grouping.", _UNKNOWN),
    "members-language": Code(
        "A name column in a language that the Unicode CLDR does not know.", "use name_en, name_fr, …"
    ),
    "sdg-goal": Code("No Sustainable Development Goal.", "write a whole number from 1 to 17"),
    "sdg-target": Code("No target of this goal.", "write it as 9.c or 17.1, under its own goal"),
    "sdg-unknown-outcome": Code("An unknown outcome.", _UNKNOWN),
    "participants-unknown-member": Code("A participant that is not in data/members.csv.", _UNKNOWN),
    "participants-unknown-group": Code("An unknown group of a grouping.", _UNKNOWN),
    "values-unknown-member": Code("A Member that is not in data/members.csv.", _UNKNOWN),
    "values-unknown-kpi": Code("An unknown KPI.", _UNKNOWN),
    "values-unknown-union": Code("An unknown union.", _UNKNOWN),
    "values-non-participant": Code(
        "A row of a Member that does not take part in the cycle.", "add it to participants.csv or delete the row"
    ),
    "values-number": Code("No plain number.", "write digits with a decimal point, such as 1234.5"),
    "values-bounds": Code(
        "A value outside the bounds of its KPI.", "correct the value or the bounds in data/catalogue.yml"
    ),
    "values-status": Code(
        "A value beside a status other than `reported`, or none beside `reported`.", "correct the status or the value"
    ),
    "values-not-in-force": Code(
        "A value for a KPI that is not in force in this cycle.", "delete the row or correct the versions of the KPI"
    ),
    "values-level": Code("A level that does not exist.", "use public, wco, union or country"),
    "values-level-blank": Code(
        "Values without a level and without a default are read as country level.",
        "fill in `disclosure`, or `default_disclosure` in participants.csv",
    ),
    "values-level-union": Code(
        "Values at union level of a Member in no union that year are read as country level.",
        "choose another level, or correct data/unions.yml",
    ),
    "values-none": Code(
        "A cycle is published, and its table of values has no row.",
        "copy the values into it, or set `status: draft` in its cycle.yml",
    ),
    "values-identity": Code(
        "Values of KPIs that an identity ties do not add up, beyond their own rounding.",
        "correct the values, or the identity in data/catalogue.yml",
    ),
    "values-unions-level": Code(
        "`unions` is filled at a level other than union.", "clear `unions` or set the level to union"
    ),
    "values-unions-member": Code(
        "A union that the Member is not in, in this reference year.", "correct `unions` or data/unions.yml"
    ),
    "instruments-unknown-member": Code("A Member that is not in data/members.csv.", _UNKNOWN),
    "instruments-unknown-instrument": Code("An unknown instrument.", _UNKNOWN),
    "instruments-non-participant": Code(
        "An answer of a Member that does not take part in the cycle.", "add it to participants.csv or delete the row"
    ),
    "content-front-matter": Code(
        "The page does not begin with front matter between two lines `---`.", "begin with ---, title: …, ---"
    ),
    "content-slug": Code("A name of a page that is built in, or is no id.", "rename the file"),
    "content-language": Code(
        "A folder that is no language of the site.", "add the language to site.yml, or rename the folder"
    ),
    "content-unknown-cycle": Code("An unknown cycle.", _UNKNOWN),
    "content-cycle": Code(
        "The page of one cycle speaks of another.", "make `cycle` equal to the name of the file, or leave it out"
    ),
    "content-sites": Code(
        "A pattern that no site can match.", "use public, wco, union-*, country-*, or the id of a site"
    ),
    "content-picture": Code(
        "A picture in a page: pages hold none but those of placeholders, so it is left out.",
        "take it out, or draw a figure with {{ chart(…) }}",
    ),
    "content-placeholder": Code(
        "A placeholder that is not known, or is wrongly written.",
        "correct it; the names are in the reference of content pages",
    ),
}
"""Rules of one kind of file."""

RECORDS: Mapping[str, Code] = {
    "release-record": Code(
        "A record of an earlier release is damaged or lost.", "restore the release's folder from a copy"
    ),
}
"""What is reported of `releases/<name>/` beside its links (`pmm_site/stages/confidential.py`)."""

THEME: Mapping[str, Code] = {
    "theme-block": Code(
        "A block that no template which this one extends has: it is printed nowhere.", "replace a block that is there"
    ),
    "theme-broken": Code(
        "A file of the theme that stops a build: not there, or no valid YAML, template or Python.",
        "do what the message says, or correct it",
    ),
    "theme-contrast": Code(
        "Two colours that stand on each other cannot be told apart well enough (WCAG 2.2 AA), or are no plain colours.",
        "make one darker or the other lighter, and write both as colours like '#1f6391'",
    ),
    "theme-field": Code(
        "A template prints a field that its page or frame does not have, or a name that it is not given.",
        "correct it; the fields are those of the page's dataclass in pmm_site/render/pages",
    ),
    "theme-navigation": Code(
        "`navigation` names what is no page kind with a text `nav.<kind>`.",
        "correct it, or add the page kind and its text",
    ),
    "theme-template": Code(
        "A template needs a template, a filter or a test that is not there.", "correct its name, or add it"
    ),
    "theme-text": Code(
        "A text that nothing asks for, or that asks for a value which the text of that key is not given.",
        "correct the key or the placeholder",
    ),
    "theme-token": Code(
        "A token that looks like one of the default theme's, misspelt.", "correct it, or give it another name"
    ),
}
"""What `check` reports of the project's own theme (`pmm_site/commands/theming.py`)."""


def _table() -> Mapping[str, Code]:
    codes: dict[str, Code] = {}
    for kinds, rules in (
        ((*OTHER_KINDS, *YAML_KINDS, *TABLE_KINDS), FILE_RULES),
        (YAML_KINDS, YAML_RULES),
        (TABLE_KINDS, TABLE_RULES),
    ):
        codes |= {f"{kind}-{rule}": code for kind in kinds for rule, code in rules.items()}
    return {**codes, **SPECIFIC}


CODES: Mapping[str, Code] = _table()
"""Every code with its meaning and next step."""
