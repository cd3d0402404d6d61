"""Every reading of a classified customer file is logged (ARC-205, ARC-208).

The methods that hand out values stand here, not the ones that compute with them: what
the system reads for itself (sudo) is not logged. The outermost call makes one row.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models

# What the running call has given out so far: ids by kind, or None outside of one.
_GIVEN = ContextVar("crm_access_log_given", default=None)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @contextmanager
    def _access_logged(self, method):
        """Log what the call inside gives out, once, under the outermost method."""
        if self.env.su or _GIVEN.get() is not None:
            yield
            return
        given = {}
        token = _GIVEN.set(given)
        try:
            yield
        finally:
            _GIVEN.reset(token)
        for kind, ids in given.items():
            secret = self._classified_ids([("id", "in", list(ids))])
            if secret:
                self.env["crm.access.log"]._record(
                    kind, method, secret, classified=True
                )

    @api.model
    def _note_access(self, kind, ids):
        given = _GIVEN.get()
        if given is not None and not self.env.su:
            given.setdefault(kind, set()).update(id_ for id_ in ids if id_)

    @api.model
    def _classified_ids(self, domain):
        """Return ids of the classified among the files and contacts of ``domain``."""
        # sudo: the log names what was given out, the reader's rules have been applied
        partners = self.sudo().with_context(active_test=False)
        query = partners._search([*domain, ("is_classified", "=", True)])
        return list(query.get_result_ids())

    # --------------------------------------------------------- what gives out

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames=fnames, load=load)
        self._note_access("read", (row["id"] for row in result))
        return result

    @api.readonly
    def read(self, fields=None, load="_classic_read"):
        with self._access_logged("read"):
            return super().read(fields, load)

    @api.readonly
    def web_read(self, specification):
        with self._access_logged("web_read"):
            return super().web_read(specification)

    def web_save(self, vals, specification, next_id=None):
        with self._access_logged("web_save"):
            return super().web_save(vals, specification, next_id)

    def web_save_multi(self, vals_list, specification):
        with self._access_logged("web_save_multi"):
            return super().web_save_multi(vals_list, specification)

    @api.model
    @api.readonly
    def search_read(
        self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs
    ):
        with self._access_logged("search_read"):
            return super().search_read(
                domain, fields, offset, limit, order, **read_kwargs
            )

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        with self._access_logged("web_search_read"):
            return super().web_search_read(
                domain, specification, offset, limit, order, count_limit
            )

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        with self._access_logged("name_search"):
            found = super().name_search(name, domain, operator, limit)
            self._note_access("search", (id_ for id_, _name in found))
            return found

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        with self._access_logged("web_name_search"):
            return super().web_name_search(name, specification, domain, operator, limit)

    def onchange(self, values, field_names, fields_spec):
        with self._access_logged("onchange"):
            if self.id:
                self._note_access("read", self.ids)
            return super().onchange(values, field_names, fields_spec)

    def copy_data(self, default=None):
        with self._access_logged("copy"):
            self._note_access("read", self.ids)
            return super().copy_data(default)

    # ------------------------------------------------------- counts and groups

    @api.model
    def _note_groups(self, domain):
        """Note the classified files a user has counted or grouped."""
        if self.env.su or _GIVEN.get() is None:
            return
        visible = self._search([*domain, ("is_classified", "=", True)])
        self._note_access("group", visible.get_result_ids())

    @api.model
    @api.readonly
    def formatted_read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        with self._access_logged("formatted_read_group"):
            self._note_groups(domain)
            return super().formatted_read_group(
                domain, groupby, aggregates, having, offset, limit, order
            )

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(
        self, domain, grouping_sets, aggregates=(), *, order=None
    ):
        with self._access_logged("formatted_read_grouping_sets"):
            self._note_groups(domain)
            return super().formatted_read_grouping_sets(
                domain, grouping_sets, aggregates, order=order
            )

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, **kwargs):
        with self._access_logged("web_read_group"):
            self._note_groups(domain)
            return super().web_read_group(domain, groupby, *args, **kwargs)

    @api.model
    @api.readonly
    def read_group(self, domain, *args, **kwargs):
        with self._access_logged("read_group"):
            self._note_groups(domain)
            return super().read_group(domain, *args, **kwargs)

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        with self._access_logged("read_progress_bar"):
            self._note_groups(domain)
            return super().read_progress_bar(domain, group_by, progress_bar)
