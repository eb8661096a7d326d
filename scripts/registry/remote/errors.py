"""Says how a store can fail to do what it was asked for."""

from __future__ import annotations

from registry.errors import Unreachable

EXPIRED = {"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestExpired"}
_WRONG = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}


class Denied(Unreachable):
    """The store answered, and the answer was no: its status and code say why."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        if code == "AccessDenied":
            self.cure = "`make doctor` tells which rights are missing"
        elif self.is_of_keys:
            self.cure = "`make doctor` tells what is wrong with the keys or the clock"

    @property
    def is_of_keys(self) -> bool:
        """Whether it is the keys, or the clock, that are wrong: of rights that says nothing."""
        return self.code in EXPIRED | _WRONG


class ServerError(Unreachable):
    """The store answers, but only that something broke (500, 503), for as long as we asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Overtaken(Denied):
    """Somebody else wrote the object since it was listed."""


class Silent(Unreachable):
    """No answer came in time, or none but that it should be tried again."""
