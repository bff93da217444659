"""A proxy as a shared host has one: the server is below a path of it, which the proxy takes away or leaves."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from hitkeep_py.cli.access import SocketConnection

OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding")


@contextmanager
def proxy(socket_file: Path, base: str, *, takes_away: bool) -> Iterator[str]:
    """Its address with the path. All else is answered 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(base):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_ONE_CONNECTION}
            headers["X-Forwarded-For"] = self.client_address[0]
            with closing(SocketConnection(socket_file)) as connection:
                path = self.path.removeprefix(base) if takes_away else self.path
                connection.request(self.command, path or "/", body, headers)
                answer = connection.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in OF_ONE_CONNECTION:
                        self.send_header(name, value)
                self.end_headers()
                while piece := answer.read1():
                    self.wfile.write(piece)
                    self.wfile.flush()

        do_POST = do_PATCH = do_DELETE = do_OPTIONS = do_GET

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{base}"
        finally:
            server.shutdown()
            thread.join()
