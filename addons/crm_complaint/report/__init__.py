from . import crm_complaint_figures
from . import crm_complaint_rate_report
from . import crm_complaint_time_report
from . import crm_complaint_pareto_report
from . import crm_collection_report
from . import crm_sanction_announcement
