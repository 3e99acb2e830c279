"""png_size.py FILE: checks a PNG through and through, and prints its size as WIDTHxHEIGHT."""
import struct
import sys
import zlib

SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}  # of a pixel, by colour type


def chunks(data):
    at = 8
    while at < len(data):
        length, = struct.unpack_from(">I", data, at)
        body = data[at + 4:at + 8 + length]
        assert zlib.crc32(body) == struct.unpack_from(">I", data, at + 8 + length)[0], "bad CRC"
        yield body[:4], body[4:]
        at += 12 + length


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG"
    parts = list(chunks(data))
    assert parts[0][0] == b"IHDR" and parts[-1][0] == b"IEND", [name for name, _ in parts]
    width, height, depth, colour = struct.unpack_from(">IIBB", parts[0][1])
    pixels = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    # A byte before each line says how it is filtered.
    assert len(pixels) == height * (1 + width * SAMPLES[colour] * depth // 8), "pixels are missing"
    print(f"{width}x{height}")


main()
