"""Starts the emulator, prints `{"endpoint": "http://127.0.0.1:PORT"}`, and ends when its standard input closes.

    python tests/emulator/server.py [--port 0] [--plain]

A test keeps the pipe to standard input open while it runs, so a killed test leaves no server behind.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str(Path(__file__).resolve().parent))
for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)  # the emulator must not depend on the tester's own AWS set-up
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    arguments.add_argument("--plain", action="store_true", help="moto as it is: counts calls, and adds nothing")
    options = arguments.parse_args()
    if not options.plain:
        # moto's thousand public images make every new Region slow; one is enough to run instances from.
        os.environ["MOTO_AMIS_PATH"] = str(Path(__file__).resolve().parent / "rel9_emulator" / "amis.json")

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from rel9_emulator.gateway import Gateway

    server = make_server("127.0.0.1", options.port, Gateway(options.plain), threaded=True, request_handler=MotoRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.port}"}), flush=True)
    while sys.stdin.buffer.read1(4096):
        pass
    os._exit(0)  # calls with the fault `hang` must not keep the process alive


if __name__ == "__main__":
    main()
