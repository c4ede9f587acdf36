"""Nothing in the tree depends on the machine that it was written on, or on one mirror of the packages it needs."""
import re

import tree

MACHINE_PATH = re.compile(r'(?<![\w.\-}$*])/(?:work|root|home/\w+|Users/\w+)/')
REGISTRY = re.compile(r'\b(?:deb\.debian\.org|security\.debian\.org|pypi\.org|files\.pythonhosted\.org'
                      r'|registry\.npmjs\.org|registry\.yarnpkg\.com|crates\.io|proxy\.golang\.org'
                      r'|repo1?\.maven\.(?:apache\.)?org|\w+-docker\.pkg\.dev|\w+\.pkg\.dev)\b')


def check(path, text):
    faults = [f'{tree.place(path, text, match.start())}: {match.group()} exists on one machine only'
              for match in MACHINE_PATH.finditer(text)]
    return faults + [f'{tree.place(path, text, match.start())}: names the registry {match.group()}'
                     for match in REGISTRY.finditer(text)]


def faults():
    return tree.faults_of(check, ((path, text) for path, text in tree.texts() if not path.startswith('tests/style/')))
