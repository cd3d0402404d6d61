from . import crm_customer_suspend
from . import crm_customer_change_ask
from . import crm_credit_reason
from . import crm_verification_answer
