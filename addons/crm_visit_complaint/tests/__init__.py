from . import test_visit_complaint
