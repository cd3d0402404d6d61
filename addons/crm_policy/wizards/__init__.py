from . import crm_approval_reject
