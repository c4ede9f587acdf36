"""What the deletion of an object does to each relation that leads to it, one by one (wire 9.6)."""
import pytest
import resources

DELETABLE = {r.name for r in resources.family('configuration')
             if 'post' in r.list_methods and 'delete' in r.detail_methods}
RELATIONS = [f for r in resources.family('configuration') if r.name in DELETABLE for f in r.fields
             if f.type == 'related' and f.related.startswith('configuration/') and f.target.name in DELETABLE]
TO_ONE = [f for f in RELATIONS if f.to_one and f.settable]
LINKS = [f for f in RELATIONS if f.kind == 'links' and f.settable]
CHILDREN = [f for f in RELATIONS if f.kind == 'children']


def create(client, maker, resource, **more):
    answer = maker.send(client, resource, {**maker.body(resource), **more})
    assert answer.status_code == 201, answer.text
    return answer.headers['Location']


def address(shown):
    return shown['resource_uri'] if isinstance(shown, dict) else shown


@pytest.mark.parametrize('field', TO_ONE, ids=str)
def test_to_one(client, maker, field):
    """wire 9.6: goes along, becomes null, or refuses with the name of who still uses it; both sides are looked at."""
    target = create(client, maker, field.target)
    path = create(client, maker, field.resource, **{field.name: target})
    shown = client.read(path)[field.name]
    assert resources.is_object(shown, target)
    answer = client.delete(target)
    if field.on_delete == 'refuse':
        assert answer.status_code == 400
        assert answer.json() == {'error': f'This object is still used by {field.resource.name} objects.'}
        assert client.get(target).status_code == client.get(path).status_code == 200
        client.remove(path)
        client.remove(target)
        return
    assert answer.status_code == 204, answer.text
    assert client.get(target).status_code == 404
    if field.on_delete == 'cascade':
        assert client.get(path).status_code == 404
    else:
        assert field.on_delete == 'null' and client.read(path)[field.name] is None


@pytest.mark.parametrize('field', LINKS, ids=str)
def test_links(client, maker, field):
    """wire 9.6, 9.3: a link vanishes with either end, the other end stays; a PUT without it empties the naming side."""
    other = create(client, maker, field.target)
    path = create(client, maker, field.resource, **{field.name: [other]})
    assert len(client.read(path)[field.name]) == 1
    before = client.read(path)
    del before[field.name]
    answer = client.put(path, before)
    if answer.status_code != 405:
        assert answer.status_code == 204, answer.text
        assert len(client.read(path)[field.name]) == (1 if field.inverse_of else 0)
    client.change(path, **{field.name: [other]})
    client.remove(other)
    assert client.read(path)[field.name] == []
    second = create(client, maker, field.target)
    client.change(path, **{field.name: [second]})
    client.change(path, **{field.name: []})
    assert client.get(second).status_code == 200
    client.change(path, **{field.name: [second]})
    client.remove(path)
    assert client.get(second).status_code == 200


@pytest.mark.parametrize('field', CHILDREN, ids=str)
def test_children(client, maker, field):
    """wire 9.6, 9.3: a child shows on both sides, stays on null and absence, and goes with [] or with its parent."""
    parent = create(client, maker, field.resource)
    places = [{'position': n} if 'position' in field.target.by_name else {} for n in (1, 2)]
    first, second = (create(client, maker, field.target, **{field.reverse: parent}, **place) for place in places)
    assert len(client.read(parent)[field.name]) == 2
    client.change(parent, **{field.name: None})
    client.change(parent)
    assert len(client.read(parent)[field.name]) == 2
    client.change(parent, **{field.name: [first]})
    assert [client.get(path).status_code for path in (first, second)] == [200, 404]
    client.change(parent, **{field.name: []})
    assert client.get(first).status_code == 404 and client.read(parent)[field.name] == []
    third = create(client, maker, field.target, **{field.reverse: parent})
    client.remove(parent)
    assert client.get(third).status_code == 404


SHOWN_WHOLE = {
    'conference': 'aliases automatic_participants ivr_theme', 'gateway_routing_rule': 'ivr_theme disabled_codecs',
    'global': 'default_theme disabled_codecs', 'worker_vm': 'static_routes', 'role': 'permissions',
    'management_vm': 'static_routes dns_servers ntp_servers syslog_servers event_sinks',
    'system_location': 'dns_servers ntp_servers syslog_servers event_sinks', 'identity_provider': 'attributes',
    'ms_exchange_connector': 'domains', 'user_group': 'user_group_entity_mappings',
    'media_library_playlist': 'playlist_entries', 'webapp_alias': 'bundle branding',
    'mjx_integration': 'endpoint_groups exchange_deployment google_deployment graph_deployment',
    'mjx_endpoint_group': 'endpoints', 'mjx_exchange_deployment': 'autodiscover_urls',
    'diagnostic_graphs': 'datasets', 'event_sink': 'events', 'upgrade_request': 'current upgrade',
}


@pytest.mark.parametrize('field', [f for r in resources.family('configuration') for f in r.fields
                                   if f.type == 'related'], ids=str)
def test_how_it_is_shown(client, maker, field):
    """wire 9.1: as an object where clients want one, else as an address."""
    whole = field.name in SHOWN_WHOLE.get(field.resource.name, '').split()
    if field.resource.name not in DELETABLE or not field.settable or whole and field.kind == 'values':
        assert whole == bool(field.full or field.embed)
        return
    if field.target.name not in DELETABLE or field.kind == 'values':
        return
    other = create(client, maker, field.target)
    path = create(client, maker, field.resource)
    client.change(path, **{field.name: [other] if field.many else other})
    shown = client.read(path)[field.name]
    one = shown[0] if field.many else shown
    assert isinstance(one, dict if whole else str)
    assert resources.is_object(one, other)
    for listed in client.objects(field.resource.path, resource_uri=path):
        assert listed[field.name] == shown
