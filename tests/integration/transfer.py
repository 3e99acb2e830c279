"""Moves bytes through a forwarded port, for streaming.bats.

  transfer.py up PORT MIB      sends random bytes, ends its half, and wants their SHA-256 as the answer
  transfer.py down PORT        reads to the end, and prints the SHA-256 of what came
"""
import hashlib
import random
import socket
import sys


def connect(port):
    return socket.create_connection(("127.0.0.1", int(port)), timeout=300)


def up(port, mib):
    connection = connect(port)
    digest = hashlib.sha256()
    numbers = random.Random(1)
    for _ in range(int(mib)):
        block = numbers.randbytes(1 << 20)
        digest.update(block)
        connection.sendall(block)
    connection.shutdown(socket.SHUT_WR)
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    print(answer.decode().split()[0])
    sys.exit(answer.decode().split()[0] != digest.hexdigest())


def down(port):
    connection = connect(port)
    digest = hashlib.sha256()
    while piece := connection.recv(65536):
        digest.update(piece)
    print(digest.hexdigest())


{"up": up, "down": down}[sys.argv[1]](*sys.argv[2:])
