"""The company, its departments and the people who do the work."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor

from odoo import Command

from . import logins, words

COMPANY = {
    "name": "宁夏汇川服装有限公司",
    "street": "金凤区宁安大街 98 号",
    "city": "银川市",
    "zip": "750002",
    "phone": "+86 951 6029300",
    "email": "info@huichuan.example.com",
    "website": "https://www.huichuan.example.com",
    "vat": "91640100MA7HC1993U",
}


class People:
    """Gives the environment of each person by login."""

    def __init__(self, env):
        self.env = env
        self.users = {}

    def of(self, login):
        """Return the environment of the person with that login."""
        if login not in self.users:
            users = self.env["res.users"].search([("login", "=", login)])
            self.users[login] = users
        return self.env(user=self.users[login])

    def act(self, records, user):
        """Return the records as a user (login or ``res.users``) has them."""
        if isinstance(user, str):
            user = self.of(user).user
        return records.with_user(user)


def make_company(env):
    """Turn the database's first company into the demo company."""
    company = env.company
    china = env.ref("base.cn")
    state = env["res.country.state"].search(
        [("country_id", "=", china.id), ("code", "=", "宁")]
    )
    company.write(
        {
            **COMPANY,
            "country_id": china.id,
            "state_id": state.id,
            "logo": base64.b64encode(draw_logo()),
        }
    )
    if "stock_text_confirmation" in company._fields:
        company.stock_text_confirmation = False  # no message leaves the machine
    company.partner_id.write({"lang": "zh_CN", "tz": "Asia/Shanghai"})
    env["resource.calendar"].with_context(active_test=False).search(
        [("company_id", "in", (company.id, False))]
    ).write({"tz": "Asia/Shanghai"})
    return company


def draw_logo():
    """Return the company's logo, a PNG drawn here: two lapels of a jacket."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (480, 480), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 470, 470), fill=(24, 49, 83, 255))
    draw.polygon([(140, 70), (240, 300), (150, 420), (90, 190)], fill="white")
    draw.polygon([(340, 70), (240, 300), (330, 420), (390, 190)], fill="white")
    draw.polygon(
        [(222, 130), (258, 130), (274, 270), (240, 330), (206, 270)],
        fill=(178, 34, 52, 255),
    )
    stream = io.BytesIO()
    image.resize((180, 180)).save(stream, "PNG")
    return stream.getvalue()


def draw_seal():
    """Return a small picture of a paper with a round red seal, as a scan has it."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (240, 160), 255)
    draw = ImageDraw.Draw(image)
    for line in range(30, 140, 14):
        draw.line((20, line, 220, line), fill=190)
    draw.ellipse((140, 70, 220, 150), outline=90, width=4)
    draw.regular_polygon((180, 110, 18), 5, fill=90)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def make_people(env, company, rng):
    """Make departments, employees and users; returns ``People``."""
    departments = _departments(env, company)
    users = env["res.users"].with_context(no_reset_password=True)
    passwords = Passwords(users)
    groups = {
        login: [_group(env, name).id for name in (*own, *_more(login))]
        for login, _name, _job, _code, _heads, own in logins.PEOPLE
    }
    users = users.create(
        [
            {
                "login": login,
                "name": name,
                "email": f"{login}@huichuan.example.com",
                "lang": "zh_CN",
                "tz": "Asia/Shanghai",
                "notification_type": "inbox",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(groups[login])],
            }
            for login, name, *_rest in logins.PEOPLE
        ]
    )
    employees = env["hr.employee"].create(
        [
            {
                "name": name,
                "job_title": job,
                "user_id": user.id,
                "company_id": company.id,
                "department_id": departments[code].id,
                "work_email": f"{login}@huichuan.example.com",
                "work_phone": f"{COMPANY['phone']}-{800 + index}",
            }
            for index, ((login, name, job, code, _heads, _groups), user) in enumerate(
                zip(logins.PEOPLE, users, strict=True)
            )
        ]
    )
    for (_login, _name, _job, code, heads, _groups), employee in zip(
        logins.PEOPLE, employees, strict=True
    ):
        if heads:
            departments[code].manager_id = employee
    _managers(employees, departments)
    _workers(env, company, departments["manufacturing"], rng)
    _administrator(env)
    people = People(env)
    people.passwords = passwords
    return people


class Passwords:
    """Hashes the passwords beside the work: one takes a quarter of a second."""

    def __init__(self, users):
        hasher = users._crypt_context().hash
        self.pool = ThreadPoolExecutor(1)
        self.hashes = {
            login: self.pool.submit(hasher, login) for login, *_rest in logins.PEOPLE
        }

    def store(self, users):
        """Give the users the hashes as their passwords."""
        for user in users.filtered(lambda user: user.login in self.hashes):
            user._set_encrypted_password(user.id, self.hashes[user.login].result())
        self.pool.shutdown()


def _departments(env, company):
    departments = {
        department.policy_code: department
        for department in env["hr.department"].search(
            [
                ("policy_code", "!=", False),
                ("company_id", "in", (False, company.id)),
            ]
        )
    }
    for code, (name, above) in logins.HEADQUARTERS.items():
        departments[code] = env["hr.department"].create(
            {
                "name": name,
                "company_id": company.id,
                "parent_id": departments[above].id if above else False,
            }
        )
    for code, department in departments.items():
        if code not in logins.HEADQUARTERS:
            above = "center" if code in logins.CENTER else "board"
            department.write(
                {"parent_id": departments[above].id, "company_id": company.id}
            )
    return departments


def _managers(employees, departments):
    """Each reports to the head of the department, heads to the one above."""
    for employee in employees:
        department = employee.department_id
        head = department.manager_id
        if head == employee:
            head = department.parent_id.manager_id
        employee.parent_id = head


def _workers(env, company, department, rng):
    env["hr.employee"].create(
        [
            {
                "name": name,
                "job_title": rng.choice(("缝制工", "裁剪工", "整烫工", "检验员")),
                "company_id": company.id,
                "department_id": department.id,
                "parent_id": department.manager_id.id,
            }
            for name in logins.WORKERS
        ]
    )


def _administrator(env):
    env.ref("base.user_admin").write(
        {
            "name": "系统管理员",
            "email": "admin@huichuan.example.com",
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "notification_type": "inbox",
        }
    )


def _more(login):
    return logins.MORE_GROUPS.get(login, ())


def _group(env, name):
    return env.ref(name if "." in name else f"crm_policy.{name}")


def full_name(rng):
    """Return a Chinese name, surname and given name."""
    return rng.choice(words.SURNAMES) + rng.choice(words.GIVEN)
