"""Sessions of people in a browser: a random cookie, kept in this process, ended by time.

The demonstration prints one login link that works once; behind it one chooses a role. An
installation with tokens lets a person exchange a token for a session.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from aggregates.decisions import Caller

SESSION_HOURS = 12
SESSIONS_MAX = 10_000
COOKIE = "mingzhang_session"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in.

    Attributes:
        caller: As whom; None between the login link and the choice of a role.
        until: When it ends.
        demo: Whether the role may be changed at will.
    """

    caller: Caller | None
    until: datetime
    demo: bool


class Sessions:
    """The sessions of one process.

    Attributes:
        link_code: The code of the one-time login link, None once it was used or never made.
    """

    def __init__(self) -> None:
        self.link_code: str | None = None
        self._held: OrderedDict[str, Session] = OrderedDict()

    def make_link(self) -> str:
        """Make the code of a login link that works once."""
        self.link_code = secrets.token_urlsafe(24)
        return self.link_code

    def take_link(self, code: str, now: datetime) -> str | None:
        """Exchange the login link's code for a session's id; None for a wrong or used one."""
        if self.link_code is None or not compare_digest(self.link_code, code):
            return None
        self.link_code = None
        return self.begin(None, now, demo=True)

    def begin(self, caller: Caller | None, now: datetime, *, demo: bool = False) -> str:
        """Begin a session and return its id."""
        one = secrets.token_urlsafe(32)
        self._held[one] = Session(caller, now + timedelta(hours=SESSION_HOURS), demo)
        while len(self._held) > SESSIONS_MAX:
            self._held.popitem(last=False)
        return one

    def choose(self, one: str, caller: Caller, now: datetime) -> bool:
        """Give a demonstration session a role; False if it may not choose."""
        session = self.of(one, now)
        if session is None or not session.demo:
            return False
        self._held[one] = Session(caller, session.until, demo=True)
        return True

    def of(self, one: str, now: datetime) -> Session | None:
        """Return a living session."""
        session = self._held.get(one)
        if session is None:
            return None
        if session.until <= now:
            del self._held[one]
            return None
        return session

    def end(self, one: str) -> None:
        """End a session."""
        self._held.pop(one, None)
