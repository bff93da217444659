"""analytics serve: the process that listens."""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hitkeep_py import __version__
from hitkeep_py.analytics import Analytics
from hitkeep_py.cli.connection_limits import ConnectionLimits
from hitkeep_py.cli.guarded_protocol import GuardedProtocol, refuse_slow_connections
from hitkeep_py.cli.logs import configure_logging
from hitkeep_py.cli.options import config_option, setting_options, settings_of
from hitkeep_py.cli.progress import progress
from hitkeep_py.cli.terminal import say
from hitkeep_py.config import SOCKET_FILE, Settings
from hitkeep_py.data_directory import DataDirectory, socket_address
from hitkeep_py.demo.account import EMAIL, renewed_password
from hitkeep_py.demo.directory import claim, demo_settings
from hitkeep_py.demo.filling import Filling
from hitkeep_py.demo.live import LiveVisitors
from hitkeep_py.demo.month import SITES
from hitkeep_py.errors import AnalyticsError
from hitkeep_py.jobs import Jobs
from hitkeep_py.server.app import Server
from hitkeep_py.server.routes import DEMO_ROUTES, ROUTES
from hitkeep_py.shortage import require_address_space

GRACE_SECONDS = 3
LAST_QUESTIONS_SECONDS = 5.0
BACKLOG = 4096
COLLECTED_AT = 20_000
log = logging.getLogger("hitkeep_py.serve")


@click.command()
@click.option(
    "--demo",
    is_flag=True,
    help="Show invented sites with visitors, in a directory of their own: ./data-demo unless --data-dir names one.",
)
@config_option
@setting_options
def serve(config: str | None, demo: bool, **flags: Any) -> None:
    """Run the server until it gets SIGTERM or Ctrl-C.

    Every setting is a flag, an environment variable HITKEEP_<SETTING> and a key of the TOML file, in this order.
    """
    settings = settings_of(config, **flags)
    if demo:
        settings = demo_settings(settings, named=flags["data_dir"] is not None)
        claim(settings.directory)
    configure_logging(settings)
    require_address_space()
    raise_open_files_limit()
    analytics = Analytics.open(settings, "analytics serve")
    try:
        analytics.lookups.open()
        with listen(settings) as listener:
            shown = prepare_demonstration(analytics) if demo else None
            uvloop.run(run(analytics, listener, shown))
    finally:
        gc.unfreeze()
        analytics.close()
    log.info(last_word(analytics.writer.lag()))


def last_word(waiting: int) -> str:
    """`waiting` events are in the inbox, and not in the store."""
    if not waiting:
        return "stopped; everything acknowledged is in the store"
    return f"stopped; everything acknowledged is safe: {waiting} events wait in the inbox for the next start"


@dataclass(frozen=True, slots=True)
class Demonstration:
    visitors: LiveVisitors
    password: str


def prepare_demonstration(analytics: Analytics) -> Demonstration:
    """With every event up to now, and a new password."""
    password = renewed_password(analytics.catalog.users)
    filling = Filling(analytics)
    log.info("inventing visitors up to now; two months take some ten seconds")
    with progress("Inventing two months of visitors", lambda: filling.done):
        filling.fill()
    return Demonstration(LiveVisitors(analytics, filling.month), password)


def listen(settings: Settings) -> socket.socket:
    """Raises AnalyticsError when the address cannot be had."""
    if settings.socket_file:
        return listen_on_file(settings.socket_file)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return bound(socket.socket(family, kind, protocol), address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AnalyticsError(f"cannot listen on {settings.host}:{settings.port}: {reason}") from error


def bound(listener: socket.socket, address: Any) -> socket.socket:
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def listen_on_file(path: Path) -> socket.socket:
    """A socket file for a proxy on this machine: its group, and with it whoever may enter the folder, may use it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket() and not is_served(path):
            path.unlink()  # of a server that was killed
        with socket_address(path) as address:
            listener.bind(address)
        path.chmod(0o660)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AnalyticsError(f"cannot listen on {SOCKET_FILE}{path}: {error.strerror or error}") from error
    return listener


def is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client, socket_address(path) as address:
        return client.connect_ex(address) == 0


async def run(analytics: Analytics, listener: socket.socket, demo: Demonstration | None = None) -> None:
    loop = asyncio.get_running_loop()
    server = Server(analytics, (*ROUTES, *DEMO_ROUTES)) if demo else Server(analytics)
    jobs = Jobs(analytics)
    settings = analytics.settings
    limits = ConnectionLimits(settings.max_connections, settings.max_connections_per_client)
    public = QuietServer(uvicorn_config(server.app, partial(GuardedProtocol, limits, server.addresses.connection_key)))
    assert analytics.directory is not None
    with local_socket(analytics.directory) as local_listener:
        local = QuietServer(uvicorn_config(server.local_app))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, server, public, local)
        for number in (signal.SIGHUP, signal.SIGUSR1):
            # What programs that rotate logs send. The log's file is looked at for each line.
            loop.add_signal_handler(number, log.info, "goes on after %s", number.name)
        jobs.start()
        sweep = asyncio.create_task(refuse_slow_connections(public.server_state.connections))
        if demo:
            demo.visitors.start()
        announce(server, listener, demo)
        calm_collector()
        try:
            await asyncio.gather(public.serve([listener]), local.serve([local_listener]))
        finally:
            sweep.cancel()
            if demo:
                await asyncio.to_thread(demo.visitors.stop)
            await asyncio.to_thread(jobs.stop)
    if not await asyncio.to_thread(analytics.questions.finish, LAST_QUESTIONS_SECONDS):
        leave_questions_behind(analytics)


def leave_questions_behind(analytics: Analytics) -> NoReturn:
    """Ends the process. Its threads would wait for an engine that cannot be interrupted, and which only reads."""
    log.warning("a question still runs, and is given up")
    analytics.close()
    log.info(last_word(analytics.writer.lag()))
    logging.shutdown()
    os._exit(0)


class QuietServer(uvicorn.Server):
    """A uvicorn server whose signals are handled by `run`, since there are two."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def stop(product: Server, *servers: uvicorn.Server) -> None:
    product.streams.ending = True
    for server in servers:
        server.force_exit = server.should_exit
        server.should_exit = True


def uvicorn_config(app: Any, protocol: Any = HttpToolsProtocol) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )


@contextmanager
def local_socket(directory: DataDirectory) -> Iterator[socket.socket]:
    """The socket file for the command line; only this system user may open it."""
    with suppress(FileNotFoundError):
        directory.socket.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with socket_address(directory.socket) as address:
        listener.bind(address)
    directory.socket.chmod(0o600)
    listener.listen()
    try:
        yield listener
    finally:
        listener.close()
        with suppress(FileNotFoundError):
            directory.socket.unlink()


def announce(server: Server, listener: socket.socket, demo: Demonstration | None = None) -> None:
    """ "listens on" comes last: who waits for it has read all there is to read."""
    settings = server.analytics.settings
    listening = address_of(listener)
    address = settings.public_url or listening
    if demo:
        announce_demonstration(address, demo.password, settings.data_dir)
    if not server.analytics.catalog.users.exist():
        say(
            "\nThere is no user yet. Make the first one within 15 minutes in a browser,\n\n"
            f"  {address}/setup#token={server.logins.setup_token}\n\n"
            "or at any time with\n\n"
            f"  {sys.argv[0]} user add you@example.com --data-dir {settings.directory.resolve()}\n\n"
            "or with\n\n"
            f"  curl -c cookies.txt {address}/api/initial-user -H 'Content-Type: application/json' \\\n"
            f'    -d \'{{"setup_token":"{server.logins.setup_token}","email":"you@example.com",'
            '"password":"..."}\'\n',
            error=True,
        )
    reached = f", reached at {settings.public_url}" if settings.public_url else ""
    log.info("analytics %s listens on %s%s, data in %s", __version__, listening, reached, settings.directory.resolve())


def address_of(listener: socket.socket) -> str:
    if listener.family == socket.AF_UNIX:
        return f"{SOCKET_FILE}{os.fsdecode(listener.getsockname())}"
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def announce_demonstration(address: str, password: str, directory: str) -> None:
    sites = "".join(f"  {each.domain:20} {each.about}\n" for each in SITES)
    say(
        f"\nThis is a demonstration; everything in it is invented.\n\n{sites}\n"
        f"  {address}/       the dashboard\n"
        f"  {address}/demo   try the tracker, and see what becomes of each event\n"
        f"  {address}/docs   the API and every report\n\n"
        f"Log in as {EMAIL} with the password {password}, which is good until the next start.\n"
        f"Commands look at it with --data-dir {directory}, such as: {sys.argv[0]} site list --data-dir {directory}\n",
        error=True,
    )


def raise_open_files_limit() -> None:
    """10,000 idle connections must not exhaust the usual 1,024 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def calm_collector() -> None:
    """Modules and look-ups never become garbage: keep the collector from walking through them.

    It runs rarely besides, since nothing here makes cycles at a rate: at Python's own threshold of 700 objects it took
    a third of the time of a batch of 50 events.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AT, 20, 50)
