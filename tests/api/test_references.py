"""Every relation of the model: how it is shown, what a deletion does to it, and what writing its list does
(wire 9.1, 9.3, 9.6).

All cases come from the model, so that a new relation is tried without a word here.
"""
import functools

import pytest
import resources
import rostra

NOBODY = 999999


def in_the_store(field):
    """Between two tables; embedded objects lie in their row."""
    return field.type == 'related' and field.related.startswith('configuration/')


def can_be_made(resource):
    return 'post' in resource.list_methods and 'delete' in resource.detail_methods


RELATIONS = [f for r in resources.family('configuration') for f in r.fields if in_the_store(f) and f.resource.path]
TO_ONE = [f for f in RELATIONS if not f.many]
TO_MANY = [f for f in RELATIONS if f.many]
# What clients can't delete, or hold only what the product brings.
UNDELETABLE = {'role.permissions', 'software_bundle.selected_revision', 'webapp_alias.bundle'}
each = functools.partial(pytest.mark.parametrize, ids=str)


class Cast:
    """Objects that only one test knows; whatever it set in singletons is put back."""

    def __init__(self, client, maker):
        self.client, self.maker = client, maker
        self.before = []

    def make(self, resource, **fields):
        answer = self.maker.send(self.client, resource, {**self.maker.body(resource), **fields})
        assert answer.status_code == 201, (resource, answer.text)
        return answer.headers['Location']

    def owner(self, field, value=None):
        """An object whose field holds this."""
        resource = field.resource
        given = {} if value is None else {field.name: value}
        if can_be_made(resource) and not resource.singleton:
            return self.make(resource, **given)
        path = self.client.objects(resource.path)[0]['resource_uri']
        self.before.append((field, path, self.shown(field, path)))
        self.client.change(path, **given)
        return path

    def shown(self, field, path):
        """Addresses that the field shows."""
        value = self.client.read(path)[field.name]
        values = value if field.many else [value]
        return [self.address(field, one) for one in values if one is not None]

    @staticmethod
    def address(field, one):
        if not isinstance(one, dict) or field.kind == 'values':
            return one
        key = one.get(field.target.key)
        return one.get('resource_uri') or f'{field.target.path}{key}/'

    def restore(self):
        for field, path, value in self.before:
            self.client.change(path, **{field.name: value if field.many else (value or [None])[0]})


@pytest.fixture
def cast(client, maker):
    made = Cast(client, maker)
    yield made
    made.restore()


def test_all_relations_are_tried():
    """wire 9.6: what can't be is known by name, and every relation has a rule."""
    out = {repr(f) for f in RELATIONS if not f.readonly and not can_be_made(f.target)}
    assert out == UNDELETABLE
    assert {f.on_delete for f in TO_ONE} == {'cascade', 'null', 'refuse'}
    assert {f.kind for f in TO_MANY} == {'children', 'inverse', 'links'}
    assert len(TO_ONE) > 70 and len(TO_MANY) > 30


@each('field', [f for f in TO_ONE if repr(f) not in UNDELETABLE])
def test_deletion_of_what_a_to_one_names(cast, client, field):
    """wire 9.6: goes along, becomes null, or refuses with the name of the referrers."""
    target = cast.make(field.target)
    owner = cast.owner(field, target)
    assert cast.shown(field, owner) == [target]
    answer = client.delete(target)
    if field.on_delete == 'refuse':
        assert answer.status_code == 400
        assert answer.json() == {'error': f'This object is still used by {field.resource.name} objects.'}
        assert cast.shown(field, owner) == [target]
        client.remove(owner)
        client.remove(target)
        return
    assert answer.status_code == 204, answer.text
    if field.on_delete == 'cascade':
        assert client.get(owner).status_code == 404
    else:
        assert cast.shown(field, owner) == []


@each('field', [f for f in TO_ONE if f.on_delete == 'refuse'])
def test_deletion_of_a_list_is_refused_whole(cast, client, field):
    """wire 8.4, 9.6: one that is used keeps all of them, unless its user goes with it."""
    free, used = cast.make(field.target), cast.make(field.target)
    owner = cast.owner(field, used)
    keys = ','.join(str(rostra.key_of(path)) for path in (free, used))
    answer = client.delete(field.target.path, params={f'{field.target.key}__in': keys})
    assert answer.status_code == 400 and field.resource.name in answer.json()['error']
    assert [client.get(path).status_code for path in (free, used, owner)] == [200] * 3
    client.remove(owner)
    assert client.delete(field.target.path, params={f'{field.target.key}__in': keys}).status_code == 204


@each('field', [f for f in TO_MANY if f.kind == 'links' and repr(f) not in UNDELETABLE])
def test_deletion_on_either_side_of_links(cast, client, field):
    """wire 9.6: links vanish, the object on the other side stays."""
    first, second = cast.make(field.target), cast.make(field.target)
    owner = cast.owner(field, [first, second])
    assert sorted(cast.shown(field, owner)) == sorted([first, second])
    client.remove(first)
    assert cast.shown(field, owner) == [second]
    if can_be_made(field.resource) and not field.resource.singleton:
        client.remove(owner)
    assert client.get(second).status_code == 200


def reverse_of(field):
    return next(f for f in field.target.fields if f.name == field.reverse)


def new_member(cast, field):
    """An object that the list may name, and that belongs to nobody yet or to somebody else."""
    if field.kind == 'links':
        return cast.make(field.target)
    reverse = reverse_of(field)
    return cast.make(field.target, **({} if reverse.nullable else {reverse.name: cast.make(field.resource)}))


def members(cast, field):
    if repr(field) in UNDELETABLE:
        return [one['resource_uri'] for one in cast.client.objects(field.target.path)][:2]
    made = [new_member(cast, field) for _ in range(2)]
    for group in field.target.description.get('unique_together', []):
        if field.reverse in group:      # so that they can have one owner
            for number, path in enumerate(made):
                cast.client.change(path, **{name: number + 1 for name in group if name != field.reverse})
    return made


@each('field', [f for f in TO_MANY if not f.readonly])
def test_a_list_replaces(cast, client, field):
    """wire 9.3: what is left out of the list, by the kind of the relation; duplicates collapse."""
    first, second = members(cast, field)
    owner = cast.owner(field)
    client.change(owner, **{field.name: [first, second, first]})
    assert sorted(cast.shown(field, owner)) == sorted([first, second])
    client.change(owner, **{field.name: [second]})
    assert cast.shown(field, owner) == [second]
    assert client.get(first).status_code == (404 if field.kind == 'children' else 200)
    if field.kind == 'inverse':
        assert client.read(first)[field.reverse] is None
    client.change(owner, **{field.name: []})
    assert cast.shown(field, owner) == []
    assert client.get(second).status_code == (404 if field.kind == 'children' else 200)


@each('field', [f for f in TO_MANY if not f.readonly])
def test_null_and_absent_lists(cast, client, field):
    """wire 8.1, 8.2: the side that names links is emptied by null, and by a PUT without it; all others stay."""
    (first, second) = members(cast, field)
    owner = cast.owner(field)
    client.change(owner, **{field.name: [first, second]})
    named = field.kind == 'links' and not field.inverse_of
    expected = [] if named else sorted([first, second])
    client.change(owner, **{field.name: None})
    assert sorted(cast.shown(field, owner)) == expected
    if 'put' in field.resource.detail_methods:
        client.change(owner, **{field.name: [first, second]})
        for body in ({}, {field.name: None}):
            answer = client.put(owner, body)
            assert answer.status_code == 204, answer.text
            assert sorted(cast.shown(field, owner)) == expected


@each('field', [f for f in TO_MANY if not f.readonly])
def test_members_that_are_nobody(cast, client, field):
    """wire 9.3: an object that matches nothing is made a child, or refused; an address of nothing is a fault."""
    owner = cast.owner(field)
    body = cast.maker.body(field.target)
    if field.kind == 'children' or field.create:
        body.pop(field.reverse, None)
        client.change(owner, **{field.name: [body]})
        (made,) = cast.shown(field, owner)
        shown = client.read(made)
        assert field.kind != 'children' or resources.is_object(shown[field.reverse], owner)
        client.created.append(made)
    else:
        refused = client.patch(owner, {field.name: [body]})
        assert refused.status_code == 400 and list(refused.json()[field.resource.name]) == [field.name]
    for nobody in (f'{field.target.path}{NOBODY}/', NOBODY):
        if field.target.key_type != 'integer':
            continue
        before = cast.shown(field, owner)
        refused = client.patch(owner, {field.name: [nobody]})
        assert refused.status_code == 400 and list(refused.json()[field.resource.name]) == [field.name]
        assert cast.shown(field, owner) == before


@each('field', [f for f in TO_MANY if f.inverse_of])
def test_links_are_one_set(cast, client, field):
    """wire 9.3: what one side writes the other shows."""
    other = next(f for f in field.target.fields if f.name == field.inverse_of)
    first, second = members(cast, field)
    owner = cast.owner(field, [first])
    assert cast.shown(other, first) == [owner] and cast.shown(other, second) == []
    client.change(second, **{other.name: [owner]})
    assert sorted(cast.shown(field, owner)) == sorted([first, second])
    client.change(first, **{other.name: []})
    assert cast.shown(field, owner) == [second]


@each('field', [f for r in resources.family('configuration') for f in r.fields
                if f.type == 'related' and f.many and f.kind == 'values' and not f.readonly])
def test_values_are_what_was_sent(cast, client, field):
    """wire 9.3, 8.1: embedded objects are replaced as a whole; null, and a PUT without them, empties them."""
    values = [{'value': 'H264_H_0'}] if field.name == 'disabled_codecs' else resources.values_for(field, 1)
    owner = cast.owner(field)
    before = client.read(owner)[field.name]
    for sent, kept in ((values, values), ([], []), (values, values), (None, [])):
        client.change(owner, **{field.name: sent})
        shown = client.read(owner)[field.name]
        assert len(shown) == len(kept) and all(k.items() <= s.items() for k, s in zip(kept, shown))
    if 'put' in field.resource.detail_methods:
        client.change(owner, **{field.name: values})
        assert client.put(owner, {}).status_code == 204
        assert client.read(owner)[field.name] == []
    client.change(owner, **{field.name: before})


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
def test_how_it_is_shown(client, cast, field):
    """wire 9.1: as an object where clients want one, else as an address."""
    whole = field.name in SHOWN_WHOLE.get(field.resource.name, '').split()
    if not can_be_made(field.resource) or not field.settable or whole and field.kind == 'values':
        assert whole == bool(field.full or field.embed)
        return
    if not can_be_made(field.target) or field.kind == 'values':
        return
    other = cast.make(field.target)
    path = cast.make(field.resource)
    client.change(path, **{field.name: [other] if field.many else other})
    shown = client.read(path)[field.name]
    one = shown[0] if field.many else shown
    assert isinstance(one, dict if whole else str)
    assert resources.is_object(one, other)
    for listed in client.objects(field.resource.path, resource_uri=path):
        assert listed[field.name] == shown


@pytest.mark.long
def test_touched_rows_have_a_limit(fresh_client):
    """wire 9.6: at most 100,000 changes a request, with all that goes along; nothing is half done."""
    text = 'One request can change at most 100,000 objects'
    rooms = [{'name': f'Many {n}', 'aliases': [{'alias': f'many{n}.{k}'} for k in range(4)]} for n in range(20001)]
    answer = fresh_client.patch('conference/', {'objects': rooms})
    assert answer.status_code == 400 and answer.json()['error'].startswith(text)
    assert fresh_client.read('conference/')['meta']['total_count'] == 0
    for part in (rooms[:10001], rooms[10001:]):
        assert fresh_client.patch('conference/', {'objects': part}).status_code == 202
    answer = fresh_client.delete('conference/')
    assert answer.status_code == 400 and answer.json()['error'].startswith(text)
    assert fresh_client.read('conference_alias/')['meta']['total_count'] == 80004
    half = fresh_client.delete('conference/?id__lt=10001')
    assert half.status_code == 204 and fresh_client.delete('conference/').status_code == 204
