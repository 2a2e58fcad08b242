"""A stand-in for Vault's transit engine, so that stacks under test need no passphrase.

From a passphrase Pulumi derives a key in a million rounds, in each command that opens or makes a state: that is half of
what a `pulumi up` without changes takes. Nothing is encrypted here, so a stack can be copied to whatever has a Vault.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROVIDER = "hashivault://tests"
"""For `pulumi stack init --secrets-provider`."""
SEALED = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "/encrypt/" in self.path:
            answer = {"ciphertext": SEALED + given["plaintext"]}
        else:
            answer = {"plaintext": given["ciphertext"].removeprefix(SEALED)}
        body = json.dumps({"data": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def vault() -> Iterator[Mapping[str, str]]:
    """Variables that lead Pulumi to it, while it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "none"}
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
