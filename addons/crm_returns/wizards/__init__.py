from . import crm_return_comment
