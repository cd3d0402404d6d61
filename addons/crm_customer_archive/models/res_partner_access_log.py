"""Every reading of a classified customer file is logged (ARC-205, ARC-208).

The methods that hand out values stand here, not the ones that compute with them: what
the system reads for itself (sudo) is not logged. The outermost call makes one row.

A list costs no query more for it: whether a file is classified comes with the page,
and what the rules have let through is not asked about a second time.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models

# The running call that hands out values, or None outside of one.
_CALL = ContextVar("crm_access_log_call", default=None)


class Call:
    """What the outermost call has handed out, and found by the reader's rules."""

    __slots__ = ("found", "given", "searching")

    def __init__(self, searching):
        #: Whether it searches and reads only: no value changes what may be seen.
        self.searching = searching
        #: Ids handed out, by kind.
        self.given = {}
        #: Ids the rules let through, by user and companies.
        self.found = {}


class ResPartner(models.Model):
    _inherit = "res.partner"

    @contextmanager
    def _access_logged(self, method, searching=False):
        """Log what the call inside gives out, once, under the outermost method."""
        if self.env.su or _CALL.get() is not None:
            yield
            return
        call = Call(searching)
        token = _CALL.set(call)
        try:
            yield
        finally:
            _CALL.reset(token)
        for kind, ids in call.given.items():
            secret = self._classified_among(ids)
            if secret:
                self.env["crm.access.log"]._record(
                    kind, method, secret, classified=True
                )

    @api.model
    def _note_access(self, kind, ids):
        call = _CALL.get()
        if call is not None and not self.env.su:
            call.given.setdefault(kind, set()).update(id_ for id_ in ids if id_)

    @api.model
    def _classified_among(self, ids):
        """Return the classified of these files and contacts, by ids."""
        # sudo: the log names what was given out, the reader's rules have been applied
        partners = self.sudo().with_context(active_test=False).browse(ids)
        classified = self._fields["is_classified"]
        unknown = set(classified._cache_missing_ids(partners))
        secret = [
            partner.id
            for partner in partners
            if partner.id not in unknown and partner.is_classified
        ]
        if unknown:
            domain = [("id", "in", list(unknown)), ("is_classified", "=", True)]
            secret += partners._search(domain).get_result_ids()
        return secret

    # ------------------------------------------------------- pages of searches

    @api.model
    def _reader_key(self):
        return self.env.uid, tuple(self.env.context.get("allowed_company_ids") or ())

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        call = _CALL.get()
        if call is None or self.env.su:
            return super().search_fetch(domain, field_names, offset, limit, order)
        # sudo: the rules ask this of the companies, and not the rest of their records
        self.env.companies.sudo().fetch(["parent_path", "customer_pool"])
        if field_names is not None:
            field_names = [*field_names, "is_classified"]
        page = super().search_fetch(domain, field_names, offset, limit, order)
        if call.searching:
            call.found.setdefault(self._reader_key(), set()).update(page._ids)
        return page

    def _check_access(self, operation):
        """Ask the database about a whole page at once, and once only.

        The platform evaluates the rules record by record where values are in memory
        already; that would cost a list more than fetching it.
        """
        if operation == "read" and len(self) > 1 and all(self._ids):
            allowed = self.env["ir.model.access"].check(
                self._name, "read", raise_exception=False
            )
            if allowed and self._all_visible():
                return None
        return super()._check_access(operation)

    def _all_visible(self):
        call = _CALL.get()
        ids = set(self._ids)
        if call is not None and ids <= call.found.get(self._reader_key(), set()):
            return True
        files = self.with_context(active_test=False)
        return len(files._search([("id", "in", self.ids)])) == len(ids)

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
        with self._access_logged("search_read", searching=True):
            return super().search_read(
                domain, fields, offset, limit, order, **read_kwargs
            )

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        with self._access_logged("web_search_read", searching=True):
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
        if self.env.su or _CALL.get() is None:
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
    @api.deprecated("Deprecated as the platform's own.")
    def read_group(
        self, domain, fields, groupby, offset=0, limit=None, orderby=False, lazy=True
    ):
        with self._access_logged("read_group"):
            self._note_groups(domain)
            return super().read_group(
                domain, fields, groupby, offset, limit, orderby, lazy
            )

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        with self._access_logged("read_progress_bar"):
            self._note_groups(domain)
            return super().read_progress_bar(domain, group_by, progress_bar)
