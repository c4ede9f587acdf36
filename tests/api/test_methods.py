"""Every method of every resource, asked of what isn't there or with nothing to do: no 5xx, no surprise, no body."""
import pytest
import resources

NOTHING = {'configuration': '999999999', 'status': '00000000-0000-4000-8000-000000000000'}
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
