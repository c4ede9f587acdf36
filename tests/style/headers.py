"""Every header compiles alone."""
import concurrent.futures
import os
import pathlib
import subprocess

import tree

FLAGS = ['-std=c17', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c', '-']


def check(name, folders, compiler='cc'):
    """name: as in #include, looked for in the folders. An empty text if all is well."""
    done = subprocess.run([compiler, *(f'-I{folder}' for folder in folders), *FLAGS], input=f'#include "{name}"\n',
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return '' if done.returncode == 0 else f'{name} does not compile alone:\n{done.stdout}'


def faults(build):
    """build: a build folder where the generated headers have been made."""
    folders = [tree.TOP / 'src', pathlib.Path(build) / 'src']
    names = [path.removeprefix('src/') for path in tree.paths() if path.startswith('src/') and path.endswith('.h')]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [fault for fault in pool.map(lambda name: check(name, folders), names) if fault]
