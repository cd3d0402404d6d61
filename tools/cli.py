"""The commands of ``./crm``."""

import argparse
import os
import signal
import subprocess
import sys

from . import (
    backup,
    lint,
    paths,
    proc,
    server,
    settings,
    stack,
    testing,
)
from .errors import CrmError
from .progress import PROGRESS

DESCRIPTION = """\
Everything this project does is done with this command. It gets Odoo 19, its Python
packages and a PostgreSQL by itself the first time.

environment:
  CRM_HOME      folder of everything downloaded or generated (default: .crm)
  ODOO_HOME     an Odoo 19.0 that is already there: a checkout or an unpacked package
  CRM_DB_HOST, CRM_DB_PORT, CRM_DB_USER, CRM_DB_PASSWORD
                a PostgreSQL server of your own; config/odoo.conf may name it too

exit code: 0 done, 1 checks failed, 2 something is to be put right (one line says what)
"""
#: Commands whose further arguments belong to the program they call.
PASS_ON = ("test", "psql")
DEFAULT_DATABASE = "crm"
DEFAULT_PORT = 8069


def parser():
    result = argparse.ArgumentParser(
        prog="./crm",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, function, text, **options):
        command = commands.add_parser(name, help=text, description=text, **options)
        command.set_defaults(function=function)
        return command

    run = add("run", run_server, "serve; make the database with the demo company first")
    run.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="N")
    run.add_argument("--no-demo", action="store_true", help="an empty company instead")
    run.add_argument("--workers", type=int, metavar="N", help="worker processes")
    run.add_argument("--detach", action="store_true", help="serve in the background")
    add("stop", stop, "stop the server and the embedded PostgreSQL")
    add("status", status, "say what runs; exit code 0 only when Odoo answers")
    shell = add("shell", shell_, "Odoo's Python shell on the database")
    psql = add("psql", psql_, "PostgreSQL's client; further arguments are psql's")
    upgrade = add("upgrade", upgrade_, "after a pull: update the addons that changed")
    test = add("test", testing.command, "all tests; further arguments are pytest's")
    test.add_argument(
        "--fast",
        action="store_true",
        help="no browser, no installations",
    )
    lint_ = add("lint", lint.command, "check style and look for errors")
    lint_.add_argument("--fix", action="store_true", help="correct what can be")
    lint_.add_argument("part", nargs="?", choices=["all", *lint.PARTS], metavar="PART")
    lint_.add_argument("files", nargs="*", help="only these files or folders")
    bench = add("bench", bench_, "measure: all benchmarks or one")
    bench.add_argument("name", nargs="?")
    save = add("backup", backup.backup, "save a database and its files to FILE (.zip)")
    save.add_argument("file")
    restore = add("restore", backup.restore, "make the database NAME from FILE")
    restore.add_argument("file")
    restore.add_argument("--db", required=True, metavar="NAME")
    for command in (run, shell, psql, upgrade, save):
        command.add_argument("--db", default=DEFAULT_DATABASE, metavar="NAME")
    return result


def main(arguments):
    signal.signal(signal.SIGTERM, _terminated)
    paths.keep_caches_home()
    reader = parser()
    options, rest = reader.parse_known_args(arguments)
    if rest and options.command not in PASS_ON:
        reader.error(f"unknown arguments: {' '.join(rest)}")
    options.arguments = [argument for argument in rest if argument != "--"]
    try:
        return options.function(options) or 0
    except CrmError as error:
        return fail(str(error), error.log)
    except OSError as error:
        if error.errno in (28, 122):
            return fail(f"disk full: {error.filename or paths.crm_home()}")
        raise
    except KeyboardInterrupt:
        print("\ncrm: stopped; the same command goes on from here", file=sys.stderr)
        return 130


def fail(message, log=None):
    if log:
        print(proc.tail(log), file=sys.stderr)
        message = f"{message} (log: {log})"
    print(f"crm: {message}", file=sys.stderr)
    return 2


def _terminated(_number, _frame):
    raise KeyboardInterrupt


# -- run, stop, status ---------------------------------------------------------
def run_server(options):
    paths.check_database_name(options.db)
    paths.ensure_home()
    running = server.state()
    if running:
        raise CrmError(
            f"already running at {server.url(running['port'])} (database "
            f"{running['database']}); ./crm stop stops it"
        )
    check_ports(options)
    first = not (paths.crm_home() / "venv").exists()
    server.check_disk(first)
    target = settings.Target()
    was_up = bool(target.cluster) and target.cluster.data.exists() and _up(target)
    databases = stack.connect(needs=("venv", "pdf", "fonts"), target=target)
    try:
        databases.make(options.db, demo=not options.no_demo)
        return serve(options, databases)
    finally:
        if not options.detach and not was_up and target.cluster:
            # Another ./crm may be using the PostgreSQL that this one started.
            if target.cluster.wait_idle():
                target.stop()


def _up(target):
    return target.cluster.running()


def check_ports(options):
    server.check_port(options.port)
    if options.workers:
        server.check_port(options.port + server.SECOND_PORT_STEP, "live messages")


def serve(options, databases):
    more = {}
    if options.workers:
        more["gevent_port"] = options.port + server.SECOND_PORT_STEP
    odoo = server.Server(
        databases, options.db, options.port, workers=options.workers, **more
    )
    check_ports(options)
    odoo.start(detach=options.detach)
    odoo.note()
    introduce(options, odoo, databases)
    if options.detach:
        return 0
    try:
        code = odoo.child.wait()
    except KeyboardInterrupt:
        with PROGRESS.step("Stopping Odoo"):
            odoo.stop()
        server.state_file().unlink(missing_ok=True)
        return 0
    server.state_file().unlink(missing_ok=True)
    raise CrmError(f"Odoo ended by itself with code {code}", log=odoo.log)


def introduce(options, odoo, databases):
    print(f"\n  {server.url(odoo.port)}   database {odoo.name}")
    for login, password, role in demo_logins(databases, options.db):
        print(f"  {login:<12} {password:<12} {role}")
    print(f"  log: {odoo.log}")
    if options.workers:
        print(
            "  with workers, live messages need a reverse proxy that sends "
            f"/websocket to port {odoo.options['gevent_port']}"
        )
    print("  Ctrl-C stops" if not options.detach else "  ./crm stop stops", flush=True)


def demo_logins(databases, name):
    """Login, password and role of the demo users that are in the database."""
    try:
        from .demo.logins import LOGINS
    except ModuleNotFoundError:
        LOGINS = []
    logins = [("admin", "admin", "administrator 系统管理员"), *LOGINS]
    rows = databases.sql("SELECT login FROM res_users WHERE active", database=name)
    there = {login for (login,) in rows}
    return [entry for entry in dict.fromkeys(logins) if entry[0] in there]


def stop(_options):
    stopped = []
    if server.stop_noted():
        stopped.append("Odoo")
    target = settings.Target()
    if target.cluster and target.cluster.data.exists() and target.stop():
        stopped.append("PostgreSQL")
    print(f"stopped {' and '.join(stopped)}" if stopped else "nothing was running")


def status(_options):
    running = server.state()
    target = settings.Target()
    if target.cluster:
        up = target.cluster.data.exists() and target.cluster.running()
        print(f"PostgreSQL (embedded): {'running' if up else 'not running'}")
    else:
        print(f"PostgreSQL: {target.connection.get('db_host', 'socket')} (yours)")
    if not running:
        print("Odoo: not running")
        return 1
    fine = server.answers(running["port"])
    where = f"{server.url(running['port'])} database {running['database']}"
    print(f"Odoo: {'answers' if fine else 'does not answer'} at {where}")
    return 0 if fine else 1


# -- tools on a database -------------------------------------------------------
def shell_(options):
    databases = stack.database_of(options)
    conf = databases.conf(options.db, workers=0, max_cron_threads=0, log_level="warn")
    arguments = ["shell", "-c", str(conf), "-d", options.db, "--no-http"]
    return _foreground(databases.odoo_command(*arguments), databases)


def psql_(options):
    databases = stack.database_of(options)
    target = databases.target
    program = target.cluster.program("psql") if target.cluster else "psql"
    command = [program, "-d", options.db, *options.arguments]
    return _foreground(command, databases)


def _foreground(command, databases):
    """Hand the terminal over to a program and come back with its exit code."""
    command = [str(part) for part in command]
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        environ = databases.target.environment()
        return subprocess.run(
            command, env=environ, preexec_fn=_default_interrupt
        ).returncode
    except FileNotFoundError as error:
        raise CrmError(f"{command[0]} is not installed") from error
    finally:
        signal.signal(signal.SIGINT, previous)


def _default_interrupt():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def upgrade_(options):
    running = server.state()
    if running and running["database"] == options.db:
        raise CrmError("Odoo is running; ./crm stop first, then ./crm upgrade")
    databases = stack.database_of(options)
    log = databases.click_odoo(
        "Updating changed addons", "update", "-d", options.db, name=options.db
    )
    text = log.read_text(errors="replace")
    updated = [name for name in paths.own_addons() if f"Loading module {name} " in text]
    rows = databases.sql(
        "SELECT name FROM ir_module_module WHERE state = 'installed'",
        database=options.db,
    )
    absent = set(paths.own_addons()) - {name for (name,) in rows}
    if "Updating addons" in text or updated:
        print(f"updated; log: {log}")
    else:
        print("nothing changed")
    if absent:
        print(f"not installed: {', '.join(sorted(absent))}")


def bench_(options):
    from . import bench

    return bench.command(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [os.environ.get("CRM_COMMAND", "--help")]))
