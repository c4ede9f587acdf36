"""What goes along, what is refused, and what is protected (wire 9.6)."""
import pytest
import rostra

URI = rostra.CONFIGURATION


def test_children_go_along(client):
    room = client.create('conference', name='D room', aliases=[{'alias': 'd.1'}, {'alias': 'd.2'}])
    meeting = client.create('scheduled_conference', conference=room, ews_item_id='d', start_time='2030-01-01',
                            end_time='2030-01-02')
    series = client.create('recurring_conference', conference=room, current_index=1, ews_item_id='d')
    assert client.read(room)['scheduled_conferences_count'] == 1
    assert client.read(room)['scheduled_conferences'] == [meeting]
    client.remove(room)
    assert [client.get(path).status_code for path in (meeting, series)] == [404, 404]
    assert client.objects('conference_alias/', alias__startswith='d.') == []


def test_counts_follow(client):
    room = client.create('conference', name='D count')
    paths = [client.create('scheduled_conference', conference=room, ews_item_id=f'd{n}', start_time='2030-01-01',
                           end_time='2030-01-02')
             for n in range(3)]
    for left in (3, 2, 1):
        assert client.read(room)['scheduled_conferences_count'] == left
        assert [one['resource_uri'] for one in client.objects('conference/',
                                                              scheduled_conferences_count=left)] == [room]
        client.remove(paths.pop())


def test_a_nullable_reference_becomes_null(client):
    theme = client.create('ivr_theme', name='D theme')
    room = client.create('conference', name='D themed', ivr_theme=theme)
    rule = client.create('gateway_routing_rule', name='D rule', priority=7, match_string='x', ivr_theme=theme)
    client.remove(theme)
    assert client.read(room)['ivr_theme'] is None and client.read(rule)['ivr_theme'] is None


def test_a_reference_that_is_needed_refuses(client):
    location = client.create('system_location', name='D place')
    node = client.create('worker_vm', name='d-node', hostname='d-node', domain='example.com', address='192.0.2.41',
                         netmask='255.255.255.0', gateway='192.0.2.1', system_location=location,
                         node_type='CONFERENCING')
    answer = client.delete(location)
    assert answer.status_code == 400
    assert answer.json() == {'error': 'This object is still used by worker_vm objects.'}
    client.remove(node)
    client.remove(location)


@pytest.mark.parametrize('path',
                         ['role/1/', 'role/2/', 'permission/1/', 'webapp_alias/1/', 'management_vm/1/', 'ivr_theme/1/'])
def test_what_comes_with_the_product_stays(client, path):
    before = client.read(path)
    answer = client.delete(path)
    assert answer.status_code in (400, 405), answer.text
    assert client.read(path) == before


def test_built_in_roles_are_not_changed(client):
    assert client.patch('role/1/', {'name': 'other'}).status_code == 400
    assert client.read('role/1/')['permissions'] and len(client.objects('permission/')) <= 100


@pytest.mark.parametrize('path', ['role/1/', 'role/2/', 'webapp_alias/1/', 'webapp_alias/2/', 'webapp_alias/3/',
                                  'ivr_theme/1/'])
def test_bodies_for_what_is_built_in(client, path):
    """wire 8.1, 9.3, 9.6: what would be emptied by absence or null is a change; what is kept by absence isn't."""
    before = client.read(path)
    roles = path.startswith('role')
    for method, body, changes in (
            ('put', {}, roles), ('put', {'name': before.get('name')}, roles), ('put', before, False),
            ('put', {**before, 'permissions': None}, roles), ('patch', {'permissions': None}, roles),
            ('patch', {'permissions': []}, roles), ('patch', {}, False)):
        if method == 'put' or not path.startswith('ivr'):
            answer = getattr(client, method)(path, body)
            assert answer.status_code == (400 if changes else 204 if method == 'put' else 202), (body, answer.text)
    assert client.read(path) == before


def test_faults_for_what_is_built_in(client):
    """wire 9.2, 9.6: a body that changes nothing since its reference leads nowhere is refused all the same."""
    for method in ('put', 'patch'):
        answer = getattr(client, method)('webapp_alias/1/', {'branding': {'uuid': '0' * 8}})
        assert answer.status_code == 400 and list(answer.json()['webapp_alias']) == ['branding'], answer.text


def test_the_last_administrator_stays(client):
    """Deleted, disabled and without rights alike."""
    (admin,) = client.objects('administrator/', name=rostra.USER)
    for answer in (client.delete(admin['resource_uri']), client.patch(admin['resource_uri'], {'enabled': False}),
                   client.patch(admin['resource_uri'], {'roles': []}), client.delete('administrator/'),
                   client.put('administrator/', {'objects': []})):
        assert answer.status_code == 400, answer.text
    assert client.read(admin['resource_uri']) == {**admin, 'last_login': client.read(admin['resource_uri'])['last_login']}
