"""What may stand nowhere: calls that are traps, sleeps in tests, notes to self, unexplained exceptions."""
import re

import tree

CALLS = {
    'strcpy': 'Str and Buf', 'strcat': 'Buf', 'sprintf': 'buf_printf or snprintf', 'strtok': 'str_find',
    'atoi': 'str_to_int64', 'atol': 'str_to_int64', 'atoll': 'str_to_int64', 'atof': 'a parser that can fail',
    'strtol': 'str_to_int64', 'strtoll': 'str_to_int64', 'strtoul': 'str_to_int64', 'strtoull': 'str_to_int64',
    'gets': 'a bounded read', 'system': 'fork and exec', 'localtime': 'datetime_parts', 'rand': 'libsodium',
}
CALL = re.compile(r'(?<![\w.>])(' + '|'.join(CALLS) + r')\s*\(')
GOTO = re.compile(r'\bgoto\b')
NEVER_BUILT = re.compile(r'^[ \t]*#[ \t]*if[ \t]+0\b', re.M)
SLEEP = re.compile(r'(?:\b(?:u|nano)?sleep|waitForTimeout|\bEvent\(\)\.wait)\s*\(')
SHELL_SLEEP = re.compile(r'(?:^|[;&|]|\bdo\b|\bthen\b)\s*sleep\s+[\d.$"]')
NOTE = re.compile(r'\b(?:' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' * 3]) + r')\b')
EXCEPTION = re.compile(r'NOLINT(?!END)\w*(?:\([^)]*\))?')
WORD = re.compile(r'[^\W\d_]{2,}')


def check_c(path, text):
    bare = tree.without_comments(text)
    faults = [f'{tree.place(path, text, match.start(1))}: {match.group(1)} is banned; use {CALLS[match.group(1)]}'
              for match in CALL.finditer(bare)]
    faults += [f'{tree.place(path, text, match.start())}: goto; use CLEANUP or a function of its own'
               for match in GOTO.finditer(bare)]
    faults += [f'{tree.place(path, text, match.start())}: code that is never built'
               for match in NEVER_BUILT.finditer(bare)]
    for offset, comment in tree.comments(text):
        if EXCEPTION.search(comment) and len(WORD.findall(EXCEPTION.sub('', comment))) < 2:
            faults.append(f'{tree.place(path, text, offset)}: an exception from the linter that does not say why')
    return faults


def check_sleep(path, text):
    """Tests wait for an event, never for a time."""
    if path.endswith(('.c', '.h')):
        text, pattern = tree.without_comments(text), SLEEP
    else:
        pattern = SHELL_SLEEP if text.startswith('#!') and 'sh' in text.split('\n', 1)[0] else SLEEP
    return [f'{path}:{number}: a sleep in a test; wait for an event'
            for number, line in enumerate(text.split('\n'), 1)
            if not line.lstrip().startswith(('#', '//')) and pattern.search(line)]


def check_notes(path, text):
    return [f'{tree.place(path, text, match.start())}: {match.group()}; do it, or file an issue'
            for match in NOTE.finditer(text)]


def faults():
    tests = [(path, text) for path, text in tree.texts(below='tests/') if not path.startswith('tests/style/')]
    return (tree.faults_of(check_c, tree.texts('.c', '.h')) + tree.faults_of(check_sleep, tests)
            + tree.faults_of(check_notes, tree.texts('.c', '.h', '.py', '.sh', '.js', '.ts', '.tsx', '.build', '.md')))
