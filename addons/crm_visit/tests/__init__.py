from . import test_visit
from . import test_visit_access
from . import test_visit_calendar
from . import test_visit_due
from . import test_visit_plan
from . import test_visit_print
from . import test_visit_rpc
from . import test_visit_verification
