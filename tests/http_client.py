"""Starlette's test client, calling the application on a loop of its own thread: its own way takes seven hand-overs
between threads a request, which is three times the time."""

import asyncio
import threading
from functools import cache
from typing import Any, Self
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient


class HttpClient(TestClient):
    def __init__(self, app: Any, *, client: tuple[str, int] = ("testclient", 50000), **options: Any) -> None:
        reraise = options.get("raise_server_exceptions", True)
        super().__init__(app, client=client, **options)
        self._transport = Transport(app, client, reraise=reraise)

    def __enter__(self) -> Self:
        """Without the thread that Starlette's starts."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Transport(httpx2.BaseTransport):
    def __init__(self, app: Any, client: tuple[str, int], *, reraise: bool) -> None:
        self._app = app
        self._client = client
        self._reraise = reraise

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        run = main_loop().run_until_complete if in_main_thread() else asyncio.run
        sent = run(self._call(self._scope(request), request.read()))
        body = b"".join(each.get("body", b"") for each in sent[1:]) if request.method != "HEAD" else b""
        return httpx2.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)

    def _scope(self, request: httpx2.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": unquote(url.path),
            "raw_path": url.raw_path.partition(b"?")[0],
            "root_path": "",
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self._client,
            "server": (url.host, url.port or {"http": 80, "https": 443}[url.scheme]),
        }

    async def _call(self, scope: dict[str, Any], body: bytes) -> list[Any]:
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[Any] = []
        complete = asyncio.Event()

        async def receive() -> dict[str, Any]:
            for message in messages:
                return message
            await complete.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                complete.set()

        try:
            await self._app(scope, receive, send)
        except Exception:
            if self._reraise:
                raise
        assert sent, "the application sent nothing"
        return sent


def in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@cache
def main_loop() -> asyncio.AbstractEventLoop:
    """To open one takes 1 ms."""
    return asyncio.new_event_loop()
