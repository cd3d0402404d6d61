"""The visit in the calendars of those who go; the customer gets no invitation."""

from odoo import fields, models

# Moving a visit is arranged with the customer by people, not by mails to everybody.
QUIET = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class CrmVisit(models.Model):
    _inherit = "crm.visit"

    def _prepare_event_vals(self):
        """Return the calendar entry; attendees are colleagues, never the customer."""
        self.ensure_one()
        return {
            "name": self.display_name,
            "start": self.planned_start,
            "stop": self.planned_stop,
            "user_id": self.user_id.id,
            "location": self.contact_address if self.mode == "onsite" else False,
            "partner_ids": [(6, 0, self.participant_ids.user_id.partner_id.ids)],
        }

    def _sync_calendar(self):
        """Make, move or remove the calendar entries of the visits.

        An approved visit stands in the calendars; one held stays there as it was; a
        planned or cancelled one does not.
        """
        # sudo: the entry follows the visit, whoever approved or moved it
        visits = self.sudo().with_context(**QUIET)
        wanted = visits.filtered(lambda visit: visit.state == "approved")
        new = wanted.filtered(lambda visit: not visit.event_id)
        # sudo: as above
        events = self.env["calendar.event"].sudo().with_context(**QUIET)
        events = events.create([visit._prepare_event_vals() for visit in new])
        for visit, event in zip(new, events, strict=True):
            visit._write_guarded({"event_id": event.id})
        for visit in wanted - new:
            visit._update_event()
        visits.filtered(
            lambda visit: visit.state in ("planned", "approval", "cancelled")
        ).event_id.unlink()

    def _update_event(self):
        """Write what differs, so that moving the entry and the visit ends there."""
        event = self.event_id
        vals = {
            name: value
            for name, value in self._prepare_event_vals().items()
            if name != "partner_ids"
            and (event[name].id if name == "user_id" else event[name] or False)
            != (value or False)
        }
        partners = self.participant_ids.user_id.partner_id
        if event.partner_ids != partners:
            vals["partner_ids"] = [(6, 0, partners.ids)]
        if vals:
            event.write(vals)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    visit_ids = fields.One2many("crm.visit", "event_id", string="Customer Visits")

    def write(self, vals):
        """An approved visit moved in the calendar is moved."""
        res = super().write(vals)
        if "start" in vals or "stop" in vals:
            self._move_visits()
        return res

    def _move_visits(self):
        # sudo: to see every visit of the entry; each is moved with the user's rights
        for visit in self.sudo().visit_ids:
            event = visit.event_id
            if visit.state == "approved" and (
                (event.start, event.stop) != (visit.planned_start, visit.planned_stop)
            ):
                visit.sudo(False).write(
                    {"planned_start": event.start, "planned_stop": event.stop}
                )
