"""The customer archive: 100,000 customers, 1,000,000 invoices' worth of sales."""

from ._archive_classes import classes
from ._archive_screens import screens

#: Each prints a table and returns the limits that are not kept.
PARTS = (classes, screens)


def run(bench):
    return [problem for part in PARTS for problem in part(bench)]
