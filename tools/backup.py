"""Saving and restoring a database together with its files."""

import os
import shutil
import zipfile
from pathlib import Path

from . import paths, stack
from .errors import CrmError


def backup(options):
    """``./crm backup FILE``: written aside, then renamed."""
    file = Path(options.file).expanduser().absolute()
    if not file.parent.is_dir():
        raise CrmError(f"there is no folder {file.parent}")
    if file.exists():
        raise CrmError(f"{file} is there already; choose another name")
    databases = stack.database_of(options)
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    try:
        databases.click_odoo(
            "Saving the database", "backupdb", "--format", "zip", options.db, part,
            name=options.db,
        )  # fmt: skip
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    print(f"{file} ({file.stat().st_size >> 20} MB)")


def restore(options):
    """``./crm restore FILE --db NAME``: under another name until complete."""
    paths.check_database_name(options.db)
    file = Path(options.file).expanduser().absolute()
    if not file.is_file():
        raise CrmError(f"there is no file {file}")
    if not zipfile.is_zipfile(file):
        raise CrmError(f"{file} is no backup (not a zip file)")
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    if "dump.sql" not in names:
        raise CrmError(f"{file} is no backup of Odoo (it holds no dump.sql)")
    databases = stack.connect()
    if databases.exists(options.db):
        raise CrmError(f"the database {options.db} is there already; choose another")
    making = f"{options.db}.making"
    databases.drop(making)
    try:
        databases.click_odoo(
            "Restoring the database", "restoredb", "--move", making, file
        )
        databases.check(making)
    except CrmError:
        databases.drop(making)
        raise
    databases.rename(making, options.db)
    shutil.rmtree(databases.target.filestore(making), ignore_errors=True)
    print(f"{options.db} restored; ./crm run --db {options.db} serves it")
