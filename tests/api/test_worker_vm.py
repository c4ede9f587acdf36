"""What a new Conferencing Node is given to start with."""
import hashlib
import itertools
import re
import ssl
import xml.etree.ElementTree

import pytest
import rostra

numbers = itertools.count(1)
SECRETS = {'password': 'ssh password', 'snmp_authentication_password': 'snmp password',
           'snmp_privacy_password': 'privacy password', 'snmp_community': 'community'}


@pytest.fixture
def location(client):
    return client.create('system_location', name='Start <&> "here" \x01\r\n\t￾￿ ☃')


def node(location, **changed):
    number = next(numbers)
    return {'name': f'w<{number}>&', 'hostname': f'w{number}', 'domain': 'example.com', 'address': f'192.0.2.{number}',
            'netmask': '255.255.255.0', 'gateway': '192.0.2.254', 'system_location': location, **changed}


def document(answer):
    assert answer.status_code == 201, answer.text
    assert answer.headers['Content-Type'] == 'application/xml; charset=utf-8'
    return xml.etree.ElementTree.fromstring(answer.content)


def texts(element):
    return {child.tag: child.text for child in element if not len(child)}


@pytest.mark.parametrize('given', [{}, {'deployment_type': 'MANUAL-PROVISION-ONLY'}, {'deployment_type': ''}], ids=str)
def test_the_configuration_of_a_node(client, server, location, given):
    """wire 7: XML with the node's own values and where its Management Node is; Location with the id."""
    fields = node(location, ipv6_address=f'2001:db8::{next(numbers)}', static_nat_address='198.51.100.7', **SECRETS, **given)
    answer = client.post('worker_vm/', fields)
    root = document(answer)
    path = answer.headers['Location']
    assert re.fullmatch(rostra.CONFIGURATION + r'worker_vm/\d+/', path)
    assert root.tag == 'configuration'
    assert texts(root) == {
        'id': str(rostra.key_of(path)), 'node_type': 'CONFERENCING',
        'system_location': 'Start <&> "here" ?\r\n\t?? ☃',
        **{name: fields[name] for name in ('name', 'hostname', 'domain', 'address', 'netmask', 'gateway', 'ipv6_address',
                                           'static_nat_address')}}
    for secret in SECRETS.values():
        assert secret not in answer.text
    manager = client.read('management_vm/1/')
    told = texts(root.find('management'))
    for name in ('name', 'hostname', 'domain', 'address'):
        assert told[name] == manager[name]
    assert client.read(path)['name'] == fields['name']


def test_it_knows_the_certificate_of_its_manager(client, server, location):
    """wire 7: so that the node can tell with whom it speaks."""
    root = document(client.post('worker_vm/', node(location)))
    with server.connect() as connection:
        shown = connection.getpeercert(binary_form=True)
    assert root.findtext('management/certificate_sha256') == hashlib.sha256(shown).hexdigest()
    kept = client.read('tls_certificate/1/')['certificate']
    assert ssl.PEM_cert_to_DER_cert(kept) == shown


def test_a_manager_without_certificate(fresh_client):
    """facts: management_vm/1 may name none; then nothing is said of it."""
    fresh_client.change('management_vm/1/', tls_certificate=None)
    location = fresh_client.create('system_location', name='x')
    told = texts(document(fresh_client.post('worker_vm/', node(location))).find('management'))
    assert 'certificate_sha256' not in told and told['address']


@pytest.mark.parametrize('kind', ['AUTO', 'VMWARE-WEBDEPLOY'])
def test_other_deployments(client, location, kind):
    """wire 7: an empty body, as of any other resource."""
    answer = client.post('worker_vm/', node(location, deployment_type=kind))
    assert answer.status_code == 201 and not answer.content
    assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'


def test_by_put_and_in_lists(client, location):
    """wire 8: a PUT that makes a node answers like a POST, a list doesn't."""
    path = rostra.CONFIGURATION + 'worker_vm/4321/'
    answer = client.put(path, node(location))
    assert document(answer).findtext('id') == '4321' and answer.headers['Location'] == path
    assert client.put(path, node(location)).status_code == 204
    listed = client.patch('worker_vm/', {'objects': [node(location, name='listed')]})
    assert listed.status_code == 202 and not listed.content
    client.created += [one['resource_uri'] for one in client.objects('worker_vm/', name='listed')]


def test_a_refused_node(client, location):
    """wire 10.3: no configuration, and JSON."""
    answer = client.post('worker_vm/', node(location, address='nowhere'))
    assert answer.status_code == 400 and set(answer.json()['worker_vm']) == {'address'}
