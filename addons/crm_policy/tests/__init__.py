from . import test_abuse
from . import test_approval
from . import test_authority
from . import test_deadline
from . import test_guard
from . import test_register
from . import test_register_months
from . import test_routing
