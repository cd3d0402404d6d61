"""Warnings and errors in Odoo's logs, found with checklog-odoo."""

import subprocess

from . import python_env

#: Records that say nothing about this project.
HARMLESS = [
    # The old protocols announce their end with each call.
    r"odoo\.addons\.rpc\.controllers.* deprecated",
    # A client was refused what it asked for: tests do that on purpose, and see it.
    r" WARNING \S+ odoo\.http: ",
    r" WARNING \S+ odoo\.addons\.base\.models\.res_users: Login failed",
    r"odoo\.addons\.base\.models\.ir_actions_report: .*[Ww]khtmltopdf",
    # Names typed are looked up by a service on the internet, which tests do without.
    r" WARNING \S+ odoo\.addons\.partner_autocomplete\.",
    # Two clients write the same row at the same moment; one is tried again.
    r"could not serialize access due to concurrent update",
    r"deadlock detected",
    # Programs repeat a call under one reference at the same moment: the first one
    # makes the document, the others are given it.
    r"_client_reference_uniq\"",
]
#: Records of a logger that is not of our addons.
FOREIGN = r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ \w+ \S+ (?!odoo\.addons\.crm_)\S+: "


def problems(path, only_ours=False):
    """Text of the records that count, empty when there are none."""
    ignore = [*HARMLESS, FOREIGN] if only_ours else HARMLESS
    command = [python_env.program("checklog-odoo"), "--no-err-if-empty"]
    for pattern in ignore:
        command += ["-i", pattern]
    done = subprocess.run(
        [str(part) for part in [*command, path]], capture_output=True, text=True
    )
    if not done.returncode:
        return ""
    _ignored, _mark, counted = done.stdout.partition("errors that caused failure")
    return counted.strip() or done.stderr.strip() or done.stdout.strip()
