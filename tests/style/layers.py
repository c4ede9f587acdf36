"""A folder of src/ includes only itself and those below it; the two programs never include each other."""
import posixpath
import re

import tree

# From low to high.
SHARED = ['base', 'model', 'store', 'pki', 'http', 'link']
MANAGER = ['manager/' + name for name in
           ('auth', 'rest', 'resources', 'nodes', 'jobs', 'transfer', 'command', 'server')]
PROGRAMS = {'manager': SHARED + MANAGER, 'node': SHARED + ['node']}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)


def room(path):
    """The folder that a path below src/ belongs to: base, manager/rest, node; '' for none."""
    parts = path.split('/')
    if parts[0] == 'manager' and len(parts) > 2:
        return '/'.join(parts[:2])
    return parts[0] if len(parts) > 1 else ''


def allowed_for(home):
    """The folders that `home` may include, itself among them; None for a folder that isn't in the house."""
    for order in PROGRAMS.values():
        if home in order:
            return order[:order.index(home) + 1]
    return None


def check(path, text):
    home = room(path.removeprefix('src/'))
    allowed = allowed_for(home)
    if allowed is None:
        return [f'{path}: its folder is not part of the house: {", ".join(SHARED + MANAGER + ["node"])}']
    faults = []
    for match in INCLUDE.finditer(tree.without_comments(text, strings=True)):
        target = match.group(1)
        if target.startswith('.'):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).removeprefix('src/')
        folder = room(target)
        if not folder:
            faults.append(f'{tree.place(path, text, match.start())}: write "{target}" with its path below src/')
        elif folder not in allowed:
            faults.append(f'{tree.place(path, text, match.start())}: {home} includes {target}, which lies above it')
    return faults


def faults():
    return tree.faults_of(check, tree.texts('.c', '.h', below='src/'))
