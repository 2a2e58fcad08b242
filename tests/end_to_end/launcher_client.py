"""In the place of Pulumi's launcher of Python: has it run in a fork of forked_programs.py, and ends as that ends.

Of the standard library alone, and as little of it as goes. A program of another interpreter gets its own launcher.
"""

import json
import os
import socket
import sys
from pathlib import Path

launcher = os.environ["ROLLING_TEST_LAUNCHER"]
if sys.prefix != os.environ["ROLLING_TEST_PREFIX"]:
    os.execv(sys.executable, [sys.executable, "-u", launcher, *sys.argv[1:]])
programs = socket.socket(socket.AF_UNIX)
programs.connect(os.environ["ROLLING_TEST_PROGRAMS"])
asks = {"line": [launcher, *sys.argv[1:]], "folder": str(Path.cwd()), "environment": dict(os.environ)}
text = json.dumps(asks).encode()
socket.send_fds(programs, [len(text).to_bytes(8, "big")], [0, 1, 2])
programs.sendall(text)
ended = programs.recv(4)
code = int.from_bytes(ended, "big", signed=True) if ended else 1
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
