"""The demo company: a garment maker in Ningxia that sells through intermediaries.

``load(env)`` fills a fresh database in which our addons are installed with two years of
business: customers, orders, deliveries, invoices, payments, visits, complaints and
returns. Everything happens through the real methods, as the person whose work it is
and at its own time, so decisions, stays, numbers and due dates are genuine. The same
day and addons give the same company again.

Nothing here imports Odoo before ``load`` is called.
"""

#: Remembers in the database that the demo company is there.
MARK = "crm_policy.demo_company"
#: Begins the sequence of random numbers.
SEED = 19930901


def load(env, progress=None):
    """Make the demo company in a database that holds no business yet.

    :param env: an Odoo environment of the superuser; the caller commits
    :param progress: called as ``progress(fraction, text)`` with 0 to 1
    :raises RuntimeError: the demo company is there already, or the company has
        business of its own
    """
    from . import story

    return story.load(env, progress or (lambda fraction, text: None))
