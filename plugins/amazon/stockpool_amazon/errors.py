"""What can go wrong with the Selling Partner API, as kinds of the engine's four errors.

TransientError
├── UnreadableAnswer    an answer that we asked for makes no sense to us
├── CredentialsRefused  also a ConfigurationError: a person has to mend the credentials
└── QueueUnavailable    the queue of notifications can't be read
RejectedError
└── AmazonRefusal       Amazon's own code, its words, and the request's id
"""

from __future__ import annotations

from stockpool.errors import ConfigurationError, RejectedError, TransientError


class UnreadableAnswer(TransientError):
    """An answer to a question of ours can't be read. Names the field; nothing was changed."""


class QueueUnavailable(TransientError):
    """SQS can't be reached, or refuses; the message says why. Polling goes on."""


class CredentialsRefused(ConfigurationError, TransientError):
    """Amazon does not let us in, or a secret has gone; the message says what to mend.

    Nothing was done, and nothing is wrong with what was asked: it can be tried again once the
    credentials are right. So this is no `RejectedError`, which would put orders on hold (and,
    where an order is looked for, would let its units go).
    """


class AmazonRefusal(RejectedError):
    """Amazon understood and refused (HTTP 4xx).

    Args:
        code: Amazon's (`InvalidInput` ...).
        message: its words without personal data, with the request's id for Amazon's support.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, *, status: int) -> None:
        super().__init__(code, message)
        self.status = status

    @property
    def of_unknown_id(self) -> bool:
        """Whether an order that was asked for by its id does not exist.

        Amazon says so with 404, or with 400 InvalidInput (the id is all that was sent). Another
        400 is no proof of anything.
        """
        return self.status == 404 or (self.status == 400 and self.code == "InvalidInput")
