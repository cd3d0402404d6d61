from . import crm_visit_daily_report
