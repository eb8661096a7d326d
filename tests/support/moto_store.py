"""moto's own server, which looks up once what it looks up anew for each request."""

from __future__ import annotations

import logging
import sys

from moto import backends
from moto.core import errors
from moto.server import main

# A third of what a request costs: all its folders are listed for each, all errors for each "no",
# and a line is logged.
_services, _errors = list(backends.list_of_moto_modules()), errors.ErrorLookupFactory()
backends.list_of_moto_modules = lambda: _services
errors.ErrorLookupFactory = lambda: _errors
logging.getLogger("werkzeug").setLevel(logging.ERROR)

main(sys.argv[1:])
