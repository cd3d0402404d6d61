from . import crm_complaint_reason
from . import crm_complaint_hotline
from . import crm_complaint_words
from . import crm_complaint_outcome
from . import crm_complaint_charge_text
