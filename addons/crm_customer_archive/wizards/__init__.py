from . import crm_customer_suspend
from . import crm_customer_change_ask
from . import crm_credit_reason
from . import crm_verification_answer
from . import crm_customer_class_preview
from . import crm_customer_class_revoke
from . import base_partner_merge
from . import crm_master_data_return
