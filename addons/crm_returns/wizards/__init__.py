from . import crm_return_comment
from . import stock_return_picking
from . import crm_return_ask
