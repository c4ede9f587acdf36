"""What single resources do beyond their model files: values that are made or derived, seeds, singletons, masks."""
import datetime
import re

import pytest
import resources
import rostra

URI = rostra.CONFIGURATION
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
PLACE = {'hostname': 'facts', 'domain': 'example.com', 'netmask': '255.255.255.0', 'gateway': '192.0.2.1'}


@pytest.fixture
def room(client):
    return client.create('conference', name='Fact', pin='123456', aliases=[{'alias': 'fact.one'}, {'alias': 'fact.two'}])


@pytest.fixture
def make_node(client):
    location = client.create('system_location', name='Facts')
    return lambda n=1, **more: client.create('worker_vm', name=f'facts{n}', address=f'192.0.2.{100 + n}',
                                             system_location=location, **{**PLACE, 'hostname': f'facts{n}', **more})


def test_shown_in_clear(client):
    """fact 1.1: what looks like a secret but is none."""
    licence = client.create('licence', entitlement_id='fact-4711')
    assert client.read(licence)['entitlement_id'] == 'fact-4711'
    system = client.create('snmp_network_management_system', name='NMS', address='192.0.2.7', snmp_trap_community='open')
    assert client.read(system)['snmp_trap_community'] == 'open'
    for path, name in (('management_vm/1/', 'snmp_community'), ('global/1/', 'azure_client_id')):
        before = client.read(path)[name]
        client.change(path, **{name: 'in clear'})
        assert client.read(path)[name] == 'in clear'
        client.change(path, **{name: before})


@pytest.mark.parametrize('resource', [r for r in resources.family('configuration') if 'patch' in r.detail_methods],
                         ids=str)
def test_masks_sent_back_change_nothing(client, maker, resource):
    """fact 1.1, wire 9.4: of every secret that is shown masked."""
    masked = [f.name for f in resource.fields if f.secret == 'mask' and not f.write_only and not f.readonly]
    if not masked:
        return
    if resource.singleton or 'post' not in resource.list_methods:
        path = f'{resource.path}1/'
        body = {name: value for name, value in maker.body(resource, full=True).items() if name in masked}
        client.change(path, **body)
    else:
        path = maker.send(client, resource, maker.body(resource, full=True)).headers['Location']
    before = client.read(path)
    assert all(resources.MASK.fullmatch(before[name]) for name in masked)
    for name in masked:
        client.change(path, **{name: before[name]})
        assert client.read(path)[name] == before[name]
    empty = {name: None if resource.by_name[name].nullable else '' for name in masked
             if not resource.by_name[name].required}
    client.change(path, **empty)
    assert {name: client.read(path)[name] for name in empty} == empty


def test_embedded_objects_lack_members(client, room):
    """fact 1.2, wire 9.1"""
    client.change(room, automatic_participants=[{'alias': 'fact.auto', 'description': 'd'}])
    shown = client.read(room)
    (participant,) = shown['automatic_participants']
    assert set(shown['aliases'][0]) == {'alias', 'conference', 'creation_time', 'description', 'id', 'view_order'}
    assert not {'resource_uri', 'conference', 'system_location'} & set(participant)
    alone = client.read(f'automatic_participant/{participant["id"]}/')
    assert alone['conference'] == [room] and alone['system_location'] is None
    assert participant.items() <= alone.items()
    client.remove(alone['resource_uri'])


def test_a_put_of_a_typed_sdk(client, room):
    """fact 1.3, wire 8.1: null for lists, 0 for counts that can only be read; what belongs to the room stays."""
    meeting = client.create('scheduled_conference', conference=room, ews_item_id='f', start_time='2030-01-01',
                            end_time='2030-01-02')
    client.change(room, description='kept', automatic_participants=[{'alias': 'fact.auto'}])
    before = client.read(room)
    body = {**before, 'aliases': None, 'automatic_participants': None, 'scheduled_conferences': None,
            'scheduled_conferences_count': 0}
    del body['description']
    assert client.put(room, body).status_code == 204
    assert client.read(room) == before and before['scheduled_conferences'] == [meeting]
    client.remove(f'automatic_participant/{before["automatic_participants"][0]["id"]}/')


def test_lists_that_read_empty_after_a_put(client):
    """fact 1.3: links that this side names, and plain values; by absence, by null, by a PATCH with null."""
    role = client.create('ldap_role', name='Admins', ldap_group_dn='cn=admins', roles=[URI + 'role/1/'])
    mapping = client.create('role_mapping', name='Mapped', source='LDAP', value='cn=admins', roles=[URI + 'role/1/'])
    for path in (role, mapping):
        before = client.read(path)
        assert len(before['roles']) == 1
        del before['roles']
        assert client.put(path, before).status_code == 204
        assert client.read(path) == {**before, 'roles': []}
    rule = client.create('gateway_routing_rule', name='Codecs', priority=9, match_string='x',
                         disabled_codecs=[{'value': 'H264_H_0'}])
    assert client.put(rule, {**client.read(rule), 'disabled_codecs': None}).status_code == 204
    assert client.read(rule)['disabled_codecs'] == []
    attribute = client.create('identity_provider_attribute', name='mail')
    provider = client.create('identity_provider', name='IdP', idp_type='saml', attributes=[attribute],
                             assertion_consumer_service_url='https://x.example.com/')
    assert len(client.read(provider)['attributes']) == 1
    client.change(provider, attributes=None)
    assert client.read(provider)['attributes'] == []


@pytest.mark.parametrize('resource', [r for r in resources.family('configuration')
                                      if 'patch' in r.detail_methods and 'post' in r.list_methods], ids=str)
def test_read_only_fields_are_ignored(client, maker, resource):
    """fact 1.4, wire 7, 8.2: whatever is sent for them."""
    readonly = [f for f in resource.fields if f.readonly and not f.is_key]
    path = maker.send(client, resource, maker.body(resource)).headers['Location']
    before = client.read(path)
    for value in (None, 'x', 7, [], {}):
        client.change(path, **{f.name: value for f in readonly})
    after = client.read(path)
    assert {f.name: after[f.name] for f in readonly if f.type != 'datetime'} == \
        {f.name: before[f.name] for f in readonly if f.type != 'datetime'}


def test_both_sides_of_a_pair(client, room):
    """fact 1.5, wire 9.3"""
    participant = client.create('automatic_participant', alias='fact.both', conference=[room])
    assert [one['alias'] for one in client.read(room)['automatic_participants']] == ['fact.both']
    client.change(room, automatic_participants=[])
    assert client.read(participant)['conference'] == []
    client.change(room, automatic_participants=[participant])
    assert client.read(participant)['conference'] == [room]
    group = client.create('user_group', name='Facts')
    user = client.create('end_user', primary_email_address='fact@example.com', user_groups=[group])
    assert client.read(group)['users'] == [user]
    client.change(group, users=[])
    assert client.read(user)['user_groups'] == []


def test_written_as_addresses_read_as_objects(client, make_node):
    """fact 1.6, wire 9.1"""
    server = client.create('dns_server', address='192.0.2.53')
    clock = client.create('ntp_server', address='192.0.2.123')
    log = client.create('syslog_server', address='192.0.2.114')
    sink = client.create('event_sink', name='Fact', url='https://x.example.com')
    route = client.create('static_route', name='Fact', address='198.51.100.0', prefix=24, gateway='192.0.2.1')
    location = client.create('system_location', name='Whole', dns_servers=[server], ntp_servers=[clock],
                             syslog_servers=[log], event_sinks=[sink])
    for name, path in (('dns_servers', server), ('ntp_servers', clock), ('syslog_servers', log), ('event_sinks', sink)):
        (one,) = client.read(location)[name]
        assert one['resource_uri'] == path and isinstance(one['id'], int) and one.items() <= client.read(path).items()
    node = client.read(make_node(static_routes=[route]))
    assert node['static_routes'] == [client.read(route)]
    role = client.create('role', name='Facts', permissions=[URI + 'permission/1/', URI + 'permission/2/'])
    assert client.read(role)['permissions'] == client.objects('permission/')[:2]
    bundled = client.read('webapp_alias/3/')['bundle']
    assert bundled is None or bundled['resource_uri'].startswith(URI + 'software_bundle')
    theme = client.create('ivr_theme', name='Fact')
    themed = client.read(client.create('conference', name='Fact themed', ivr_theme=theme))['ivr_theme']
    assert set(themed) == {'id', 'name', 'uuid', 'last_updated', 'custom_layouts', 'pinning_configs', 'resource_uri'}
    connector = client.create('ms_exchange_connector', name='Fact', addin_server_domain='x.example.com',
                              domains=[{'domain': 'fact.example.com'}])
    (domain,) = client.read(connector)['domains']
    assert domain['domain'] == 'fact.example.com' and domain['exchange_connector'] == connector


@pytest.mark.parametrize('name', ['end_user', 'identity_provider', 'ivr_theme', 'ms_exchange_connector',
                                  'telehealth_profile', 'scheduled_alias'])
def test_uuids_are_made(client, maker, name):
    """fact 1.7: when absent or blank; the schema shows a fresh one, but of scheduled_alias."""
    resource = resources.load('configuration', name)
    seen = set()
    for more in ({}, {'uuid': ''}, {'uuid': None}):
        shown = client.read(client.create(name, **{**maker.body(resource), **more}))
        assert UUID.fullmatch(shown['uuid'])
        seen.add(shown['uuid'])
    defaults = {client.read(f'{name}/schema/')['fields']['uuid']['default'] for _ in range(2)}
    assert len(seen) == 3
    if name == 'scheduled_alias':
        assert defaults == {''}
    else:
        assert len(defaults) == 2 and all(UUID.fullmatch(one) for one in defaults)


def test_client_ids_are_made_when_absent(client, maker):
    """fact 1.7"""
    server = maker.body(resources.load('configuration', 'adfs_auth_server'))
    assert UUID.fullmatch(client.read(client.create('adfs_auth_server', **server))['client_id'])
    connector = client.create('ms_exchange_connector', name='Made', addin_server_domain='x.example.com')
    assert UUID.fullmatch(client.read(connector)['personal_vmr_oauth_client_id'])
    for path in (client.create('oauth2_client', client_name=f'fact{n}', role=URI + 'role/2/') for n in range(2)):
        assert client.read(path)['client_id']


@pytest.mark.parametrize('resource, field, value', [
    ('ivr_theme', 'uuid', 'FFFFFFFF-ffff-0000-0000-000000000000'), ('azure_tenant', 'tenant_id', 'ffffffff-1111-1111-1111-111111111111'),
    ('worker_vm', 'hostname', 'a.host.with-dots'), ('worker_vm', 'alternative_fqdn', 'single'),
    ('media_processing_server', 'fqdn', 'single')])
def test_lax_formats(client, maker, resource, field, value):
    """fact 1.8"""
    path = client.create(resource, **{**maker.body(resources.load('configuration', resource)), field: value})
    assert client.read(path)[field] == value


def guessed(key):
    return [(r, f) for r in resources.family('configuration') if 'post' in r.list_methods and not r.file_field
            for f in r.fields if f.settable and f.type == 'string' and key in (f.inferred or []) and f.description.get(key)
            and not f.pattern and f.secret != 'input']


@pytest.mark.parametrize('resource, field', guessed('choices') + guessed('format'), ids=str)
def test_guesses_take_other_values(client, maker, resource, field):
    """fact 1.9, wire 2.2: and the schema lists no choices that would keep a client from sending them."""
    value = 'else'[:field.max_length or 4]
    path = client.create(resource.name, **{**maker.body(resource), field.name: value})
    assert resources.same(field, value, client.read(path)[field.name])
    assert 'valid_choices' not in client.read(resource.path + 'schema/')['fields'][field.name] or field.closed_choices


@pytest.mark.parametrize('value', ['', None, 'besteffort', 'on', 'off'])
def test_crypto_mode_keeps_what_was_sent(client, room, value):
    """fact 1.10"""
    client.change(room, crypto_mode=value)
    assert client.read(room)['crypto_mode'] == value
    assert client.put(room, client.read(room)).status_code == 204
    assert client.read(room)['crypto_mode'] == value


def test_sync_tag_is_writable(client, room):
    """fact 1.11"""
    client.change(room, sync_tag='tagged')
    assert client.read(room)['sync_tag'] == 'tagged'


def test_the_length_of_snmp_passwords_when_set(client, make_node):
    """fact 1.12"""
    path = make_node(snmp_authentication_password='', snmp_privacy_password='')
    for name in ('snmp_authentication_password', 'snmp_privacy_password'):
        assert client.patch(path, {name: 'seven77'}).status_code == 400
        client.change(path, **{name: 'eight888'})
        assert resources.MASK.fullmatch(client.read(path)[name])
        client.change(path, **{name: ''})
        assert client.read(path)[name] == ''


def test_accepted_but_not_read_back(client, make_node):
    """fact 1.13"""
    node = client.read(make_node(deployment_type='VSPHERE5', password='not seen again'))
    assert node['deployment_type'] == resources.load('configuration', 'worker_vm').by_name['deployment_type'].default
    assert node['password'] in ('', None)
    identifier = client.read('global/1/')['deployment_uuid']
    assert UUID.fullmatch(identifier)
    client.change('global/1/', deployment_uuid='')
    assert client.read('global/1/')['deployment_uuid'] == identifier


def test_never_empty(client):
    """fact 1.14: made at creation, there to stay."""
    server = client.read(client.create('media_processing_server', fqdn='media.example.com'))
    assert server['app_id']
    tenant = client.create('azure_tenant', name='Fact', tenant_id='00000000-0000-4000-8000-000000000001')
    path = client.create('teams_proxy', name='Fact', address='proxy.example.com', azure_tenant=tenant)
    hub = client.read(path)['eventhub_id']
    assert re.fullmatch(r'[A-Za-z0-9+/]{27}=', hub)
    client.change(path, notifications_queue='Endpoint=sb://x;SharedAccessKey=s3cret')
    client.change(path, notifications_queue=None)
    assert client.read(path)['eventhub_id'] == hub


@pytest.mark.parametrize('kind, transcodes', [('CONFERENCING', True), ('PROXYING', False)])
def test_transcoding_follows_from_the_type(client, make_node, kind, transcodes):
    """fact 1.15, 5.1: what is sent for it doesn't count."""
    path = make_node(node_type=kind, transcoding=not transcodes)
    assert client.read(path)['transcoding'] is transcodes
    client.change(path, transcoding=not transcodes)
    assert client.read(path)['transcoding'] is transcodes


def test_the_name_of_an_upload(client):
    """fact 1.15, wire 9.5: the base name only."""
    answer = client.request('POST', 'media_library_entry/', data={'name': 'Fact'},
                            files={'media_file': ('../../etc/photo of you.png', b'\x89PNG\r\n\x1a\n', 'image/png')})
    assert answer.status_code == 201, answer.text
    shown = client.read(answer.headers['Location'])
    assert shown['file_name'] == 'photo of you.png' and shown['media_file'] is None


def test_keys_that_are_no_integer(client):
    """fact 2.1, wire 6.1"""
    licence = client.create('licence', entitlement_id='fact-keys')
    shown = client.read(licence)
    assert licence == f'{URI}licence/{shown["fulfillment_id"]}/' and 'id' not in shown
    answer = client.post('oauth2_client/', {'client_name': 'fact', 'role': URI + 'role/2/'})
    path = answer.headers['Location']
    assert re.search(r'/\d+/$', path) and 'id' not in client.read(path) and client.read(path)['resource_uri'] == path
    role = client.create('ldap_role', name='Keys', ldap_group_dn='cn=keys')
    assert re.search(r'/\d+/$', role) and 'id' not in client.read(role)
    answer = client.request('POST', 'webapp_branding/', data={'name': 'Fact', 'webapp_type': 'webapp2'},
                            files={'branding_file': ('b.zip', resources.archive(), 'application/zip')})
    assert answer.status_code == 201, answer.text
    branding = client.read(answer.headers['Location'])
    assert answer.headers['Location'] == f'{URI}webapp_branding/{branding["uuid"]}/' and UUID.fullmatch(branding['uuid'])
    assert not branding['is_default']
    for path in ('licence_request/x/', 'system_backup/no.such.file/', 'webapp_branding/1/', 'upgrade_request/1/'):
        answer = client.get(path)
        assert answer.status_code == 404 and not answer.content


@pytest.mark.parametrize('name', ['global', 'authentication', 'autobackup', 'registration', 'trusted_join',
                                  'gms_gateway_token'])
def test_singletons_are_there(client, name):
    """fact 3.1, wire 6.3: number 1, which a PUT with nothing in it leaves as it is where it is taken at all."""
    before = client.read(f'{name}/1/')
    assert before['resource_uri'] == f'{URI}{name}/1/' and before['id'] == 1
    if 'PUT' in resources.load('configuration', name).description.get('also_accepts', []):
        assert client.put(f'{name}/1/', {}).status_code == 204
        assert client.read(f'{name}/1/') == before


def test_a_put_to_a_bundle_is_a_patch(client):
    """fact 3.1"""
    (first, *_) = client.objects('software_bundle/') or [None]
    answer = client.put(first['resource_uri'] if first else 'software_bundle/999/', {})
    assert answer.status_code == (204 if first else 404)


def test_seeds(fresh_client):
    """fact 3.2, 3.4, 4.1: what a new system has."""
    client = fresh_client
    roles = [client.read(f'role/{n}/') for n in (1, 2)]
    permissions = client.read('permission/', limit=100)
    assert permissions['meta']['next'] is None and len(permissions['objects']) <= 100
    assert len(roles[0]['permissions']) == len(permissions['objects']) > len(roles[1]['permissions']) > 0
    names = [one['name'] for one in permissions['objects']]
    assert len(set(names)) == len(names) and [one['id'] for one in permissions['objects']][:2] == [1, 2]
    assert [one['id'] for one in client.objects('webapp_alias/')] == [1, 2, 3]
    settings = client.read('global/1/')
    assert settings['default_webapp_alias'] == URI + 'webapp_alias/3/' and settings['min_pin_length'] == 6
    assert len(settings['disabled_codecs']) == 3
    assert all(set(one) == {'value'} and one['value'] for one in settings['disabled_codecs'])
    assert settings['default_theme']['resource_uri'] == URI + 'ivr_theme/1/'
    assert client.objects('ivr_theme/') and client.objects('log_level/')
    node = client.read('management_vm/1/')
    assert node['tls_certificate'] == URI + 'tls_certificate/1/' and node['name'] and node['address']


def test_the_default_theme_by_its_name(client):
    """fact 3.3: found or made; the other members don't count; a name may look like an address."""
    before = client.read('global/1/')['default_theme']['resource_uri']
    known = client.create('ivr_theme', name='Known theme')
    for name in ('Known theme', 'Unknown theme', URI + 'ivr_theme/999/'):
        client.change('global/1/', default_theme={'name': name, 'last_updated': '2020-01-01T00:00:00.000000'})
        shown = client.read('global/1/')['default_theme']
        assert shown['name'] == name and (name != 'Known theme' or shown['resource_uri'] == known)
        assert not shown['last_updated'].startswith('2020')
        client.change('global/1/', default_theme=before)
        if shown['resource_uri'] != known:
            client.remove(shown['resource_uri'])


def test_the_first_certificate_may_go(fresh_client):
    """fact 3.5, wire 9.6: the server goes on answering over TLS."""
    client = fresh_client
    client.change('management_vm/1/', tls_certificate=None)
    assert client.read('management_vm/1/')['tls_certificate'] is None
    assert client.delete('tls_certificate/1/').status_code == 204
    client.session.close()
    assert client.read('tls_certificate/')['objects'] == []
    assert client.read('management_vm/1/')['tls_certificate'] is None


def test_nodes_are_given_no_certificate(client, make_node):
    """fact 3.5"""
    assert client.read(make_node())['tls_certificate'] is None


def test_the_age_of_a_theme(client):
    """fact 3.6: never null."""
    assert all(one['last_updated'] for one in client.objects('ivr_theme/'))
    path = client.create('ivr_theme', name='Dated fact', last_updated=None)
    first = client.read(path)['last_updated']
    assert first.startswith(datetime.datetime.now(datetime.timezone.utc).strftime('%Y-'))


def test_keys_cleared_by_nothing(client):
    """fact 4.2, wire 9.4: masked, and emptied by ""."""
    key = resources.certificate_fields(1)['private_key']
    provider = client.create('identity_provider', name='Cleared', idp_type='saml', service_private_key=key,
                             assertion_consumer_service_url='https://y.example.com/')
    client.change('authentication/1/', oidc_private_key=key)
    client.change('global/1/', gcp_private_key=key)
    for path, name in ((provider, 'service_private_key'), ('authentication/1/', 'oidc_private_key'),
                       ('global/1/', 'gcp_private_key')):
        assert resources.MASK.fullmatch(client.read(path)[name])
        client.change(path, **{name: ''})
        assert client.read(path)[name] in ('', None)


def test_multipart_without_a_file(client):
    """fact 5.3, wire 9.5: where the file isn't required; a text part clears by ""."""
    parts = {'name': (None, 'Multi'), 'custom_layouts': (None, 'x'), 'conference': (None, '[]')}
    answer = client.request('POST', 'ivr_theme/', files=parts)
    assert answer.status_code == 201, answer.text
    path = answer.headers['Location']
    assert client.read(path)['custom_layouts'] == 'x'
    assert client.request('PATCH', path, files={'custom_layouts': (None, '')}).status_code == 202
    assert client.read(path)['custom_layouts'] == '' and client.read(path)['name'] == 'Multi'
    unchosen = (b'--b0u\r\nContent-Disposition: form-data; name="name"\r\n\r\nUnchosen\r\n'
                b'--b0u\r\nContent-Disposition: form-data; name="package"; filename=""\r\n'
                b'Content-Type: application/octet-stream\r\n\r\n\r\n--b0u--\r\n')
    answer = client.request('POST', 'ivr_theme/', data=unchosen,
                            headers={'Content-Type': 'multipart/form-data; boundary=b0u'})
    assert answer.status_code == 201, answer.text
    for name in ('media_library_entry/', 'webapp_branding/'):
        answer = client.request('POST', name, files={'name': (None, 'No file'), 'webapp_type': (None, 'webapp2')})
        assert answer.status_code == 400
        assert 'This field is required.' in answer.json()[name[:-1]][resources.load('configuration', name[:-1])
                                                                  .file_field.name]


def test_nodes_of_an_ssh_key_are_a_view(client, make_node):
    """fact 5.5: of what the nodes name, writable from both sides."""
    node = make_node()
    key = client.create('ssh_authorized_key', key='ssh-ed25519 AAAAC3 fact', nodes=[node])
    assert client.read(node)['ssh_authorized_keys'] == [key] and client.read(key)['nodes'] == [node]
    client.change(node, ssh_authorized_keys=[])
    assert client.read(key)['nodes'] == []
    client.change(key, nodes=[node, URI + 'management_vm/1/'])
    assert client.read(node)['ssh_authorized_keys'] == [key]
    assert client.read('management_vm/1/')['ssh_authorized_keys'] == [key]
    client.change(key, nodes=[])
    assert client.read(node)['ssh_authorized_keys'] == client.read('management_vm/1/')['ssh_authorized_keys'] == []


def test_nodes_of_a_certificate_are_a_view(client, maker, make_node):
    """fact 5.5: host names; one at a time, since a node has one certificate."""
    node = make_node()
    first, second = (client.create('tls_certificate', **maker.body(resources.load('configuration', 'tls_certificate')))
                     for _ in range(2))
    client.change(node, tls_certificate=first)
    assert client.read(first)['nodes'] == ['facts1.example.com']
    client.change(second, nodes=['facts1.example.com'])
    assert client.read(node)['tls_certificate'] == second
    assert client.read(first)['nodes'] == [] and client.read(second)['nodes'] == ['facts1.example.com']
    client.change(second, nodes=[])
    assert client.read(node)['tls_certificate'] is None
    assert client.patch(second, {'nodes': ['nobody.example.com']}).status_code == 400


@pytest.mark.parametrize('text', ['ssh-rsa AAAAB3NzaC1yc2E= me@host', 'AAAAB3NzaC1yc2E=', 'AAAAB3Nz', 'ssh-rsa AAAAB3N'])
def test_ssh_keys_are_kept_as_sent(client, text):
    """fact 5.6"""
    assert client.read(client.create('ssh_authorized_key', key=text))['key'] == text


def test_a_licence_is_activated_at_once(client):
    """fact 5.7: without blanks, under a made key, given back by DELETE."""
    path = client.create('licence', entitlement_id=' 1234-5678 ')
    (shown,) = [one for one in client.objects('licence/') if one['resource_uri'] == path]
    assert shown['entitlement_id'] == '1234-5678' and shown['fulfillment_id']
    assert isinstance(shown['vendor_dictionary'], dict)
    client.remove(path)
    path = client.create('licence', entitlement_id='12 ü\t𝄞\n5')
    assert client.read(path)['entitlement_id'] == '12ü𝄞5'
    client.remove(path)
    assert path not in [one['resource_uri'] for one in client.objects('licence/')]


def test_guests_and_pins(client):
    """fact 6.1: guests need a PIN of the host, another for themselves, of the lengths that the settings allow."""
    room = {'name': 'Guests', 'allow_guests': True}
    for body, field in ((room, None), ({**room, 'pin': '123456', 'guest_pin': '123456'}, 'guest_pin'),
                        ({**room, 'pin': '123456', 'guest_pin': '12345'}, 'guest_pin'),
                        ({**room, 'pin': '12345'}, 'pin'), ({**room, 'pin': '12345x'}, 'pin')):
        answer = client.post('conference/', body)
        assert answer.status_code == 400 and set(answer.json()) == {'conference'}, body
        assert field is None or field in answer.json()['conference'], body
    path = client.create('conference', **room, pin='123456', guest_pin='65432101234567890123')
    assert client.patch(path, {'pin': ''}).status_code == 400
    client.change('global/1/', min_pin_length=4)
    client.change(path, pin='1234')
    client.change('global/1/', min_pin_length=6)
    assert client.read(path)['pin'] == '1234'


@pytest.mark.parametrize('protocol', ['teams', 'gms'])
def test_live_captions(client, protocol):
    """fact 6.2: `default` is stored as sent, also by absence."""
    rule = {'priority': 1, 'match_string': 'x', 'outgoing_protocol': protocol}
    answer = client.post('gateway_routing_rule/', {**rule, 'name': 'Captions', 'live_captions_enabled': 'yes'})
    assert answer.status_code == 400 and list(answer.json()['gateway_routing_rule']) == ['live_captions_enabled']
    for n, more in enumerate(({}, {'live_captions_enabled': 'default'}, {'live_captions_enabled': 'no'})):
        path = client.create('gateway_routing_rule', **{**rule, 'name': f'Captions{n}', 'priority': 60 + n}, **more)
        assert client.read(path)['live_captions_enabled'] == more.get('live_captions_enabled', 'default')


def test_backups_need_a_passphrase(client):
    """fact 6.2"""
    answer = client.patch('autobackup/1/', {'autobackup_enabled': True, 'autobackup_passphrase': ''})
    assert answer.status_code == 400 and set(answer.json()) == {'autobackup'}
    assert client.read('autobackup/1/')['autobackup_enabled'] is False


def test_an_alias_implies_its_conference(client):
    """fact 6.3: inside a new one; alone it must say which."""
    room = client.create('conference', name='Implied', aliases=[{'alias': 'fact.implied'}])
    assert client.read(room)['aliases'][0]['conference'] == room
    answer = client.post('conference_alias/', {'alias': 'fact.alone'})
    assert answer.json() == {'conference_alias': {'conference': ['This field is required.']}}


def test_words_for_roles_encryption_and_quality():
    """fact 7.3: as the model lists them."""
    participant = resources.load('status', 'participant').by_name
    assert {'chair', 'guest'} <= set(participant['role'].choices or ['chair', 'guest'])
    quality = resources.load('history', 'participant').by_name['call_quality'].choices
    assert quality == ['0_unknown', '1_good', '2_ok', '3_bad', '4_terrible']
