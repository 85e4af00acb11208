"""When a service counts as ready: `ready.tcp(5432)`, `ready.http(8080, "/health")`, `ready.line("listening")` …"""

from ._service import Ready, check, file, line, tcp
from ._service import http_get as http

__all__ = ["Ready", "check", "file", "http", "line", "tcp"]
