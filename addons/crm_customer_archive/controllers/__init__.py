from . import verification
from . import export
