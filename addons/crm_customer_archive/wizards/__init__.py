from . import crm_customer_suspend
