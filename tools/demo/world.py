"""What all stories share: the people, the goods, the customers and the time."""

from .clock import Teller, later, work_hours, work_moment


class World(Teller):
    """The demo company as its stories find it."""

    def __init__(self, env, start, end, progress, rng):
        super().__init__(env, start, end, progress)
        self.rng = rng
        self.company = env.company
        self.people = None
        #: Everybody with a customer file, and those who are sold to.
        self.customers = env["res.partner"]
        self.active = env["res.partner"]
        self.dollar_pricelist = env["product.pricelist"]
        #: Order lines delivered, for complaints and returns: newest last.
        self.delivered = []
        #: Those of them somebody complained about already, and decided complaints
        #: whose goods come back.
        self.complained = []
        self.to_return = []

    def begin(self, story, moment=None, part=None, hours=None, hours_left=None):
        """Begin a story.

        :param moment: naive UTC moment, or else one of these
        :param part: part of the simulated time that has passed (0 to 1)
        :param hours: working hours after the beginning
        :param hours_left: working hours before the end
        """
        if part is not None:
            first, last = work_hours(self.start), work_hours(self.end)
            moment = work_moment(first + (last - first) * part)
        elif hours is not None:
            moment = later(self.start, hours)
        elif hours_left is not None:
            moment = later(self.end, -hours_left)
        super().begin(story, moment)
