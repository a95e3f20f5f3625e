"""Where the identity provider sends the browser back to: hands the answer to the core, which knows whose it is."""

from __future__ import annotations

import asyncio

from jupyter_server.auth.decorator import authorized
from tornado import web

from .callback_page import callback_page, page_policy
from .callback_words import CallbackWords, callback_words
from .core_request import ask_core
from .errors import SlipwayError
from .services import ServicesHandler

_longest_url = 16_384
_answer_seconds = 30.0


class CallbackHandler(ServicesHandler):
    """
    Takes a browser that comes from the sign-in page.

    It comes by a link of another site, so no XSRF token can be asked for: what protects is that the core knows the
    ``state`` of every sign-in that it began, and takes no other.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Hand the address to the core and say how that went."""
        words = callback_words(self.request.headers.get("Accept-Language", ""))
        error = self.get_query_argument("error", "")
        try:
            await self._complete(words)
        except SlipwayError as failure:
            said = [failure.message, failure.action or ""]
            if failure.code == "internal":
                # Of the server half or a core that broke: no news for the person, and in English alone.
                self.log.error("The answer of a sign-in page did not reach the core of Slipway: %s", failure.message)
                said = [words.broken]
            self._send(words, 400, words.failed, [*said, words.elsewhere])
        else:
            if error:
                why = self.get_query_argument("error_description", "") or error
                self._send(words, 200, words.refused, [why, words.refused_next])
            else:
                self._send(words, 200, words.done, [words.done_next])

    async def _complete(self, words: CallbackWords) -> None:
        """Raise SlipwayError where no sign-in waits for this."""
        url = self.request.full_url()
        if len(url) > _longest_url:
            raise SlipwayError(words.too_long, code="signIn.failed")
        if not self.get_query_argument("state", ""):
            raise SlipwayError(words.no_answer, code="signIn.failed")
        supervisor = self._services.supervisor
        core = supervisor.core
        if core is None:
            # A sign-in lives in the core that began it: none is started for an address that anybody can link to.
            raise SlipwayError(words.nobody_waits, code="signIn.failed")
        try:
            async with supervisor.frames() as streams:
                asked = ask_core(streams, core.protocol_version, words.locale, "identity/complete", {"url": url})
                await asyncio.wait_for(asked, _answer_seconds)
        except (ConnectionError, asyncio.TimeoutError) as error:
            raise SlipwayError(f"The core did not answer: {error!r}") from error

    def _send(self, words: CallbackWords, status: int, heading: str, paragraphs: list[str]) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", page_policy)
        # The address holds the provider's answer: nobody else learns it, and no copy of the page is kept.
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(callback_page(words.locale, heading, paragraphs))
