from . import crm_approval_reject
from . import crm_routing_answer
from . import crm_routing_extend
