"""Has the requests of all jobs made, as many at once as pays.

One thread sends orders and takes their answers as they come: waiting for one another's turn with
Python costs more than a small object. What takes long has a thread of its own.
"""

from __future__ import annotations

import _thread
import contextlib
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from registry import interrupt
from registry.remote.http import Answer, Connection
from registry.transfer.governor import Governor, Pace
from registry.transfer.order import Order

Work = Callable[[], None]
Task = Order | Work  # what is no order has a thread of its own


class _Batch:
    """The tasks of one job, and how far they are."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        self.tasks = tasks
        self.running = 0
        self.is_closed = False
        self.failure: BaseException | None = None
        self.over = threading.Event()


class _Flight(NamedTuple):
    """An order that was sent, and waits for its answer."""

    batch: _Batch
    order: Order
    connection: Connection
    since: float


class Pool:
    """`governor` says how many tasks are under way at once."""

    def __init__(self, governor: Governor, pace: Pace) -> None:
        self.governor, self._pace = governor, pace
        self._lock = threading.Lock()
        self._batches: deque[_Batch] = deque()  # that have tasks left
        self._running = 0
        self._is_served = False
        self._idle_until = 0.0
        self._flights: dict[int, _Flight] = {}
        self._poll = select.poll()
        self._bell, self._button = socket.socketpair()  # which wakes who waits for answers
        self._bell.setblocking(False)
        self._button.setblocking(False)
        self._poll.register(self._bell, select.POLLIN)

    def run(self, tasks: Iterator[Task], cut: Callable[[], None], first: bool = False) -> None:
        """Have all done, in no order. After a failure none is begun any more, and it is raised.

        `first`: before what others have asked for already.
        `cut` ends what tasks wait for. Raises KeyboardInterrupt after Ctrl-C, in any thread.
        """
        batch = _Batch(tasks)
        with self._lock:
            self._batches.insert(0 if first else len(self._batches), batch)
            if not self._is_served:
                self._is_served = True
                threading.Thread(target=self._serve, daemon=True).start()
        self._ring()
        try:
            while not batch.over.wait(0.2):
                if interrupt.asked.is_set():
                    raise KeyboardInterrupt
        except BaseException as error:
            with self._lock:
                self._close(batch, error)
            while not batch.over.wait(0.05):
                cut()
        if batch.failure:
            raise batch.failure

    def pass_by(self, count: int) -> None:
        """So many bytes pass; fewer than none: they did so in vain."""
        self.governor.moved(count)
        self._pace.take(count)

    def _serve(self) -> None:
        self._idle_until = time.monotonic()
        while self._is_busy():
            self._take_answers(1000)

    def _is_busy(self) -> bool:
        """Begin what there is room for; whether anything is under way then."""
        while taken := self._next():
            self._begin(*taken)
        with self._lock:
            self._is_served = bool(self._running or self._batches)
            return self._is_served

    def _next(self) -> tuple[_Batch, Task] | None:
        """A task of the first batch: each is placed while the next one comes.

        None while there is none, or no room for one.
        """
        with self._lock:
            while self._batches and self._running < self.governor.limit:
                batch = self._batches[0]
                try:
                    task = next(batch.tasks)
                except BaseException as error:
                    self._close(batch, None if isinstance(error, StopIteration) else error)
                    continue
                batch.running += 1
                self._running += 1
                return batch, task
        return None

    def _begin(self, batch: _Batch, task: Task) -> None:
        """A new connection takes a while to open too: whoever needs one waits beside.

        But where a store answers at once, one that had to open would be the slower one.
        """
        if not isinstance(task, Order):
            return self._beside(batch, task)
        try:
            connection = task.begin()
            if not connection and self._flights:
                self._take_answers(0)
                connection = task.begin()
        except BaseException as error:
            return self._beside(batch, partial(task.settle, error))
        if not connection:
            return self._beside(batch, task.carry_out)
        number = connection.fileno()
        self._flights[number] = _Flight(batch, task, connection, time.monotonic())
        self._poll.register(number, select.POLLIN)

    def _take_answers(self, wait: int) -> None:
        """Settle what is answered within so many milliseconds."""
        self.governor.worked(time.monotonic() - self._idle_until)
        events = self._poll.poll(wait)
        self._idle_until = time.monotonic()
        for number, _ in events:
            if number in self._flights:
                self._poll.unregister(number)
                batch, order, connection, _ = self._flights.pop(number)
                outcome = order.finish(connection)
                if isinstance(outcome, Answer) and outcome.status < 300:
                    self._do(batch, partial(order.settle, outcome))
                else:
                    self._beside(batch, partial(order.settle, outcome))
            else:
                self._bell.recv(1024)
        for flight in self._flights.values():
            if self._idle_until - flight.since < flight.connection.silent:
                break
            flight.connection.cut()

    def _beside(self, batch: _Batch, task: Work) -> None:
        """Have a thread do it, which then wakes who waits for answers."""

        def work() -> None:
            self._do(batch, task)
            self._ring()

        try:
            _thread.start_new_thread(work, ())  # threading's would be waited for until it runs
        except RuntimeError:  # the machine bears no more of them
            self._do(batch, task)

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # so many have rung that nobody listened to yet
            self._button.send(b"!")

    def _do(self, batch: _Batch, task: Work) -> None:
        error: BaseException | None = None
        try:
            task()
        except BaseException as caught:
            error = caught
        with self._lock:
            batch.running -= 1
            self._running -= 1
            self.governor.done()
            if error or batch.is_closed:
                self._close(batch, error)

    def _close(self, batch: _Batch, error: BaseException | None = None) -> None:
        """Begin no more of its tasks; it is over when the last one is."""
        batch.is_closed, batch.failure = True, batch.failure or error
        with contextlib.suppress(ValueError):
            self._batches.remove(batch)
        if not batch.running:
            batch.over.set()
