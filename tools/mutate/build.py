# SPDX-License-Identifier: GPL-2.0
"""Builds mutated kernels, in namespaces that take everything with them."""

import filecmp
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


def require_namespaces():
    """Says it once, before anything is built, instead of for each mutant."""
    done = subprocess.run([*namespace(), "true"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise mutants.MutantError("mutants are built in mount and pid namespaces, which cannot "
                                  f"be made here: {done.stderr.strip()}")


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
    built = Built(os.path.join(directory, "image"), os.path.join(directory, "modules"))
    if not os.path.exists(built.image):
        built.image = os.path.join(tree, "image")
        if are_original(tree, built.modules):
            raise mutants.MutantError(f"{mutant.name}: builds the same kernel as without it")
    return built


def first_error(log):
    with open(log, encoding="utf-8", errors="replace") as stream:
        lines = [line.strip() for line in stream]
    found = [line for line in lines if "error" in line.lower() or "FAILED" in line]
    return (found or lines or ["no output"])[0]


def modules_of(tree):
    """Of the kernel without any mutant, in the order in which they are loaded."""
    return [os.path.join(tree, "obj/arch/x86/kvm", name) for name in ("kvm.ko", "kvm-amd.ko")]


def are_original(tree, modules):
    """Builds are reproducible: what is alike to the byte was made of the same code."""
    return all(filecmp.cmp(module, os.path.join(modules, os.path.basename(module)), False)
               for module in modules_of(tree))


def original(tree, directory):
    """The kernel without any mutant."""
    modules = os.path.join(directory, "modules")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(modules)
    for module in modules_of(tree):
        shutil.copy(module, modules)
    with open(os.path.join(modules, "MODULES"), "w", encoding="ascii") as stream:
        stream.writelines(os.path.basename(module) + "\n" for module in modules_of(tree))
    return Built(os.path.join(tree, "image"), modules)
