"""Who tells which story, and what its chapters hand on."""

import itertools
import time

#: Salesperson, companion, protocol, amount in dispute and who decides it.
STORIES = (
    ("sales1", "sales2", 80_000, "sales_head"),
    ("sales2", "sales3", 120_000, "deputy"),
    ("sales3", "sales1", 200_000, "gm"),
)
#: Other numbers with each run: the server may have heard the stories before.
NUMBERS = itertools.count(int(time.time()) % 1_000_000)


class Story:
    """What the chapters of one story hand on."""

    def __init__(self, site, client, seller, companion, amount, decider):
        self.site, self.client = site, client
        self.amount, self.decider = amount, decider
        self.seller_login = seller
        self.seller, self.companion = self.user(seller), self.user(companion)
        self.number = next(NUMBERS)
        self.key = f"{client.protocol}-{self.number}"
        self.customer = self.order = self.visit = self.complaint = self.goods = None

    def user(self, login):
        return self.site.user(login, self.client)

    def __getattr__(self, login):
        """``story.quality`` is the client of the person with that login."""
        if login not in self.site.users:
            raise AttributeError(login)
        return self.user(login)

    def nobody_but(self, allowed, model, method, ids, **named):
        """Everybody else is refused."""
        for login in ("sales1", "sales2", "sales3", "quality", "rd", "outsider"):
            if login not in allowed:
                self.user(login).refused(model, method, ids, **named)
