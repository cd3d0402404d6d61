"""Documents that customers follow on the portal without any right on them.

The portal asks these methods, which hand out plain values of the user's own company's
documents; what those values are is the document's own business.
"""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class CrmPortalMixin(models.AbstractModel):
    _name = "crm.portal.mixin"
    _description = "Document on the Customer Portal"

    #: {stage shown to the customer: states inside}
    _portal_stage_states = {}
    #: Stage in which states are shown that no stage names.
    _portal_other_stage = None
    #: Field of the company: how many documents a customer may send in a day.
    _portal_limit_field = None

    # ------------------------------------------------------------------ stages

    @api.model
    def _portal_stages(self):
        """Return {stage: its words in the reader's language}."""
        return {}

    def _portal_stage(self):
        """Return the stage the customer is shown."""
        self.ensure_one()
        for stage, states in self._portal_stage_states.items():
            if self.state in states:
                return stage
        return self._portal_other_stage

    @api.model
    def _portal_stage_domain(self, stage):
        stages = self._portal_stage_states
        domain = Domain("state", "in", stages[stage])
        if stage == self._portal_other_stage:
            named = [state for states in stages.values() for state in states]
            domain |= Domain("state", "not in", named)
        return domain

    # ----------------------------------------------------------------- reading

    @api.model
    def _portal_family(self):
        """Return the company the portal user belongs to."""
        return self.env.user.partner_id.commercial_partner_id

    @api.model
    def _portal_domain(self):
        """Return the domain of the documents of the user's own company."""
        return Domain("partner_id.commercial_partner_id", "=", self._portal_family().id)

    @api.model
    def _portal_found(self, stage):
        domain = self._portal_domain()
        if stage in self._portal_stage_states:
            domain &= self._portal_stage_domain(stage)
        return domain

    @api.model
    def _portal_count(self, stage=None):
        # sudo: customers have no rights; the domain keeps to their own
        return self.sudo().search_count(self._portal_found(stage))

    @api.model
    def _portal_list(self, stage=None, offset=0, limit=20):
        """Return the user's documents as plain values, newest first."""
        # sudo: as in `_portal_count`
        found = self.sudo().search(
            self._portal_found(stage), offset=offset, limit=limit
        )
        return [document._portal_facts() for document in found]

    @api.model
    def _portal_browse(self, record_id):
        """Return one document of the user's company, in sudo.

        :raises AccessError: it is none of theirs
        """
        # sudo: as in `_portal_count`
        document = self.sudo().search(
            Domain("id", "=", record_id) & self._portal_domain(), limit=1
        )
        if not document:
            raise AccessError(self.env._("There is no such document of yours."))
        return document

    def _portal_facts(self):
        """Return what a customer may know of the document, and nothing else."""
        raise NotImplementedError

    def _portal_file_facts(self):
        return [{"id": file.id, "name": file.name} for file in self.customer_file_ids]

    # ------------------------------------------------------------------ asking

    @api.model
    def _portal_reference(self, token):
        """Return the client reference of a form, by which it is taken in once."""
        return token and f"portal-{self.env.user.partner_id.id}-{token}"[:64]

    @api.model
    def _portal_longest(self):
        """Return how many characters a customer may write into one text."""
        return self.env.company.sudo().portal_text_limit  # sudo: the company's rule

    @api.model
    def _portal_text(self, value, longest, label):
        """Return a text as the customer wrote it, without what no text holds.

        :raises UserError: it is too long
        """
        text = (value or "").replace("\x00", "").strip()
        if longest and len(text) > longest:
            raise UserError(
                self.env._(
                    "%(field)s: at most %(longest)s characters.",
                    field=label,
                    longest=longest,
                )
            )
        return text

    @api.model
    def _portal_quantity(self, value, label):
        """Return a number from zero up.

        :raises UserError: it is none
        """
        try:
            quantity = float(value or 0)
        except ValueError:
            quantity = -1
        # Not even “no number” passes, which compares with nothing.
        if not 0 <= quantity < 10**9:
            raise UserError(self.env._("%s: a number from zero up is expected.", label))
        return quantity

    @api.model
    def _check_portal_flood(self):
        """Raise when the customer has sent too many of these in a day."""
        # sudo: the limit of the company, and the customer's own documents
        most = self.env.company.sudo()[self._portal_limit_field]
        since = fields.Datetime.now() - timedelta(days=1)
        count = self.sudo().search_count(
            self._portal_domain()
            & Domain("channel", "=", "portal")
            & Domain("create_date", ">", since)
        )
        if most and count >= most:
            raise UserError(self._portal_flood_words(count))

    @api.model
    def _portal_flood_words(self, count):
        """Return what the customer is told who has sent ``count`` in a day."""
        raise NotImplementedError

    def _portal_tell_owner(self, owner, summary):
        """Put a document that came in on the list of who looks after it."""
        if owner.active and not owner.share:
            # Whoever opens the document reads who put this there: not everybody inside
            # may read the customer's own user.
            self.with_user(SUPERUSER_ID).activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=owner.id
            )
