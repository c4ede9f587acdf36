"""Which methods of which resources the tests of this process have called, and what a whole run must have called."""
import re

import resources

PATH = re.compile(r'/+api/+admin/+(configuration|status|history|command)/+v1/+(.*)')
FAMILIES = ['configuration', 'status', 'history', 'command']
# Triples: (family/resource, 'list', 'detail' or 'schema', method in lower case).
called = set()


def note(method, path, status):
    """Remembers a request that got through to its resource."""
    if status in (301, 401, 403, 405, 429, 501):
        return
    found = PATH.fullmatch(path.split('?')[0])
    if not found:
        return
    family, rest = found.groups()
    place = place_of(family, [part for part in rest.split('/') if part])
    if place:
        called.add((*place, method.lower()))


def place_of(family, parts):
    """The resource that a path leads to, and which of its addresses; None if there is none."""
    known = resources.names(family)
    if family == 'command':
        name, rest = '.'.join(parts[:2]), parts[2:]
    elif len(parts) > 2 and f'{parts[0]}.{parts[2]}' in known:
        name, rest = f'{parts[0]}.{parts[2]}', parts[3:]
    else:
        name, rest = (parts or [''])[0], parts[1:]
    if name not in known:
        return None
    kind = 'list' if not rest else 'schema' if rest == ['schema'] else 'detail' if len(rest) == 1 else None
    return kind and (f'{family}/{name}', kind)


def expected():
    """All that the model offers, and the schema of each."""
    for family in FAMILIES:
        for name in sorted(resources.names(family)):
            resource = resources.load(family, name)
            place = f'{family}/{name}'
            yield (place, 'schema', 'get')
            for method in resource.list_methods:
                yield (place, 'list', method)
            for method in resource.detail_methods + resource.also_accepts:
                if method != 'post':    # 501 on every object: schemas list it for the command line only
                    yield (place, 'detail', method)


def missing(found):
    return [f'{place} was never called: {method.upper()} of its {kind}'
            for place, kind, method in expected() if (place, kind, method) not in found]
