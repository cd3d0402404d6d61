from . import verification
from . import export
from . import xlsx
