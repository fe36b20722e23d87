"""Writes train.bin and test.bin for gpu-check learn: of each image its class, a byte, and its pixels by channels.

usage: images.py FOLDER, in which images lie as train/CLASS/FILE and test/CLASS/FILE. Needs Pillow.
"""

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image


def record(job):
    label, file = job
    channels = Image.open(file).convert("RGB").split()
    return bytes([label]) + b"".join(channel.tobytes() for channel in channels)


def main():
    folder = Path(sys.argv[1])
    for part in ("train", "test"):
        classes = sorted(path for path in (folder / part).iterdir() if path.is_dir())
        jobs = [(label, file) for label, path in enumerate(classes) for file in sorted(path.iterdir())]
        random.Random(1).shuffle(jobs)
        with ProcessPoolExecutor() as pool:
            (folder / f"{part}.bin").write_bytes(b"".join(pool.map(record, jobs, chunksize=500)))
        print(f"{folder / part}.bin: {len(jobs)} images of {len(classes)} classes")


if __name__ == "__main__":
    main()
