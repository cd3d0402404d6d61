from . import test_registration
from . import test_customer_use
from . import test_customer_access
from . import test_customer_data
from . import test_customer_import
from . import test_customer_rpc
from . import test_take_over
from . import test_grading_figures
