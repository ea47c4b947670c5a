"""Compile every module below the present folder with mypyc, beside itself: the build hook runs this in its scratch copy.

Each module is a C file of its own, so that as many are compiled at once as there are processors; what is not exported is
hidden, so that calls between them lead straight to each other.
"""

import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mypyc.build import mypycify
from setuptools import Extension, setup
from setuptools._distutils.ccompiler import CompileError, new_compiler
from setuptools._distutils.sysconfig import customize_compiler
from setuptools.command.build_ext import build_ext

DIRECT_CALLS = ["-fvisibility=hidden"]
"""Asked of compilers that take their options as those of Unix do."""


class SideBySide(build_ext):  # type: ignore[misc]  # setuptools ships no type information
    """Compiles the C files of an extension side by side."""

    def build_extension(self, ext: Extension) -> None:
        """Build one extension, whose sources the compiler otherwise takes one by one."""
        one_by_one = self.compiler.compile
        if self.compiler.compiler_type == "unix":
            ext.extra_compile_args = [*ext.extra_compile_args, *DIRECT_CALLS]
            self.compiler.compile = partial(_side_by_side, one_by_one)
        super().build_extension(ext)
        self.compiler.compile = one_by_one


def _side_by_side(one_by_one: Any, sources: list[str], **settings: Any) -> list[str]:  # noqa: ANN401 - setuptools' own
    largest_first = sorted(sources, key=os.path.getsize, reverse=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        compiled = pool.map(lambda source: one_by_one([source], **settings), largest_first)
        return [file for files in compiled for file in files]


def modules() -> list[str]:
    """Return the modules to compile."""
    return [str(file) for file in sorted(Path().rglob("*.py")) if file.name != "__init__.py"]


def check_compiler() -> None:
    """End with the compiler's complaint where it compiles nothing: that is found out before minutes of work for it."""
    compiler = new_compiler()
    customize_compiler(compiler)
    with TemporaryDirectory() as folder:
        least = Path(folder, "least.c")
        least.write_text("#include <Python.h>\n")
        try:
            compiler.compile([str(least)], output_dir=folder, include_dirs=[sysconfig.get_path("include")])
        except CompileError as failure:
            message = f"error: there is no C compiler that finds Python.h: {failure}"
            raise SystemExit(message) from None


check_compiler()
setup(
    name="core",
    ext_modules=mypycify(modules(), opt_level="3", debug_level="0", multi_file=True),
    cmdclass={"build_ext": SideBySide},
)
