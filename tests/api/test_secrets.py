"""Secrets: masked, kept when the mask comes back, never shown."""
import pathlib
import re

import pytest
import resources

MASK = resources.MASK


@pytest.fixture
def device(client):
    return client.create('device', alias='s.device', username='u', password='first secret')


def test_a_mask(client, device):
    """wire 9.4: random, its own, steady."""
    mask = client.read(device)['password']
    assert MASK.fullmatch(mask)
    assert client.read(device)['password'] == mask == client.objects('device/', alias='s.device')[0]['password']
    other = client.create('device', alias='s.other', password='first secret')
    assert client.read(other)['password'] != mask
    assert client.read(client.create('device', alias='s.none'))['password'] == ''


def test_a_mask_written_back_changes_nothing(client, device):
    """wire 9.4"""
    before = client.read(device)
    for method in (client.patch, client.put):
        assert method(device, {**before, 'description': 'x'}).status_code in (202, 204)
        assert client.read(device) == {**before, 'description': 'x'}
        assert method(device,
                      {**before,
                       'password': None if method == client.put else before['password']}).status_code in (202, 204)
        assert client.read(device) == before


def test_another_secret_another_mask(client, device):
    """wire 9.4"""
    mask = client.read(device)['password']
    client.change(device, password='second secret')
    second = client.read(device)['password']
    assert MASK.fullmatch(second) and second != mask
    assert client.patch(device, {'password': mask}).status_code == 400     # no longer its own
    client.change(device, password='')
    assert client.read(device)['password'] == ''


def test_the_mask_of_another_is_refused(client, device):
    """wire 9.4: else a copied object gets the mask as its password."""
    mask = client.read(device)['password']
    for answer in (client.post('device/', {'alias': 's.copy', 'password': mask}),
                   client.post('device/', {'alias': 's.copy', 'password': '$~!1$' + 'A' * 22})):
        assert answer.status_code == 400 and list(answer.json()['device']) == ['password']
    client.create('device', alias='s.near', password='$~!1$' + 'A' * 21)


def test_a_nullable_secret(client):
    """wire 9.4: null when unset."""
    path = client.create('event_sink', name='Sink', url='https://x.example.com')
    assert client.read(path)['password'] is None
    client.change(path, password='secret')
    assert MASK.fullmatch(client.read(path)['password'])
    client.change(path, password=None)
    assert client.read(path)['password'] is None


def test_required_secrets_and_hashes(client):
    """wire 9.4: shown as "", which written back changes nothing."""
    path = client.create('administrator', name='s.admin', password='a long password')
    before = client.read(path)
    assert before['password'] == ''
    assert client.put(path, before).status_code == 204
    client.change(path, password='')
    assert client.read(path) == before
    answer = client.post('administrator/', {'name': 's.second', 'password': ''})
    assert answer.status_code == 400


def test_null_for_a_required_secret(client):
    """wire 7, 8.1, 8.2: comes with other faults, told once; a PUT keeps what is there."""
    path = client.create('mjx_exchange_deployment', name='s.deploy', service_account_username='s',
                         service_account_password='open sesame')
    before = client.read(path)
    for answer in (client.patch(path, {'service_account_password': None, 'description': []}),
                   client.patch('mjx_exchange_deployment/', {'objects': [
                       {'resource_uri': path, 'service_account_password': None, 'description': []}]})):
        found = answer.json()['mjx_exchange_deployment']
        assert set(found) == {'service_account_password', 'description'}, answer.text
        assert found['service_account_password'] == ['This field is required.']
    assert client.put(path, {'service_account_password': None}).status_code == 204
    assert client.read(path) == before
    answer = client.put('mjx_exchange_deployment/987654/', {'service_account_password': None, 'name': 's'})
    assert answer.json()['mjx_exchange_deployment']['service_account_password'] == ['This field is required.']


def test_secrets_are_no_filters_and_no_orders(client):
    """wire 4.1"""
    for query in ('password=x', 'password__startswith=x', 'password__isnull=true', 'order_by=password'):
        assert client.get('device/?' + query).status_code == 400, query


def test_pins_and_communities_are_no_secrets(client):
    """wire 9.4"""
    path = client.create('conference', name='Pins', pin='123456', guest_pin='654321', allow_guests=True)
    assert (client.read(path)['pin'], client.read(path)['guest_pin']) == ('123456', '654321')
    assert len(client.objects('conference/', pin='123456', guest_pin__startswith='65')) == 1


def test_what_is_only_written(client):
    """Accepted but read back as the default; sent back so, it stays."""
    tenant = client.create('azure_tenant', name='T', tenant_id='00000000-0000-4000-8000-000000000001')
    path = client.create('teams_proxy', name='P', address='proxy.example.com', azure_tenant=tenant,
                         notifications_queue='Endpoint=sb://x;SharedAccessKey=s3cret')
    before = client.read(path)
    assert before['notifications_queue'] is None and before['eventhub_id']
    assert client.put(path, before).status_code == 204
    assert client.read(path)['eventhub_id'] == before['eventhub_id']


def test_nothing_of_a_secret_is_in_a_file_or_the_log(client, server):
    """wire 9.4: sealed from the first day; errors and the log don't name it either."""
    word = 'Xyzzy-plugh-4711'
    client.create('device', alias='s.sealed', password=word)
    answer = client.post('device/', {'alias': 's.sealed', 'password': word + 'x' * 2000})
    assert answer.status_code == 400 and word not in answer.text
    for file in pathlib.Path(server.data).rglob('*'):
        if file.is_file():
            assert word.encode() not in file.read_bytes(), file
    assert not re.search('xyzzy', server.log(), re.I)
