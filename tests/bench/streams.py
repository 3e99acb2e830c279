"""Times what comes over connections, for tests/bench/streams.

  streams.py read HOST PORT                 reads to the end; prints MiB/s from the first byte on
  streams.py many HOST PORT COUNT BYTES     GET /one on so many connections at once; prints how many got
                                            all of it
  streams.py echo socket PATH COUNT         types into a console's Unix socket, a character at a time,
  streams.py echo command COUNT WORD...     or into a command's input; prints the echo's p50 in µs
"""
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

PIECE = 1 << 18


def read(host, port):
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        size = len(connection.recv(PIECE))
        start = time.monotonic()
        while piece := connection.recv(PIECE):
            size += len(piece)
        print(size / (1 << 20) / (time.monotonic() - start))


def many(host, port, count, size):
    complete = []

    def one():
        answer = b""
        with socket.create_connection((host, int(port)), timeout=120) as connection:
            connection.sendall(b"GET /one HTTP/1.0\r\n\r\n")
            while piece := connection.recv(PIECE):
                answer += piece
        if len(answer.partition(b"\r\n\r\n")[2]) == int(size):
            complete.append(1)

    threads = [threading.Thread(target=one) for _ in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(complete))


def drain(descriptor, quiet):
    import select
    while select.select([descriptor], [], [], quiet)[0]:
        if not os.read(descriptor, PIECE):
            sys.exit("the console has ended")


# Characters that stand on the line do no harm: the guest's terminal echoes, and nobody ends the line.
def echo_times(out, into, count):
    os.write(into, b"\n")
    drain(out, 2)
    times = []
    for i in range(count):
        start = time.monotonic()
        os.write(into, b"x")
        while b"x" not in os.read(out, PIECE):
            pass
        times.append(time.monotonic() - start)
        if i % 50 == 49:
            os.write(into, b"\x15")  # the line away
            drain(out, 0.3)
        time.sleep(0.01)
    print(statistics.median(times) * 1e6)


def echo(kind, *arguments):
    if kind == "socket":
        path, count = arguments
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(path)
            echo_times(console.fileno(), console.fileno(), int(count))
        return
    count, *command = arguments
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        time.sleep(1)
        echo_times(process.stdout.fileno(), process.stdin.fileno(), int(count))
        process.kill()


{"read": read, "many": many, "echo": echo}[sys.argv[1]](*sys.argv[2:])
