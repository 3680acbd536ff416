# SPDX-License-Identifier: GPL-2.0
"""Builds mutated kernels, in namespaces that take everything with them."""

import os
import shutil
import subprocess

import executor
import mutants

HERE = os.path.dirname(os.path.abspath(__file__))


RUNNING = set()     # processes of builds


def cancel():
    """Ends the builds of other threads; the namespaces end with them."""
    for process in list(RUNNING):
        process.kill()


class Built:
    """What a VM boots: an image, and a directory of modules."""

    def __init__(self, image, modules):
        self.image, self.modules = image, modules


def namespace():
    """Becoming root inside needs no privilege, where the system allows that."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *user, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def command(tree, diff, out, mutant):
    target = "modules" if mutant.modular else "image"
    header = [mutant.file, *mutant.rebuild] if mutant.rebuild else []
    return executor.tied_to_us(
        [*namespace(), os.path.join(HERE, "build.sh"), tree, diff, out, target, *header])


def build(tree, mutant, diff, directory):
    """The mutated kernel in directory, which is made anew."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    patch = os.path.join(directory, "diff")
    with open(patch, "w", encoding="utf-8") as stream:
        stream.write(diff)
    log = os.path.join(directory, "build.log")
    with open(log, "w", encoding="utf-8") as stream:
        process = subprocess.Popen(command(tree, patch, directory, mutant), stdout=stream,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    RUNNING.add(process)
    code = process.wait()
    RUNNING.discard(process)
    if code:
        raise mutants.MutantError(f"{mutant.name}: does not build: {first_error(log)}")
    image = os.path.join(directory, "image")
    if not os.path.exists(image):
        image = os.path.join(tree, "image")
    return Built(image, os.path.join(directory, "modules"))


def first_error(log):
    with open(log, encoding="utf-8", errors="replace") as stream:
        lines = [line.strip() for line in stream]
    found = [line for line in lines if "error" in line.lower() or "FAILED" in line]
    return (found or lines or ["no output"])[0]


def original(tree, directory):
    """The kernel without any mutant."""
    modules = os.path.join(directory, "modules")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(modules)
    names = ["kvm.ko", "kvm-amd.ko"]
    for name in names:
        shutil.copy(os.path.join(tree, "obj/arch/x86/kvm", name), modules)
    with open(os.path.join(modules, "MODULES"), "w", encoding="ascii") as stream:
        stream.writelines(name + "\n" for name in names)
    return Built(os.path.join(tree, "image"), modules)
