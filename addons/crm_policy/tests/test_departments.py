"""Where people work, as documents ask it for their department."""

from odoo.tests import new_test_user, tagged

from .common import PolicyCase


@tagged("post_install", "-at_install")
class TestDepartments(PolicyCase):
    def _works(self, users, companies=None):
        return users._policy_departments(companies or self.company)

    def test_as_the_platform_says(self):
        """The department of each user's own employee; nobody else is in it."""
        people = self.user_sales | self.user_quality | self.user_director
        nobody = new_test_user(self.env, "nobody")
        works = self._works(people | nobody)
        for user in people:
            own = user.with_company(self.company).employee_id.department_id
            self.assertEqual(works[user, self.company], own)
        self.assertNotIn((nobody, self.company), works)
        self.assertFalse(self._works(people.browse()))

    def test_company_and_leavers(self):
        """Of another company is another department; who has left has none."""
        other = self.env["res.company"].create({"name": "Second"})
        department = self.env["hr.department"].create(
            {"name": "There", "company_id": other.id}
        )
        self.env["hr.employee"].create(
            {
                "name": "Twice",
                "user_id": self.user_sales.id,
                "company_id": other.id,
                "department_id": department.id,
            }
        )
        here, there = (self.user_sales, self.company), (self.user_sales, other)
        works = self._works(self.user_sales, self.company | other)
        self.assertEqual(works[here].policy_code, "sales")
        self.assertEqual(works[there], department)
        self.assertEqual(set(self._works(self.user_sales)), {here})
        self.user_sales.with_company(self.company).employee_id.active = False
        works = self._works(self.user_sales, self.company | other)
        self.assertEqual(set(works), {there})

    def test_one_query(self):
        people = self.user_sales | self.user_quality | self.user_rd | self.user_gmo
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self._works(people.with_user(self.user_outsider), self.company)
