from . import test_abuse
from . import test_approval
from . import test_authority
from . import test_guard
