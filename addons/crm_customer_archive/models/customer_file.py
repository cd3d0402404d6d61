"""Files with customer data on their way out carry a password (GAP-54, REAL).

The policy wants a password on customer material. A file is a workbook or a PDF, which
are encrypted by their own formats, or it cannot carry a password and is refused. Rows
that are answered to a program or shown on screen are no file.
"""

import io
from contextlib import contextmanager
from contextvars import ContextVar

from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter

# The file that the running request makes: nothing a client sends can set it.
_FILE = ContextVar("crm_customer_file", default=None)
SEALED = ("xlsx", "pdf")


class CustomerFile:
    """A file being made.

    :ivar format: "xlsx", "pdf", "csv" or "vcard"
    :ivar password: what encrypts it, or None: nothing in it needs one
    :ivar requests: numbers of the requests that grant it
    """

    def __init__(self, file_format):
        self.format = file_format
        self.password = None
        self.requests = []

    @property
    def can_be_sealed(self):
        return self.format in SEALED

    def seal(self, content):
        """Return the bytes, encrypted where their contents need it."""
        if not self.password:
            return content
        sealed = io.BytesIO()
        if self.format == "pdf":
            writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content), strict=False))
            writer.encrypt(self.password, algorithm="AES-256")
            writer.write(sealed)
        else:
            OOXMLFile(io.BytesIO(content)).encrypt(self.password, sealed)
        return sealed.getvalue()


@contextmanager
def customer_file(file_format):
    """What is exported inside ends in a file of this format."""
    file = CustomerFile(file_format)
    token = _FILE.set(file)
    try:
        yield file
    finally:
        _FILE.reset(token)


def file_being_made():
    """Return the file that the running request makes, or None."""
    return _FILE.get()
