"""Start a server of one's own, ask it one question, stop it."""

import os
import subprocess  # nosec B404 - it asks a server in a process of its own
import sys
import urllib.error
import urllib.request
from pathlib import Path


def ask(address: str) -> tuple[int, str]:
    """Return the status and the text at an address, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def probe(path: str) -> int:
    """Print what a fresh server answers at `path`; 0 when the answer is a success."""
    # The folder or the .pyz that this module was loaded from, so that the same build is served.
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "stockroom", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # nosec B603
        try:
            root = server.stdout.readline().strip() if server.stdout else ""
            status, text = ask(root + path)
        finally:
            server.terminate()
    print(f"HTTP {status}\n{text}", end="")
    return 0 if status < 400 else 1
