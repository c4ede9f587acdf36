"""The Markdown table of what was measured: medians, and their ratios."""
import collections
import json
import statistics


class Results:
    """What was measured of rows and servers."""

    def __init__(self, path):
        self.found = collections.defaultdict(list)
        for line in path.read_text().splitlines():
            result = json.loads(line)
            self.found[result['row'], result['server']].append(result)

    def values(self, row, server, *keys):
        """keys: lead to a number within a result."""
        found = []
        for value in self.found[row, server]:
            for key in keys:
                value = value[key]
            found.append(value)
        return found

    def median(self, row, server, *keys):
        """None if it wasn't measured."""
        found = self.values(row, server, *keys)
        return statistics.median(found) if found else None

    def ratio(self, row, other_row, other_server, key):
        """Ours to another's. Within a row of each round, since the two followed each other: then the median."""
        ours, others = self.values(row, 'rostra', key), self.values(other_row, other_server, key)
        if row == other_row and len(ours) == len(others):
            return statistics.median(a / b for a, b in zip(ours, others))
        return statistics.median(ours) / statistics.median(others)

    def idle_cores(self):
        return [r['idle_cores'] for results in self.found.values() for r in results if 'idle_cores' in r]


def rate(results, row, server):
    """'12,300/s, 20 µs'"""
    per_second = results.median(row, server, 'rps')
    if per_second is None:
        return ''
    cpu = results.median(row, server, 'cpu_us')
    return f'{per_second:,.0f}/s' + (f', {cpu:,.0f} µs' if cpu < 10000 else f', {cpu / 1000:,.0f} ms')


def times(results, row, server, other_row):
    """How many times as fast as another server we are, with what share of its processor time."""
    rate_ratio = results.ratio(row, other_row, server, 'rps')
    cpu_ratio = results.ratio(row, other_row, server, 'cpu_us')
    return f'**{rate_ratio:.{2 if rate_ratio < 10 else 0}f}** (CPU {cpu_ratio:.{2 if cpu_ratio > 0.1 else 3}f})'


def rates(base=None, servers=('nginx', 'sqlite', 'django')):
    """A line of rates; base: the row that it is compared to."""
    def cells(results, row):
        own = rate(results, row, 'rostra')
        others = []
        for server in ('nginx', 'sqlite', 'django'):
            there = rate(results, base or row, server) if server in servers else ''
            others.append(f'{times(results, row, server, base or row)} of {there}' if there and own else '')
        return [own, *others]
    return cells


def seconds(results, row):
    def of(server):
        value = results.median(row, server, 'seconds')
        return '' if value is None else f'{value:.2f} s'
    return [of('rostra'), '', of('sqlite'), of('django')]


def latency(results, row):
    p50, p99 = results.median(row, 'rostra', 'p50_ms'), results.median(row, 'rostra', 'p99_ms')
    return ['' if p50 is None else f'{p50:.2f} ms, p99 {p99:.2f} ms', '', '', '']


def memory(results, row):
    resident, anonymous = (results.median(row, 'rostra', key) for key in ('resident_kib', 'anonymous_kib'))
    return ['' if resident is None else f'{resident / 1024:.0f} MiB, anonymous {anonymous / 1024:.0f}', '', '', '']


def stall(results, row):
    share, others = results.median(row, 'rostra', 'share'), results.median(row, 'rostra', 'others')
    return ['' if share is None else f'{100 * share:.1f} % of a core, others {others:.2f} of before', '', '', '']


def meanwhile(results, row):
    if results.median(row, 'rostra', 'seconds') is None:
        return [''] * 4
    def of(kind):
        return [results.median(row, 'rostra', kind, key) for key in ('p50_ms', 'p99_ms')]
    (w50, w99), (r50, r99), (b50, b99) = of('writes'), of('reads'), of('reads_before')
    return [f'writes {w50:.0f}, p99 {w99:.0f} ms; reads {r50:.1f}, p99 {r99:.1f} ms (before: {b50:.1f}, {b99:.1f})',
            '', '', '']


LINES = [
    ('detail', 'GET one of 10,000 conferences', '0.6 of nginx, 40 × Django', rates()),
    ('detail-cold', 'the same, each changed since it was rendered', '0.45 of nginx', rates('detail')),
    ('list', 'GET a list of 20', '0.6 of nginx, 60 × Django', rates()),
    ('list-cold', 'the same, every page, each object changed since', '0.25 of nginx', rates('list')),
    ('filter', 'GET by `name__icontains`, 10 hits in 10,000', '8 × Django', rates()),
    ('not-modified', '304 to If-None-Match', '0.8 of nginx with 200 bytes', rates()),
    ('connect', 'new TLS connections with a request', '0.9 of nginx', rates()),
    ('stall', '200 stalled handshakes and 200 half heads', 'no processor time', stall),
    ('patch16', 'PATCH one field, 16 clients (SQLite: groups of 16)', '8 × Django', rates()),
    ('patch128', 'PATCH one field, 128 clients (groups of 64)', '', rates()),
    ('post', 'POST with two aliases, 16 clients (groups of 16)', '0.33 of SQLite, 15 × Django', rates()),
    ('bulk', 'one PATCH creating 10,000 with two aliases each', '3 s', seconds),
    ('meanwhile', 'other requests meanwhile', 'writes p99 3 s', meanwhile),
    ('start', 'start to first answer, existing store', '0.3 s', seconds),
    ('start-first', 'start to first answer, first start', '0.6 s', seconds),
    ('idle', 'memory, 10,000 conferences, idle', '40 MB', memory),
    ('million-seed', '1,000,000 conferences: seeding by list PATCHes', '', seconds),
    ('million-detail', 'GET one of 10,000 of them', '0.5 of 10,000', rates('detail')),
    ('million-cold', 'GET one of 100,000 of them: more than are kept rendered', '0.5 of 10,000, not rendered',
     rates('detail')),
    ('million-patch', 'PATCH one field, 16 clients', '0.5 of 10,000', rates('patch16', ('sqlite',))),
    ('million-filter', 'GET by `name`, one client', '5 ms', latency),
    ('million-alias', 'GET by `aliases__alias`, one client', '5 ms', latency),
    ('million-search', 'GET by `name__icontains`, 10 hits, one client', '10 ms', latency),
    ('million-start', 'start to first answer', '0.3 s', seconds),
    ('million-memory', 'memory', 'anonymous 100 MB', memory),
]


def of(path):
    results = Results(path)
    lines = ['| work | must | Rostra | × nginx | × bare SQLite | × Django |', '|---|---|---|---|---|---|']
    for name, label, must, cells in LINES:
        texts = cells(results, name)
        if any(texts):
            lines.append(f'| {label} | {must} | ' + ' | '.join(texts) + ' |')
    idle = results.idle_cores()
    if idle:
        lines += ['', f'Idle cores before the runs: median {statistics.median(idle):.1f}, least {min(idle):.1f}.']
    return '\n'.join(lines)
