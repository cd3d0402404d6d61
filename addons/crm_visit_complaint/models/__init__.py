from . import crm_complaint
from . import crm_visit_finding
