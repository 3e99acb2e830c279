"""A VNC viewer that looks once, and prints the security types and the display's size and name.

vnc_viewer.py PORT PASSWORD | vnc_viewer.py SOCKET
The DES is openssl's: its command line is at hand where the tests run.
"""
import socket
import struct
import subprocess
import sys

NO_PASSWORD, PASSWORD = b"\1", b"\2"


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            sys.exit("closed")
        data += piece
    return data


def connect(place):
    if not place.startswith("/"):
        return socket.create_connection(("127.0.0.1", int(place)), timeout=60)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(place)
    return connection


def response(challenge, password):
    padded = password.encode()[:8].ljust(8, b"\0")
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in padded)
    command = ["openssl", "enc", "-des-ecb", "-nopad", "-K", key.hex(),
               "-provider", "legacy", "-provider", "default"]
    return subprocess.run(command, input=challenge, stdout=subprocess.PIPE, check=True).stdout


def authenticate(connection, password):
    types = receive(connection, receive(connection, 1)[0])
    print("security types", *types)
    connection.sendall(NO_PASSWORD if password is None else PASSWORD)
    if password is not None:
        connection.sendall(response(receive(connection, 16), password))
    if receive(connection, 4) != b"\0\0\0\0":
        sys.exit(receive(connection, struct.unpack(">I", receive(connection, 4))[0]).decode())


def main():
    connection = connect(sys.argv[1])
    assert receive(connection, 12) == b"RFB 003.008\n"
    connection.sendall(b"RFB 003.008\n")
    authenticate(connection, sys.argv[2] if len(sys.argv) > 2 else None)
    connection.sendall(b"\1")
    width, height = struct.unpack(">HH", receive(connection, 4))
    receive(connection, 16)
    name = receive(connection, struct.unpack(">I", receive(connection, 4))[0]).decode()
    print(f"{width}x{height} {name}")


main()
