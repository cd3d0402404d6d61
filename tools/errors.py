"""The one exception that ``./crm`` shows to its user as a line."""


class CrmError(Exception):
    """Something the user can put right: printed as one line, exit code 2."""

    def __init__(self, message, log=None):
        super().__init__(" ".join(str(message).split()))
        #: Path of a log file whose last lines help, or None.
        self.log = log
