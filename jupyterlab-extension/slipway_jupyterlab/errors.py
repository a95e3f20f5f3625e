"""Failures with a name, as the core words them: what happened, and what to do next."""

from __future__ import annotations

import json


class SlipwayError(Exception):
    """A failure that a person reads; its code is one of the core's error codes."""

    def __init__(self, message: str, *, action: str | None = None, code: str = "internal") -> None:
        """Keep what is shown: a sentence, and where there is one, the next step."""
        super().__init__(message)
        self.message = message
        self.action = action
        self.code = code

    def data(self) -> dict[str, str]:
        """Return the fields that the core puts beside a message."""
        return {"code": self.code} if self.action is None else {"code": self.code, "action": self.action}

    def farewell(self) -> str:
        """Return the frame that tells a client why its connection ends; it answers no request."""
        error = {"code": -32803, "message": self.message, "data": self.data()}
        return json.dumps({"jsonrpc": "2.0", "id": None, "error": error})
