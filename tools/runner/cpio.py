# SPDX-License-Identifier: GPL-2.0
"""Writing an initramfs: an uncompressed cpio archive in the "newc" format."""

import os
import stat


class Archive:
    def __init__(self, stream):
        self.stream = stream
        self.inode = 0
        self.directories = set()

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self.stream.write(header + b"\0" * (-len(header) % 4))
        self.stream.write(data)
        self.stream.write(b"\0" * (-len(data) % 4))

    def _parents(self, name):
        parts = name.split("/")[:-1]
        for i in range(1, len(parts) + 1):
            directory = "/".join(parts[:i])
            if directory not in self.directories:
                self.directories.add(directory)
                self._entry(directory, stat.S_IFDIR | 0o755)

    def add(self, name, data, mode=0o644):
        """Adds a regular file; name is relative to the root."""
        self._parents(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def add_file(self, name, path):
        with open(path, "rb") as source:
            self.add(name, source.read(), os.stat(path).st_mode & 0o777)

    def add_tree(self, name, path):
        """Adds a file, or a directory with all regular files below it."""
        if not os.path.isdir(path):
            self.add_file(name, path)
            return
        for root, _, files in os.walk(path):
            for file in files:
                full = os.path.join(root, file)
                self.add_file(os.path.join(name, os.path.relpath(full, path)), full)

    def add_device(self, name, major, minor):
        self._parents(name)
        self._entry(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def finish(self):
        self._entry("TRAILER!!!", 0)
