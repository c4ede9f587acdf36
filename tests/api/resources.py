"""The model files, and values that fit their fields."""
import functools
import io
import itertools
import json
import pathlib
import re
import subprocess
import tempfile
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
METHODS = ['get', 'post', 'put', 'delete', 'patch']
LOOKUPS = ['exact', 'iexact', 'contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith', 'regex',
           'iregex', 'in', 'lt', 'lte', 'gt', 'gte', 'range', 'isnull', 'year', 'month', 'day', 'week_day', 'hour',
           'minute', 'second', 'date']
MASK = re.compile(r'\$~!1\$[A-Za-z0-9+/]{22}')
counter = itertools.count(1)


class Field:
    """One field of a model file; what it doesn't say is False or None."""

    def __init__(self, resource, name, description):
        self.resource, self.name, self.description = resource, name, description

    def __getattr__(self, key):
        value = self.description.get(key)
        return value if value is not None or key in ('default', 'min', 'max') else False

    def __repr__(self):
        return f'{self.resource.name}.{self.name}'

    @property
    def is_key(self):
        return self.name == self.resource.key and not self.resource.key_hidden

    @property
    def is_uri(self):
        return self.name == 'resource_uri'

    @property
    def closed_choices(self):
        return self.choices if self.choices and 'choices' not in (self.inferred or []) else None

    @property
    def to_one(self):
        return self.type == 'related' and not self.many

    @property
    def to_many(self):
        return self.type == 'related' and self.many and self.kind != 'values'

    @property
    def settable(self):
        """May be sent in a body and then holds what was sent."""
        return not (self.readonly or self.computed or self.is_key or self.is_uri or self.type == 'file')

    @property
    def target(self):
        family, name = self.related.split('/')
        return load(family, name)

    @property
    def lookups(self):
        """What filters of this field may use, by the wire's rule where the model says nothing."""
        if 'filtering' in self.description:
            return self.description['filtering'] or []
        if self.is_key:
            return LOOKUPS
        if self.is_uri or self.type in ('file', 'list', 'dict') or self.secret or self.write_only:
            return []
        if self.type == 'related':
            return [] if self.kind == 'values' or self.related.startswith('embedded/') else ['exact', 'in', 'isnull']
        return LOOKUPS

    @property
    def embedded_names(self):
        """The members that an embedded object shows; None where it is shown as a URI."""
        if self.embed:
            return set(self.embed)
        if not self.full:
            return None
        return {f.name for f in self.target.fields if not f.to_many and f.secret != 'input'}


class Resource:
    def __init__(self, family, name, description):
        self.family, self.name, self.description = family, name, description
        self.file = name
        self.path = description.get('path', '')
        self.label = description['label']
        key = description.get('key') or {'name': 'id'}
        self.key, self.key_hidden, self.key_type = key['name'], key.get('hidden'), key.get('type', 'integer')
        self.singleton = description['singleton']
        self.list_methods = [m for m in METHODS if m.upper() in description['list_methods']]
        self.detail_methods = [m for m in METHODS if m.upper() in description['detail_methods']]
        self.also_accepts = [m.lower() for m in description.get('also_accepts', [])]
        self.ordering = description.get('ordering', [])
        self.fields = [Field(self, name, f) for name, f in description['fields'].items()
                       if not f.get('hidden')]
        self.by_name = {f.name: f for f in self.fields}

    def __repr__(self):
        return self.name

    @property
    def rows_path(self):
        """Where the rows that it shows have their own addresses."""
        other = self.description.get('rows_of')
        return load(*other.split('/')).path if other else self.path

    @property
    def shown_names(self):
        return {f.name for f in self.fields if f.secret != 'input'}

    @property
    def file_field(self):
        return next((f for f in self.fields if f.type == 'file'), None)


@functools.lru_cache(None)
def load(family, name):
    text = (TOP / 'model' / family / f'{name}.json').read_text(encoding='utf-8')
    return Resource(family, name, json.loads(text))


@functools.lru_cache(None)
def names(family_name):
    """All resources of a family, nested ones and commands with a dot."""
    return {path.stem for path in (TOP / 'model' / family_name).glob('*.json')}


@functools.lru_cache(None)
def family(name):
    """All resources of a family, nested ones left out."""
    return [load(name, stem) for stem in sorted(names(name)) if '.' not in stem]


@functools.lru_cache(None)
def commands():
    return [load('command', stem) for stem in sorted(names('command'))]


@functools.lru_cache(None)
def certificate(name):
    """A self-signed certificate and its key, as PEM."""
    with tempfile.NamedTemporaryFile('r') as key:
        text = subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
             '-subj', f'/CN={name}', '-keyout', key.name], capture_output=True, text=True, check=True).stdout
        return text, key.read()


@functools.lru_cache(None)
def archive():
    """A zip file with next to nothing in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, 'w') as out:
        out.writestr('manifest.json', '{}')
    return target.getvalue()


def unique_text():
    return f't{next(counter)}x'


def certificate_fields(number):
    text, key = certificate(f'node{number}.example.com')
    return {'certificate': text, 'private_key': key}


def signing_request_fields(number):
    """A request that is signed already."""
    return {**certificate_fields(number), 'private_key_type': 'UPLOAD', 'dn': f'CN=node{number}.example.com,O=Rostra',
            'additional_subject_alt_names': f'node{number}.example.com, 10.0.0.1'}


def two_times(number):
    return {'start_time': f'2030-01-{number % 27 + 1:02}T10:00:00.000000',
            'end_time': f'2030-01-{number % 27 + 1:02}T11:00:00.000000'}


def ldap_filters(number):
    both = f'(|(cn=t{number}x)(cn={{userdn}})(cn={{username}}))'
    return {'ldap_server': f't{number}x.example.com',
            **{f'ldap_{name}_filter': both for name in ('user', 'user_search', 'group', 'group_membership')}}


# Values that a rule across fields asks for, by resource: functions of a running number.
SPECIAL = {
    'authentication': ldap_filters,
    'ca_certificate': lambda n: {'certificate': certificate_fields(n)['certificate']},
    'tls_certificate': certificate_fields,
    'certificate_signing_request': signing_request_fields,
    'conference': lambda n: {'pin': f'{100000 + n}', 'guest_pin': f'{2000000 + n}', 'live_captions_enabled': 'default'},
    'gateway_routing_rule': lambda n: {'live_captions_enabled': 'default'},
    'licence': lambda n: {'entitlement_id': f't{n}x'},
    'scheduled_conference': two_times,
    'mjx_google_deployment': lambda n: {'private_key': certificate_fields(1)['private_key']},
}
FORMATS = {
    'url': 'https://{0}.example.com/path', 'fqdn': '{0}.example.com', 'hostname': '{0}', 'ipv4': '10.1.{2}.{1}',
    'ipv6': '2001:db8::{2}:{1}', 'ip': '10.2.{2}.{1}', 'email': '{0}@example.com',
    'uuid': '00000000-0000-4000-8000-{1:06}{2:06}', 'regex': '^{0}(?!y).*$', 'json': '{{"{0}": 1}}',
    'jinja2': '{{{{ {0} }}}}', 'ssh-public-key': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{0}',
}
PATTERNS = {'^#[0-9A-Fa-f]{6}$': '#0{1:05}', '^([0-9]{4,20}|[0-9]{3,19}#)?$': '9{1:06}'}


def text_for(field, number):
    if field.choices:
        return field.choices[number % len(field.choices)]
    shape = PATTERNS.get(field.pattern) or FORMATS.get(field.format)
    if field.format == 'pem':
        return certificate('ca.example.com')[0]
    text = shape.format(f't{number}x', number % 250 + 1, number // 250 % 250) if shape else f't{number}x ü'
    text = text.ljust(field.min_length, 'z')
    return text[-field.max_length:] if field.max_length else text


def integer_for(field, number):
    if field.choices:
        return field.choices[number % len(field.choices)]
    low = field.min if field.min is not None else -2**31
    high = field.max if field.max is not None else 2**31 - 1
    start = max(low, 0)
    return start + number % min(high - start + 1, 1000)


def scalar_for(field, number):
    """A valid wire value of a field that is no relation; another number is mostly another value."""
    return {'string': text_for, 'integer': integer_for,
            'float': lambda f, n: n + 0.5,
            'boolean': lambda f, n: n % 2 == 0,
            'datetime': lambda f,
            n: f'2031-{n % 12 + 1:02}-{n % 28 + 1:02}T01:02:03' + ('' if fraction_off(f) else '.000500'),
            'date': lambda f, n: f'2031-{n % 12 + 1:02}-{n % 28 + 1:02}',
            'time': lambda f, n: f'{n % 24:02}:{n % 60:02}:00',
            'list': lambda f, n: [], 'dict': lambda f, n: {}}[field.type](field, number)


def fraction_off(field):
    return field.description.get('fraction') is False


def values_for(field, number):
    """Embedded plain objects."""
    return [{f.name: scalar_for(f, number) for f in field.target.fields if f.type != 'related' and not f.readonly}]


class Maker:
    """Makes bodies and objects; what relations need to point to is made once and stays."""

    def __init__(self, client):
        self.client = client
        self.targets = {}

    def target(self, resource):
        if resource.name not in self.targets:
            if 'post' in resource.list_methods:
                answer = self.send(self.client, resource, self.body(resource))
                assert answer.status_code == 201, (resource, answer.status_code, answer.text)
                self.targets[resource.name] = answer.headers['Location']
            else:
                found = self.client.objects(resource.path)
                self.targets[resource.name] = found[0]['resource_uri'] if found else None
        return self.targets[resource.name]

    def body(self, resource, full=False):
        """A valid body: what is required, or all that can be set."""
        number = next(counter)
        fields = [f for f in resource.fields if f.settable and (full or f.required)]
        body = {f.name: self.value(f, number) for f in fields}
        special = SPECIAL.get(resource.name, lambda n: {})(number)
        body.update({name: value for name, value in special.items() if name in body})
        return body

    def value(self, field, number):
        if field.type != 'related':
            return scalar_for(field, number)
        if field.kind == 'values':
            return values_for(field, number)
        if field.many:
            target = self.target(field.target) if field.kind == 'links' else None
            return [target] if target else []
        return self.target(field.target)

    @staticmethod
    def send(client, resource, body):
        """A POST; as multipart where a file is required."""
        field = resource.file_field
        if not (field and field.required):
            return client.post(resource.path, body)
        parts = {name: (None, part_text(value)) for name, value in body.items()}
        parts[field.name] = ('some.zip', archive(), 'application/zip')
        return client.post(resource.path, files=parts)


def part_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def expected(field, sent):
    """What a GET must show after `sent` was written; EMBEDDED and URIs are compared by same()."""
    if field.write_only:
        return field.default if field.default is not None or field.nullable else ''
    if field.secret in ('blank', 'hash'):
        return ''
    if field.type == 'datetime' and isinstance(sent, str) and not fraction_off(field) and '.' not in sent:
        return sent + '.000000'
    return sent


def same(field, sent, shown):
    """Whether `shown` is what must be read after `sent` was written."""
    if field.secret == 'mask' and not field.write_only:
        return bool(MASK.fullmatch(shown)) if sent else not shown
    if field.to_one and sent is not None:
        return is_object(shown, sent)
    if field.to_many:
        return len(shown) == len(sent) and all(any(is_object(one, uri) for one in shown) for uri in sent)
    if field.type == 'related' and sent:
        return len(shown) == len(sent) and all(m.items() <= o.items() for m, o in zip(sent, shown))
    return shown == expected(field, sent)


def is_object(shown, uri):
    if isinstance(shown, dict):
        return shown.get('resource_uri') == uri or str(shown.get('id')) == uri.rstrip('/').rsplit('/', 1)[1]
    return shown == uri
