# SPDX-License-Identifier: GPL-2.0
import unittest

import wire


def frame(sequence, payload, nonce="cafe", length=None):
    data = payload.encode()
    return f"{nonce} {sequence} {len(data) if length is None else length} ".encode() + data + b"\n"


class DecoderTest(unittest.TestCase):
    def decode(self, *chunks):
        decoder = wire.Decoder("cafe")
        return [event for chunk in chunks for event in decoder.feed(chunk)]

    def kinds(self, *chunks):
        return [event.kind for event in self.decode(*chunks)]

    def test_frames_arrive_whole_however_they_are_cut(self):
        data = frame(0, "hello 7.3.4 x86_64") + frame(1, "begin 5")
        for cut in range(len(data)):
            self.assertEqual(self.kinds(data[:cut], data[cut:]), ["hello", "begin"])

    def test_text_is_unescaped(self):
        event, = self.decode(frame(0, "out 5 a b\\0a\\5c\\ff"))
        self.assertEqual((event.args, event.text), (["5"], b"a b\n\\\xff"))

    def test_foreign_text_is_ignored(self):
        noise = b"[ 1.0] ok 1 x\nbeef 0 7 begin 5\n\x00\xff\n"
        self.assertEqual(self.kinds(noise + frame(0, "begin 5")), ["begin"])

    def test_a_frame_after_half_a_line_of_noise_is_still_read(self):
        self.assertEqual(self.kinds(b"noise without newline " + frame(0, "begin 5")), ["begin"])

    def test_a_missing_line_is_a_loss(self):
        events = self.decode(frame(0, "begin 5"), frame(3, "begin 6"))
        self.assertEqual([(e.kind, e.args) for e in events],
                         [("begin", ["5"]), ("lost", ["2"]), ("begin", ["6"])])

    def test_a_repeated_line_is_a_loss_and_has_no_effect(self):
        self.assertEqual(self.kinds(frame(0, "begin 5"), frame(0, "end 5 exit 0 1")),
                         ["begin", "lost"])

    def test_a_line_with_noise_inside_is_a_loss(self):
        self.assertEqual(self.kinds(b"cafe 0 14 end 5 ex[ 1.0] oops\nit 0 1\n"), ["lost"])

    def test_a_truncated_line_is_a_loss(self):
        self.assertEqual(self.kinds(frame(0, "end 5 exit 0", length=14)), ["lost"])

    def test_a_damaged_header_is_a_loss(self):
        self.assertEqual(self.kinds(b"cafe x 4 done\n", b"cafe 1\n"), ["lost", "lost"])

    def test_an_unfinished_last_line_is_no_event(self):
        self.assertEqual(self.kinds(frame(0, "begin 5")[:-1]), [])


class Job:
    id, flags, timeout, seed, argv = "1", "", 90, 7, ["/t/x", "-r", "a.b"]


class PlanTest(unittest.TestCase):
    def test_format(self):
        text = wire.plan([Job()], "cafe", "/dev/ttyS1", 2, [("A", "b c")])
        self.assertEqual(text, b"nonce\tcafe\nchannel\t/dev/ttyS1\njobs\t2\nenv\tA=b c\n"
                               b"job\t1\t-\t90\t7\t/t/x\t-r\ta.b\n")

    def test_what_would_break_the_format_is_refused(self):
        job = Job()
        job.argv = ["/t/x", "a\nb"]
        with self.assertRaises(ValueError):
            wire.plan([job], "cafe", "/dev/ttyS1", 1)


if __name__ == "__main__":
    unittest.main()
