"""Rights: what a body changes in other resources needs their rights, what a deletion takes along doesn't.

By design: one function decides for everything (design.md, "Permissions"); see the head of rest/apply.h.
"""
import pytest
import rostra

PERMISSION = rostra.CONFIGURATION + 'permission/{}/'
USE_API = 2
VIEW_AND_CHANGE = {'services': 11, 'platform': 31, 'system': 41, 'scheduling': 61, 'certificates': 81}
KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SaG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
PASSWORD = 'a password for this'


@pytest.fixture(scope='module')
def clients(shared_server, maker):
    """clients('system', 'platform'): somebody who may view and change just these."""
    made = {}

    def make(*groups):
        if groups not in made:
            ids = [USE_API] + [number for group in groups
                               for number in (VIEW_AND_CHANGE[group], VIEW_AND_CHANGE[group] + 1)]
            name = 'r.' + '.'.join(groups)
            role = maker.client.create('role', name=name, permissions=[PERMISSION.format(number) for number in ids])
            maker.client.create('administrator', name=name, password=PASSWORD, roles=[role])
            made[groups] = rostra.Client(shared_server, name, PASSWORD)
        return made[groups]

    yield make
    for client in made.values():
        client.session.close()


@pytest.fixture(scope='module')
def node(maker):
    location = maker.client.create('system_location', name='Of rights')
    return maker.client.create('worker_vm', name='rights', hostname='rights', domain='example.com',
                               address='192.0.2.88', netmask='255.255.255.0', gateway='192.0.2.1',
                               system_location=location, node_type='CONFERENCING')


def refused(answer, resource=None):
    assert answer.status_code == 403, answer.text
    assert list(answer.json()) == ['error'] and (resource is None or resource in answer.json()['error'])
    return True


def test_nodes_of_a_key(client, clients, node):
    """wire 9.3, 10.1: the list of nodes is a view of rows that another right guards."""
    without, both = clients('system'), clients('system', 'platform')
    assert refused(without.post('ssh_authorized_key/', {'keytype': 'ssh-ed25519', 'key': KEY.split()[1],
                                                        'comment': 'r', 'nodes': [node]}), 'management_vm')
    path = without.create('ssh_authorized_key', keytype='ssh-ed25519', key=KEY.split()[1], comment='r', nodes=[])
    assert refused(without.patch(path, {'comment': 'other', 'nodes': [node]}))
    shown = client.read(path)
    assert shown['nodes'] == [] and shown['comment'] == 'r'
    both.change(path, nodes=[node])
    assert client.read(path)['nodes'] == [node]
    without.change(path, comment='changed', nodes=[node])    # sent back as it was read
    assert refused(without.patch(path, {'nodes': []}))
    assert client.read(node)['ssh_authorized_keys'] == [path]
    both.change(path, nodes=[])
    assert client.read(node)['ssh_authorized_keys'] == []


def test_children(client, clients):
    """wire 9.3: a list of children makes, changes and deletes objects of another resource."""
    without, both = clients('services'), clients('services', 'scheduling')
    room = client.create('conference', name='r.children')
    child = {'ews_item_id': 'r.one', 'start_time': '2026-01-01T10:00:00', 'end_time': '2026-01-01T11:00:00'}
    assert refused(without.patch(room, {'scheduled_conferences': [child]}), 'scheduled_conferences')
    both.change(room, scheduled_conferences=[child])
    (path,) = client.read(room)['scheduled_conferences']
    without.change(room, description='fine', scheduled_conferences=[path])
    assert refused(without.patch(room, {'scheduled_conferences': []}))
    assert client.read(room)['scheduled_conferences'] == [path]


def test_deletions_take_along(client, clients):
    """wire 9.6: owned children go with their parent, whoever may delete that; references become null."""
    without = clients('services')
    room = client.create('conference', name='r.parent', scheduled_conferences=[
        {'ews_item_id': 'r.two', 'start_time': '2026-01-01T10:00:00', 'end_time': '2026-01-01T11:00:00'}])
    (child,) = client.read(room)['scheduled_conferences']
    assert refused(without.delete(child))
    without.remove(room)
    assert client.get(child).status_code == 404
