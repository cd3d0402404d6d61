"""Decisions are as they were taken; those on documents that are gone say so."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))

from script_env import environment, parser  # noqa: E402


def main():
    with environment(parser().parse_args()) as env:
        from odoo.exceptions import UserError

        decisions = env["crm.approval"].search([])
        for company in decisions.company_id:
            problems = decisions._verify_chain(company)
            assert not problems, problems
        decisions._cron_refresh_candidates()
        known = decisions._approved_models()
        assert any(one.state == "approved" for one in decisions)
        for decision in decisions:
            if decision.res_model in known:
                decision.action_open_document()
                continue
            assert decision.state not in ("waiting", "pending"), decision
            assert not decision.authority_id.active, decision.authority_id
            try:
                decision.action_open_document()
            except UserError:
                continue
            raise AssertionError(f"{decision.document_name} is still there")


if __name__ == "__main__":
    main()
