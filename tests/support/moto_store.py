"""moto's own server, which looks up once what it looks up anew for each request."""

from __future__ import annotations

import functools
import logging
import sys

from moto import backends
from moto.core import errors, serialize
from moto.server import main

# A third of what a request costs: all its folders are listed for each, all errors for each "no",
# and a line is logged; a third of what a row of a listing costs: its time is guessed from a text.
_services, _errors = list(backends.list_of_moto_modules()), errors.ErrorLookupFactory()
backends.list_of_moto_modules = lambda: _services
errors.ErrorLookupFactory = lambda: _errors
serialize.parse_to_aware_datetime = functools.lru_cache(10_000)(serialize.parse_to_aware_datetime)
logging.getLogger("werkzeug").setLevel(logging.ERROR)

main(sys.argv[1:])
