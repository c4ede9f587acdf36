"""Every method of every resource, asked of what isn't there or with nothing to do: no 5xx, no surprise, no body."""
import pytest
import resources

NOTHING = {'configuration': '2000000001', 'status': '00000000-0000-4000-8000-000000000000'}
ALL = [resources.load(family, name) for family in ('configuration', 'status', 'history')
       for name in sorted(resources.names(family))]
LISTED = [r for r in ALL if '.' not in r.file]


def each(found):
    return pytest.mark.parametrize('resource', found, ids=lambda r: f'{r.family}.{r.file}')


@each(ALL)
def test_schema(client, resource):
    """wire 1.1, 2.1: also of nested ones, and of those that have no rows yet."""
    path = resource.path.replace('<id>', '1')
    schema = client.read(path + 'schema/')
    assert set(schema['fields']) == set(resource.by_name)
    answer = client.request('HEAD', path + 'schema/')
    assert answer.status_code == 200 and not answer.content
    assert client.request('OPTIONS', path + 'schema/').text == 'GET'


@each([r for r in ALL if '.' in r.file])
def test_nested_in_nothing(client, resource):
    """wire 13.4, 1.4: 404 for a parent that isn't there, 405 for what a collection can't."""
    path = resource.path.replace('<id>', '00000000-0000-4000-8000-000000000000')
    for method in resource.list_methods:
        answer = client.request(method.upper(), path)
        assert answer.status_code == 404 and not answer.content
    for method in set(resources.METHODS) - set(resource.list_methods):
        assert client.request(method.upper(), path).status_code == 405


@each(LISTED)
@pytest.mark.parametrize('method', resources.METHODS)
def test_object_that_is_not_there(client, resource, method):
    """wire 6.1, 8: 404 without a body, or a creation by PUT refused with fields."""
    if method == 'post' or method not in resource.detail_methods + resource.also_accepts:
        return
    answer = client.request(method.upper(), f'{resource.path}{NOTHING.get(resource.family, "x")}/',
                            **({} if method in ('get', 'delete') else {'data': '{}'}))
    if method == 'put' and answer.status_code == 400:
        assert 'This field is required.' in answer.text
    elif method == 'put' and answer.status_code == 201:
        assert not any(f.required for f in resource.fields)
    else:
        assert answer.status_code == 404 and not answer.content


@each(LISTED)
def test_lists_of_nothing(client, resource):
    """wire 3, 6.2, 8.3, 8.4: an empty choice is no error, and changes nothing."""
    key = resource.key if resource.key in resource.by_name else None
    if 'get' in resource.list_methods:
        before = client.read(resource.path)
        assert client.read(resource.path + 'set/no-such-key/') == {'not_found': ['no-such-key'], 'objects': []}
        assert client.read(resource.path, offset=100000)['objects'] == []
    elif 'get' in resource.detail_methods:
        answer = client.read(resource.path + 'set/99999/')
        assert answer == {'not_found': ['99999'], 'objects': []}
    if 'patch' in resource.list_methods:
        answer = client.patch(resource.path, {'objects': []})
        assert (answer.status_code, answer.content) == (202, b'')
    query = f'?{key}__in=' if key else '?resource_uri=' + resource.path + NOTHING['configuration'] + '/'
    for method, status, body in (('put', 204, '{"objects": []}'), ('delete', 204, '')):
        if method in resource.list_methods:
            answer = client.request(method.upper(), resource.path + query, data=body)
            if answer.status_code == 400 and '__in' in query:   # an empty filter might be an accident
                answer = client.request(method.upper(), resource.path + f'?{key}={NOTHING["configuration"]}', data=body)
            assert answer.status_code == status, answer.text
    if 'get' in resource.list_methods:
        assert client.read(resource.path)['meta'] == before['meta']


# What the lists and the objects of a resource allow, where it isn't all five methods; as clients of the API know it.
TABLE = {
    'authentication autobackup global registration trusted_join': ('get', 'get patch'),
    'ca_certificate certificate_signing_request': ('delete get post', 'delete get patch post'),
    'tls_certificate': ('delete get post patch', 'delete get patch post'),
    'gms_gateway_token': ('get', 'delete get patch'), 'licence': ('get post', 'get delete post'),
    'licence_request': ('get', 'get post'), 'management_vm': ('get post delete', 'get post delete patch'),
    'system_syncpoint': ('post', 'get post'), 'permission software_bundle_revision': ('get', 'get'),
    'software_bundle': ('get', 'patch get'), 'system_backup': ('get', 'get delete'), 'upgrade': ('post', 'post'),
    'upgrade_request': ('delete get', 'delete get'),
}
ALLOWED = {name: methods for names, methods in TABLE.items() for name in names.split()}


@each(LISTED)
def test_allowed_methods(client, resource):
    """wire 2.2: in this order, in lower case; `post` among the methods of an object wherever the list has it."""
    read = 'get delete' if resource.file in ('conference', 'registration_alias') else 'get'
    usual = (' '.join(resources.METHODS),) * 2 if resource.family == 'configuration' else ('get', 'get') \
        if resource.family == 'status' else ('get', read)
    found = client.read(resource.path + 'schema/')
    wanted = ALLOWED.get(resource.file, usual) if resource.family == 'configuration' else usual
    for key, methods in zip(('list', 'detail'), wanted):
        assert found[f'allowed_{key}_http_methods'] == [m for m in resources.METHODS if m in methods.split()]


def test_defaults_of_a_schema(client):
    """wire 2.1: the time of the request, none for lists of relations and for what can only be read, "" for the id."""
    fields = client.read('conference/schema/')['fields']
    assert fields['id'] == {**fields['id'], 'default': '', 'blank': True, 'readonly': False, 'unique': True}
    assert client.read('global/schema/')['fields']['id']['default'] == 1
    assert 'default' not in fields['aliases'] and 'default' not in fields['resource_uri']
    assert fields['name'] == {**fields['name'], 'blank': False, 'nullable': False} and 'default' not in fields['name']
    assert fields['ivr_theme'] == {**fields['ivr_theme'], 'default': None, 'nullable': True, 'related_type': 'to_one'}
    assert fields['aliases']['related_type'] == 'to_many'
    assert fields['enable_overlay_text']['valid_choices'] == [True, False]
    assert None not in fields['crypto_mode']['valid_choices'] and fields['crypto_mode']['nullable']
    licence = client.read('licence/schema/')['fields']['vendor_dictionary']
    assert licence['type'] == 'list'


def test_a_sync_point(client):
    """wire 2.2: made by POST, read by its address; there is no list to look it up in."""
    answer = client.post('system_syncpoint/', {})
    assert answer.status_code == 201 and not answer.content
    shown = client.read(answer.headers['Location'])
    assert shown['creation_time'] and shown['resource_uri'] == answer.headers['Location']
    assert client.get('system_syncpoint/').status_code == 405
