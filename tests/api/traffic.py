"""What must hold of every answer, whatever was asked (wire 1.6, 1.7, 10, 13.2 and the types of 1.9)."""
import json
import re
import urllib.parse

import calls
import resources

TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?')
STATUSES = {200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 405, 406, 412, 413, 414, 415, 417, 429, 431, 501}
GONE_WORDS = ('404', 'not found', 'Not Found', 'lookup')
JSON_ONLY = {200, 400, 403, 406, 413, 415, 429}
# The served schemas by the address of their list, which answers must fit beside the model: see learn().
schemas = {}
META = {'limit', 'next', 'offset', 'previous', 'total_count'}
# Commands and special creations that answer with something else than JSON.
OTHER_BODIES = re.compile(r'/schema/$|/worker_vm/(\d+/)?$|/system_backup/[^/]+/$|/healthz$|snapshot/$|/download/$')


def learn(client):
    """Asks a server for all its schemas, once a process."""
    for family in ('configuration', 'status', 'history'):
        for name in resources.names(family):
            path = resources.load(family, name).path
            schemas[path] = client.read(path.replace('<id>', 'x') + 'schema/')


def check(method, target, answer):
    """Fails if the answer breaks a rule. `answer` is one of requests."""
    path = urllib.parse.urlsplit(target).path
    answer.encoding = answer.encoding or 'utf-8'  # guessing that of a file takes minutes
    where = f'{method} {target} -> {answer.status_code} {answer.text[:500]!r}'
    assert answer.status_code in STATUSES, where
    calls.note(method, path, answer.status_code)
    check_headers(method, answer, where)
    if answer.headers.get('Content-Type') == 'application/json' and answer.text:
        body = check_json(answer.text, where)
        if answer.status_code >= 400:
            check_error(method, answer.status_code, body, where)
        elif method == 'GET':
            check_objects(path, body, where)
    elif answer.text and answer.status_code < 400:
        assert method == 'OPTIONS' or OTHER_BODIES.search(path), where


def check_headers(method, answer, where):
    headers, status = answer.headers, answer.status_code
    if status == 204:
        assert not answer.content and 'Content-Type' not in headers and 'Content-Length' not in headers, where
        return
    if status == 304:
        assert not answer.content and 'ETag' in headers, where
        return
    assert 'Content-Length' in headers or headers.get('Transfer-Encoding') == 'chunked', where
    kind = headers.get('Content-Type')
    if kind == 'application/json':
        assert headers.get('Vary') == 'Accept, Cookie', where
        if method in ('GET', 'HEAD') and status == 200:
            assert headers.get('Cache-Control') == 'no-cache', where
    elif not answer.content and method != 'HEAD' and status != 301:
        assert kind == 'text/html; charset=utf-8', where
    if status in (201, 202) and not answer.content:
        assert headers['Content-Length'] == '0', where
    if status == 201:
        assert re.fullmatch(r'/api/admin/\S+/', headers['Location']), where
    if status == 401:
        assert not answer.content, where
    if status == 405:
        assert method == 'HEAD' or headers['Allow'] == answer.text, where
    if status == 429:
        assert int(headers['Retry-After']) >= 1, where
    if status in JSON_ONLY and answer.content and status >= 400:
        assert kind == 'application/json', where


def check_json(text, where):
    """Written as wire 1.7 says; what it holds."""
    body = json.loads(text, object_pairs_hook=lambda pairs: check_keys(pairs, where))
    assert '\n' not in text, where
    if '\\u' not in text and 'e-' not in text:
        assert text == json.dumps(body, ensure_ascii=False), where
    return body


def check_keys(pairs, where):
    keys = [key for key, _ in pairs]
    assert keys == sorted(set(keys)), (keys, where)
    return dict(pairs)


def check_error(method, status, body, where):
    assert isinstance(body, dict) and body, where
    if 'error' in body:
        twice = status in (406, 415, 500)
        failed = body.get('status') == 'failure' and '/command/v1/' in where  # wire 12.2
        assert set(body) == {'error'} | ({'error_message'} if twice else {'status'} if failed else set()), where
        assert isinstance(body['error'], str) and body['error'], where
        assert not twice or body['error'] == body['error_message'], where
    else:
        assert status == 400 and len(body) == 1, where
        (problems,) = body.values()
        assert problems and all(isinstance(texts, list) and texts for texts in problems.values()), where
        assert all(isinstance(text, str) and text for texts in problems.values() for text in texts), where
    if method in ('GET', 'HEAD', 'DELETE') and status != 404:
        text = json.dumps(body)
        assert not any(word in text for word in GONE_WORDS), where


def check_objects(path, body, where):
    """Lists, sets and single objects of configuration, status and history fit their fields."""
    found = re.fullmatch(r'/api/admin/(configuration|status|history)/v1/(\w+)/(.*)', re.sub('/+', '/', path))
    family, name, rest = found.groups() if found else ('', '', 'schema/')
    parts = rest.split('/')[:-1]
    if parts[-1:] == ['schema']:
        return
    if len(parts) == 2 and f'{name}.{parts[1]}' in resources.names(family):
        name, parts = f'{name}.{parts[1]}', []
    resource = resources.load(family, name)
    if not parts:
        assert set(body) == {'meta', 'objects'} and set(body['meta']) == META, where
        objects = body['objects']
    elif parts[0] == 'set':
        assert set(body) <= {'not_found', 'objects'} and 'objects' in body, where
        objects = body['objects']
    else:
        objects = [body]
    for one in objects:
        check_object(resource, one, where)
        if resource.path in schemas:
            check_by_schema(resource, schemas[resource.path]['fields'], one, where)


def check_by_schema(resource, fields, one, where):
    """What a client sees that knows nothing but the schema."""
    hidden = {f.name for f in resource.fields if f.secret == 'input'}
    assert set(one) == set(fields) - hidden, (set(one) ^ set(fields), where)
    for name, value in one.items():
        field = fields[name]
        if value is None:
            assert field['nullable'] or field['type'] == 'file', (name, where)
        elif field['type'] == 'related':
            assert isinstance(value, list) == (field['related_type'] == 'to_many'), (name, where)
            assert isinstance(value, (list, dict, str)), (name, where)
        elif field['type'] == 'list':
            assert isinstance(value, (list, dict)), (name, where)   # a list of pairs may be written as an object
        else:
            assert TYPES[field['type']](value), (name, value, where)
            assert value in field.get('valid_choices', [value]) or value == '', (name, value, where)


def check_object(resource, one, where):
    assert set(one) == resource.shown_names, (set(one) ^ resource.shown_names, where)
    for name, value in one.items():
        fault = fault_of(resource.by_name[name], value)
        assert not fault, (name, value, fault, where)


def fault_of(field, value):
    """What is wrong with a value as it was read; None if nothing is."""
    if value is None:
        return None if field.nullable or field.type == 'file' else 'null'
    if field.type == 'related':
        return related_fault(field, value)
    right = TYPES[field.type](value)
    if right and field.type == 'datetime':
        right = ('.' in value) != resources.fraction_off(field)
    if right and field.closed_choices and value != '':
        right = value in field.closed_choices
    if right and field.is_uri:
        right = value.startswith(field.resource.rows_path) and value.endswith('/')
    return None if right else f'no {field.type}'


def related_fault(field, value):
    if not field.many:
        return member_fault(field, value)
    if not isinstance(value, list):
        return 'no list'
    return next(filter(None, (member_fault(field, one) for one in value)), None)


def member_fault(field, value):
    names = field.embedded_names
    if field.kind == 'values' or field.related.startswith('embedded/'):
        names = {f.name for f in field.target.fields}
    if names is None:
        return None if isinstance(value, str) and value.startswith(field.target.path) else 'no URI'
    if not isinstance(value, dict) or set(value) != names:
        return f'not the members {sorted(names)}'
    faults = ((name, fault_of(nested(field.target.by_name[name]), one)) for name, one in value.items())
    return next((pair for pair in faults if pair[1]), None)


def nested(field):
    """An embedded object shows its own relations as URIs."""
    if field.type != 'related' or field.kind == 'values':
        return field
    plain = {k: v for k, v in field.description.items() if k not in ('full', 'embed')}
    return resources.Field(field.resource, field.name, plain)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


TYPES = {
    'string': lambda v: isinstance(v, str),
    'integer': is_integer,
    'float': lambda v: isinstance(v, float) or is_integer(v),
    'boolean': lambda v: isinstance(v, bool),
    'datetime': lambda v: isinstance(v, str) and bool(TIME.fullmatch(v)),
    'date': lambda v: isinstance(v, str) and bool(re.fullmatch(r'\d{4}-\d\d-\d\d', v)),
    'time': lambda v: isinstance(v, str) and bool(re.fullmatch(r'\d\d:\d\d:\d\d', v)),
    'list': lambda v: isinstance(v, list),
    'dict': lambda v: isinstance(v, dict),
    'file': lambda v: False,
}
