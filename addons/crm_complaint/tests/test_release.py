"""What the register says of this addon's rules once it leaves."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_policy.leaving import CARRIED_NOTHING, release_rules

SAYS = tuple(name for name in CARRIED_NOTHING if name != "measure_customized")


@tagged("post_install", "-at_install")
class TestRelease(TransactionCase):
    def _says(self, rules):
        return [[rule[name] or False for name in SAYS] for rule in rules]

    def test_released(self):
        """Carried and measured by nobody, figures gone, even if changed by hand."""
        case = self.env.ref("crm_policy.rule_cmp_56")
        self.assertEqual(case.carried, "measured")
        case.target = 5
        self.env["crm.policy.rule.month"].sudo()._refresh(case)
        self.assertTrue(case.month_ids)
        release_rules(self.env, "crm_complaint")
        self.assertEqual(
            self._says(case),
            [[value or False for value in (CARRIED_NOTHING[name] for name in SAYS)]],
        )
        self.assertFalse(case.measure_customized)
        self.assertFalse(case.month_ids)
        carried = self.env["crm.policy.rule"].search(
            [("carried_by", "like", "crm.complaint"), ("code", "=like", "CMP-%")]
        )
        self.assertFalse(carried)

    def test_given_back(self):
        """A rule the shared addon carries as well is its own again."""
        shared = self.env.ref("crm_policy.rule_cmp_65")
        elsewhere = self.env.ref("crm_policy.rule_arc_51")
        before = self._says(elsewhere)
        release_rules(self.env, "crm_complaint")
        self.assertRecordValues(
            shared,
            [
                {
                    "carried": "recorded",
                    "carried_by": "crm.routing.passage",
                    "measure_model": False,
                }
            ],
        )
        self.assertEqual(self._says(elsewhere), before)
