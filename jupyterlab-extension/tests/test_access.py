"""Nobody reaches a handler without Jupyter's authentication, or with a cookie alone."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from jupyter_server.utils import JupyterServerAuthWarning
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClientConnection

Connect = Callable[..., Awaitable[WebSocketClientConnection]]

pytestmark = pytest.mark.usefixtures("http_server")

_methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _rules(router: Any) -> Iterator[Any]:
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from _rules(rule.target)
        else:
            yield rule


def _ours(serverapp: Any) -> list[tuple[str, type[RequestHandler]]]:
    """Every route of ours, as a path that it matches, and its handler."""
    found = []
    for rule in _rules(serverapp.web_app.default_router):
        pattern = getattr(rule.matcher, "regex", None)
        if pattern is None or "/slipway/" not in pattern.pattern:
            continue
        path = pattern.pattern.rstrip("$").replace("(runs/.+)", "runs/local/one/artifacts/output/a.html")
        path = path.replace("([^/]+)", "panels-AAAAAAAA.js")
        assert pattern.match(path), pattern.pattern
        found.append((path, rule.target))
    return found


def _implemented(handler: type[RequestHandler], method: str) -> bool:
    name = method.lower()
    return getattr(handler, name) is not getattr(RequestHandler, name)


async def _fetch(port: int, path: str, method: str = "GET", **options: Any) -> HTTPResponse:
    body = "{}" if method in ("POST", "PUT", "PATCH") else None
    options = {"body": body, "follow_redirects": False, **options}
    request = HTTPRequest(f"http://127.0.0.1:{port}{path}", method=method, **options)
    return await AsyncHTTPClient().fetch(request, raise_error=False)


async def _signed_in(port: int, serverapp: Any) -> SimpleCookie:
    """The cookies of a browser that opened the server by the URL with its token."""
    jar: SimpleCookie = SimpleCookie()
    for path in (f"tree?token={serverapp.identity_provider.token}", "login"):
        response = await _fetch(port, f"{serverapp.base_url}{path}", headers={"Cookie": _header(jar)})
        for header in response.headers.get_list("Set-Cookie"):
            jar.load(header)
    assert any(name.startswith("username-") for name in jar), jar
    assert "_xsrf" in jar
    return jar


def _header(jar: SimpleCookie) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


async def test_all_handlers_are_walked(jp_serverapp: Any) -> None:
    names = sorted({handler.__name__ for _, handler in _ours(jp_serverapp)})
    assert names == ["ArtifactHandler", "CallbackHandler", "CoreSocketHandler", "PanelsHandler", "StatusHandler"]


async def test_the_server_finds_every_method_guarded(jp_configurable_serverapp: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", JupyterServerAuthWarning)
        jp_configurable_serverapp()
    assert [str(warning.message) for warning in caught if "slipway" in str(warning.message)] == []


@pytest.mark.parametrize("method", _methods)
async def test_no_handler_answers_without_a_token(jp_serverapp: Any, jp_http_port: int, method: str) -> None:
    for path, handler in _ours(jp_serverapp):
        code = (await _fetch(jp_http_port, path, method)).code
        # Pages are sent to the sign-in, all else is refused; a method that is not there may say so.
        allowed = {403, 302} if _implemented(handler, method) else {403, 302, 405}
        assert code in allowed, (path, method, code)


async def test_a_cookie_without_xsrf_changes_nothing(jp_serverapp: Any, jp_http_port: int) -> None:
    cookie = _header(await _signed_in(jp_http_port, jp_serverapp))
    for path, handler in _ours(jp_serverapp):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            code = (await _fetch(jp_http_port, path, method, headers={"Cookie": cookie})).code
            allowed = {403} if _implemented(handler, method) else {403, 405}
            assert code in allowed, (path, method, code)


async def test_a_cookie_with_xsrf_is_enough(jp_serverapp: Any, jp_http_port: int) -> None:
    jar = await _signed_in(jp_http_port, jp_serverapp)
    headers = {"Cookie": _header(jar), "X-XSRFToken": jar["_xsrf"].value, "Content-Type": "application/json"}
    path = f"{jp_serverapp.base_url}slipway/status"
    response = await _fetch(jp_http_port, path, "PUT", body='{"unfinished": 2}', headers=headers)
    assert response.code == 204


async def test_a_cookie_from_a_foreign_page_reads_nothing(jp_serverapp: Any, jp_http_port: int) -> None:
    cookie = _header(await _signed_in(jp_http_port, jp_serverapp))
    headers = {"Cookie": cookie, "Origin": "https://elsewhere.example", "Referer": "https://elsewhere.example/"}
    path = f"{jp_serverapp.base_url}slipway/status"
    assert (await _fetch(jp_http_port, path, headers=headers)).code in (403, 404)


async def test_a_socket_from_a_foreign_page_is_refused(
    jp_ws_fetch: Connect, jp_serverapp: Any, jp_http_port: int
) -> None:
    cookie = _header(await _signed_in(jp_http_port, jp_serverapp))
    headers = {"Origin": "https://elsewhere.example", "Cookie": cookie, "Authorization": ""}
    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch("slipway", "core", headers=headers)
    assert refused.value.code == 403
