"""Sixty customers, registered by their salespeople and approved by the manager."""

from . import codes, credit, logins, words
from .clock import later
from .people import full_name

#: Customers at the end that have not become business yet, by how far they are.
DRAFTS, IN_REVIEW, SENT_BACK, SUSPENDED = 3, 3, 2, 2
#: Customers registered in the first weeks, when the archive was opened.
OPENING = 34
ORDERS_AT_MOST = 10**6
FUNCTIONS = ("采购经理", "采购主管", "店长", "业务经理", "总经理助理", "商品部经理")
SOURCES = ("visit", "visit", "referral", "exhibition", "call", "tender", "website")


class Maker:
    """Makes the values of customers, as a salesperson would type them."""

    def __init__(self, env, rng):
        self.env, self.rng = env, rng
        self.china = env.ref("base.cn")
        self.states = {
            state.code: state.id
            for state in env["res.country.state"].search(
                [("country_id", "=", self.china.id)]
            )
        }
        self._codes = {}

    def code(self, model, code):
        """Return the id of a record that has a code."""
        if model not in self._codes:
            self._codes[model] = {
                record.code: record.id for record in self.env[model].search([])
            }
        return self._codes[model][code]

    def rows(self):
        """Return (login of the salesperson, values) of all customers, in order."""
        owners = {
            city: login for login, cities in logins.AREAS.items() for city in cities
        }
        kinds, brands = self._kinds(), list(words.BRANDS)
        self.rng.shuffle(brands)
        cities = [
            city for city, count in words.CITY_COUNTS.items() for _index in range(count)
        ]
        rows = [
            (
                owners[city],
                self.domestic(city, kinds.pop(), brands[index % len(brands)]),
            )
            for index, city in enumerate(cities)
        ]
        self.rng.shuffle(rows)
        for position, city in zip((4, 11, 23), words.ABROAD, strict=True):
            rows.insert(position, (owners[city], self.foreign(city)))
        return rows

    def _kinds(self):
        abroad = [row[6] for row in words.ABROAD.values()]
        kinds = [
            kind
            for kind, (_pattern, count) in words.KINDS.items()
            for _index in range(count - abroad.count(kind))
        ]
        self.rng.shuffle(kinds)
        return kinds

    def domestic(self, city, kind, brand):
        """Return the values of a customer in China."""
        rng = self.rng
        state, division, zip_code, area, streets = words.CITIES[city]
        person = full_name(rng)
        individual = kind == "retailer" and rng.random() < 0.4
        name = city + words.KINDS[kind][0].format(brand)
        if individual:
            name = f"{city}市{brand}服装专卖店"
        capital = (50, 100, 200) if individual else (500, 1000, 2000, 3000, 5000)
        form = "individual" if individual else "limited"
        return {
            **self.common(kind, form),
            "name": name,
            "legal_representative": person if individual else full_name(rng),
            "registered_capital": rng.choice(capital) * 1000,
            "credit_code": codes.credit_code(rng, division, individual),
            "street": f"{rng.choice(streets.split())}{rng.randrange(8, 260)}号",
            "city": f"{city}市",
            "zip": zip_code,
            "state_id": self.states[state],
            "country_id": self.china.id,
            "phone": codes.landline(rng, area),
            "main_contact_name": person,
            "main_contact_phone": codes.mobile(rng),
            "main_contact_function": "店主" if individual else rng.choice(FUNCTIONS),
        }

    def foreign(self, city):
        """Return the values of a customer abroad."""
        name, country, street, zip_code, person, phone, kind, legal = words.ABROAD[city]
        country = self.env["res.country"].search([("code", "=", country)])
        return {
            **self.common(kind, "abroad"),
            "name": name,
            "legal_representative": legal,
            "registered_capital": 300000,
            "registered_capital_currency_id": self.env.ref("base.USD").id,
            "street": street,
            "city": city,
            "zip": zip_code,
            "country_id": country.id,
            "phone": phone,
            "main_contact_name": person,
            "main_contact_phone": phone,
            "main_contact_function": "Purchasing Manager",
        }

    def common(self, kind, form):
        """Return the values every registration form has."""
        source = self.rng.choice(SOURCES)
        return {
            "is_company": True,
            "is_crm_customer": True,
            "lang": "zh_CN",
            "customer_scope": "intends",
            "enterprise_type_id": self.code("crm.enterprise.type", form),
            "intermediary_type_id": self.code("crm.intermediary.type", kind),
            "source_id": self.code("crm.customer.source", source),
            "stage_id": self.code("crm.customer.stage", "interested"),
        }


def begin(world):
    """Begin the stories of all registrations, the last ones in the last days."""
    rows = Maker(world.env, world.rng).rows()
    opening, later_on = rows[:OPENING], rows[OPENING:]
    unfinished = DRAFTS + IN_REVIEW + SENT_BACK
    for login in logins.AREAS:
        mine = [vals for owner, vals in opening if owner == login]
        world.begin(registration(world, login, mine), hours=world.rng.uniform(1, 9))
    growth = later_on[: len(later_on) - unfinished]
    for index, (login, vals) in enumerate(growth):
        part = 0.05 + 0.8 * (index + world.rng.random()) / len(growth)
        world.begin(registration(world, login, [vals]), part=part)
    ends = ["draft"] * DRAFTS + ["review"] * IN_REVIEW + ["refused"] * SENT_BACK
    for index, (end, (login, vals)) in enumerate(
        zip(ends, later_on[-unfinished:], strict=True)
    ):
        world.begin(registration(world, login, [vals], end), hours_left=14 + 4 * index)
    world.begin(suspension(world), part=0.93)


def registration(world, login, vals_list, end="archived"):
    """A salesperson registers customers; the manager has them reviewed the same day."""
    rng, people = world.rng, world.people
    customers = people.of(login)["res.partner"].create(vals_list)
    world.customers += customers.sudo()
    if end == "draft":
        return
    yield later(world.now, rng.uniform(0.5, 3))
    customers.action_submit()
    if end == "review":
        return
    yield later(world.now, rng.uniform(1, 7))
    manager = people.act(customers, "sales_head")
    if end == "refused":
        manager.action_reject("联系人职务与名片不符，请核实后重新提交。")
        return
    manager.action_approve("资料齐全，同意建档。")
    world.active += customers.sudo()
    credit.terms(world, login, customers)
    foreign = customers.sudo().filtered("is_foreign")
    foreign.property_product_pricelist = world.dollar_pricelist


def suspension(world):
    """The manager suspends two customers that have closed their business."""
    idle = world.active.filtered(lambda partner: not partner.sale_order_count)
    idle = (idle or world.active)[-SUSPENDED:]
    world.active -= idle
    people = world.people
    people.act(idle[:1], "sales_head").action_suspend("门店停业装修，暂停供货。")
    yield later(world.now, 20)
    people.act(idle[1:], "sales_head").action_suspend("合作协议到期，续签谈判中。")


def finish(world):
    """Bring relation and life-cycle stage up to what the customers have bought."""
    maker = Maker(world.env, world.rng)
    counts = dict(
        world.env["sale.order"]._read_group(
            [("state", "=", "sale")], ["partner_id"], ["__count"]
        )
    )
    for code, least, below in (
        ("contracted", 1, 3),
        ("developed", 3, 8),
        ("partner", 8, ORDERS_AT_MOST),
    ):
        buyers = world.customers.filtered(
            lambda partner, low=least, high=below: low <= counts.get(partner, 0) < high
        )
        buyers.write(
            {
                "stage_id": maker.code("crm.customer.stage", code),
                "customer_scope": "bought",
            }
        )
