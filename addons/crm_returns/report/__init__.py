from . import crm_collection_report
from . import crm_return_ageing_report
from . import crm_return_rate_report
