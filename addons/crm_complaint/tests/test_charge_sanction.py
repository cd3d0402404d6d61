"""Sanctions by band of the personal share, with the supervisor one grade lower."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_charge import ChargeCase

# Personal share: (grade, times, own deduction, supervisor's grade, times); every edge
# of the bands of the written policy, to the fen. Minor demerits cost 800 per base
# point: worker 1 has 1.0, reprimands 400 each, self-criticism 200.
TABLE = (
    (0.01, "self_criticism", 1, 200, None, 0),
    (10000.00, "self_criticism", 1, 200, None, 0),
    (10000.01, "reprimand", 1, 400, None, 0),
    (50000.00, "reprimand", 1, 400, None, 0),
    (50000.01, "reprimand", 2, 800, None, 0),
    (100000.00, "reprimand", 2, 800, None, 0),
    (100000.01, "minor_demerit", 1, 800, "reprimand", 1),
    (200000.00, "minor_demerit", 1, 800, "reprimand", 1),
    (200000.01, "minor_demerit", 2, 1600, "reprimand", 2),
    (400000.00, "minor_demerit", 2, 1600, "reprimand", 2),
    (400000.01, "major_demerit", 1, 0, "minor_demerit", 1),
    (1000000.00, "major_demerit", 1, 0, "minor_demerit", 1),
    (1000000.01, "major_demerit", 2, 0, "minor_demerit", 2),
)


@tagged("post_install", "-at_install")
class TestChargeSanction(ChargeCase):
    def test_bands(self):
        scale = self.env["crm.sanction.scale"]._scale(
            self.company, self.company._policy_today()
        )
        for share, grade, count, _money, supervisor, supervisor_count in TABLE:
            band = scale._band(share)
            self.assertEqual((band.grade_id.code, band.count), (grade, count), share)
            self.assertEqual(band.supervisor_grade_id.code or None, supervisor, share)
            if supervisor:
                self.assertEqual(band.supervisor_count, supervisor_count, share)

    def test_proposed(self):
        """One review proposes what the table says, person and supervisor."""
        cases = [self._closed(loss) for loss, *_rest in TABLE[5:8]]
        for case in cases:
            self._judge(case, (self.worker, 100))
        statement = self._allocated()
        for case, row in zip(cases, TABLE[5:8], strict=True):
            _loss, grade, count, money, supervisor, supervisor_count = row
            own = case.sanction_ids.filtered(lambda s: not s.principal_id)
            self.assertEqual(own.employee_id, self.worker)
            self.assertEqual(
                (own.grade_id.code, own.count, own.amount_deduction),
                (grade, count, money),
            )
            joint = own.joint_ids
            self.assertEqual(joint.grade_id.code or None, supervisor)
            if supervisor:
                self.assertEqual(joint.employee_id, self.manager)
                self.assertEqual((joint.count, joint.amount_deduction), (1, 400))
        self.assertEqual(statement.sanction_count, 5)

    def test_direct_superior_before_head(self):
        self.worker.parent_id = self.worker2
        case = self._closed(150000)
        self._judge(case, (self.worker, 100))
        self._allocated()
        joint = case.sanction_ids.filtered("principal_id")
        self.assertEqual(joint.employee_id, self.worker2)

    def _proposed(self, loss=20000, employee=None):
        case = self._closed(loss)
        self._judge(case, (employee or self.worker, 100))
        self._allocated()
        return case.sanction_ids.filtered(lambda s: not s.principal_id)

    def test_way(self):
        """Memorandum, opinion, verification, announcement, ledger."""
        sanction = self._proposed()
        office = sanction.with_user(self.user_gmo)
        with self.assertRaisesRegex(UserError, "memorandum"):
            office.action_circulate()
        office.write({"item": "Loom", "memorandum": "Reprimand proposed"})
        with self.assertRaises(AccessError):
            sanction.with_user(self.user_manufacturing).action_circulate()
        office.action_circulate()
        with self.assertRaisesRegex(UserError, "opinion"):
            office.action_request_approval("sanction")
        for user in (self.user_gmo, self.user_quality, self.user_worker):
            with self.assertRaises(AccessError):
                sanction.with_user(user).action_give_opinion("Fine")
        sanction.with_user(self.user_manufacturing).action_give_opinion("Agreed")
        office.action_request_approval("sanction")
        for user in (self.user_gmo, self.user_deputy, self.user_hr):
            with self.assertRaises(AccessError):
                sanction.with_user(user).action_approve()
        with self.assertRaises(UserError):
            sanction.with_user(self.user_hr).action_publish()
        sanction.with_user(self.user_gm).action_approve()
        with self.assertRaises(AccessError):
            office.action_publish()
        sanction.with_user(self.user_hr).action_publish()
        self.assertEqual(sanction.state, "published")
        self.assertTrue(sanction.announcement_number)
        entry = sanction.deduction_ids
        self.assertEqual((entry.kind, entry.amount), ("demerit", 400))
        with self.assertRaisesRegex(UserError, "does not change"):
            office.count = 2

    def test_change_voids_the_verification(self):
        sanction = self._proposed()
        office = sanction.with_user(self.user_gmo)
        office.write({"item": "Loom", "memorandum": "Proposed"})
        office.action_circulate()
        sanction.with_user(self.user_manufacturing).action_give_opinion("Agreed")
        office.action_request_approval("sanction")
        for name, value in (("item", "Something else"), ("amount_share", 1)):
            with self.assertRaisesRegex(UserError, "before the general manager"):
                office.write({name: value})
        sanction.with_user(self.user_gm).action_approve()
        # Who may not read the sanction does not read its decision instead.
        decisions = self.env["crm.approval"]
        domain = [("res_model", "=", "crm.sanction"), ("res_id", "=", sanction.id)]
        self.assertFalse(decisions.with_user(self.user_specialist).search(domain))
        for user in (self.user_gmo, self.user_gm, self.user_director):
            self.assertTrue(decisions.with_user(user).search(domain), user.name)
        office.amount_deduction = 500
        self.assertEqual(sanction.approval_state, "voided")
        self.assertEqual(sanction.state, "circulated")
        with self.assertRaises(UserError):
            sanction.with_user(self.user_hr).action_publish()

    def test_least_deduction(self):
        """400 or more: less is refused, more is the general manager's to verify."""
        sanction = self._proposed()
        with self.assertRaisesRegex(ValidationError, "at least"):
            sanction.with_user(self.user_gmo).amount_deduction = 399.99
        sanction.with_user(self.user_gmo).amount_deduction = 400.01
        with self.assertRaisesRegex(ValidationError, "not more"):
            sanction.with_user(self.user_gmo).count = 2

    def test_top_band_is_open(self):
        sanction = self._proposed(1000001)
        sanction.with_user(self.user_gmo).count = 3
        self.assertTrue(sanction.whole_bonus)

    def test_self_criticism(self):
        sanction = self._proposed(5000)
        with self.assertRaises(UserError):
            sanction.with_user(self.user_worker).action_write_self_criticism("Sorry")
        office = sanction.with_user(self.user_gmo)
        office.write({"item": "Loom", "memorandum": "Proposed"})
        office.action_circulate()
        sanction.with_user(self.user_worker).action_write_self_criticism("I am sorry")
        self.assertEqual(sanction.self_criticism, "I am sorry")
        with self.assertRaises(AccessError):
            sanction.with_user(self.user_worker).write({"self_criticism": "x"})
        with self.assertRaises(AccessError):
            sanction.with_user(self.user_sales).action_write_self_criticism("x")

    def test_scale_is_data(self):
        """Bands may not overlap; a gap is refused where it is met."""
        band = self.env.ref("crm_complaint.sanction_scale_2")
        with self.assertRaisesRegex(ValidationError, "overlap"):
            band.amount_to = 60000
        with self.assertRaises(AccessError):
            band.with_user(self.user_gm).amount_to = 40000
        band.with_user(self.user_admin).amount_to = 40000
        scale = self.env["crm.sanction.scale"]._scale(
            self.company, self.company._policy_today()
        )
        with self.assertRaisesRegex(UserError, "no band"):
            scale._band(45000)

    def test_who_sees(self):
        sanction = self._proposed()
        Sanction = self.env["crm.sanction"]
        domain = [("id", "=", sanction.id)]
        for user in (self.user_worker, self.user_manufacturing):
            self.assertFalse(Sanction.with_user(user).search(domain), "a draft")
        office = sanction.with_user(self.user_gmo)
        office.write({"item": "Loom", "memorandum": "Proposed"})
        office.action_circulate()
        for user, sees in (
            (self.user_worker, True),
            (self.user_manufacturing, True),
            (self.user_gm, True),
            (self.user_quality, False),
            (self.user_sales, False),
            (self.user_sales_head, False),
            (self.user_specialist, False),
            (self.user_other_company, False),
        ):
            found = self._as(Sanction, user).search(domain)
            self.assertEqual(bool(found), sees, user.login)
            if not sees:
                with self.assertRaises(AccessError):
                    self._as(sanction, user).read(["amount_share"])
        message = sanction.message_post(body="Grave")
        with self.assertRaises(AccessError):
            message.with_user(self.user_sales).read(["body"])
