# SPDX-License-Identifier: GPL-2.0
import os
import tempfile
import unittest

import executor

CONFIG = b"#\n# Linux\n#\nCONFIG_KVM=y\n"


class ConfigTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name

    def put(self, path, data=CONFIG):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(data)
        return path

    def test_is_beside_a_built_image(self):
        image = self.put("image")
        self.assertIsNone(executor.config_of(image))
        self.put("config")
        self.assertEqual(executor.config_of(image), CONFIG)

    def test_is_at_the_top_of_a_build_tree(self):
        image = self.put("tree/arch/x86/boot/bzImage")
        self.put("tree/.config")
        self.assertEqual(executor.config_of(image), CONFIG)

    def test_is_text(self):
        image = self.put("image")
        self.put("config", b"\xfd7zXZ\0")
        self.assertIsNone(executor.config_of(image))
