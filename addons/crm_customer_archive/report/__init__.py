from . import crm_customer_analysis_mixin
from . import crm_customer_sales_report
from . import crm_customer_growth_report
from . import crm_customer_share_report
from . import crm_customer_payment_report
from . import crm_customer_figures
