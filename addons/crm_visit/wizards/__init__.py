from . import crm_visit_daily
from . import crm_visit_reason
