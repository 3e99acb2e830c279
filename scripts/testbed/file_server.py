"""Serves the folder argv[1] over http on a free port of the loopback, and prints the port.

Beside files: /broken/FILE announces the whole file, sends half of it and hangs up;
/slow/FILE sends it over some seconds; /status/N answers with that code.
"""

import http.server
import os
import sys
import time


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "status":
            self.send_error(int(rest.split("/")[0]))
        elif kind in ("broken", "slow"):
            self.send_specially(kind, rest)
        else:
            super().do_GET()

    def send_specially(self, kind, name):
        with open(os.path.join(self.directory, os.path.basename(name)), "rb") as file:
            content = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind == "broken":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        step = len(content) // 50 + 1
        for start in range(0, len(content), step):
            self.wfile.write(content[start : start + step])
            time.sleep(0.1)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a client that hung up


def main():
    directory = sys.argv[1]
    server = Server(
        ("127.0.0.1", 0), lambda *args: Handler(*args, directory=directory)
    )
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
