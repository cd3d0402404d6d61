from . import crm_customer_suspend
from . import crm_customer_change_ask
