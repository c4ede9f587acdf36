"""Commands: their form, what they say about what isn't there, and what they can't do."""
import pytest

COMMAND = '/api/admin/command/v1/'
STATUS = '/api/admin/status/v1/'
UUID = '12345678-0000-4000-8000-00000000abcd'
DIAL = {'conference_alias': 'meet', 'destination': 'sip:alice@example.com'}

ON_CONFERENCE = ['disconnect', 'lock', 'unlock', 'mute_guests', 'unmute_guests', 'transform_layout']
ON_PARTICIPANT = ['disconnect', 'mute', 'unmute', 'unlock']


def fails(answer, command, argument, text):
    assert (answer.status_code, answer.json()) == (400, {command: {argument: [text]}})


def says_failure(answer):
    """wire 12.2: understood, but not carried out."""
    assert answer.status_code == 400
    assert answer.headers['Content-Type'] == 'application/json'
    body = answer.json()
    assert set(body) == {'error', 'status'} and body['status'] == 'failure' and body['error']


@pytest.mark.parametrize('value', ['x', 7, UUID, f'{STATUS}conference/{UUID}/'])
@pytest.mark.parametrize('name', ON_CONFERENCE)
def test_unknown_conference(client, name, value):
    """wire 12.2, 12.3, fact 7.1: 400 with these words, whatever the id looks like"""
    path = f'{COMMAND}conference/{name}/'
    for answer in (client.post(path, {'conference_id': value}), client.post(path, data={'conference_id': value})):
        fails(answer, name, 'conference_id', 'Failed to find conference.')


@pytest.mark.parametrize('value', ['x', 7, UUID, f'{STATUS}participant/{UUID}/'])
@pytest.mark.parametrize('name', ON_PARTICIPANT)
def test_unknown_participant(client, name, value):
    """wire 12.2, 12.3"""
    path = f'{COMMAND}participant/{name}/'
    for answer in (client.post(path, {'participant_id': value}), client.post(path, data={'participant_id': value})):
        fails(answer, name, 'participant_id', 'Failed to find participant.')


def test_unknown_participant_of_role_and_transfer(client):
    """wire 12.3"""
    for role in ('chair', 'guest', 'host'):
        fails(client.post(f'{COMMAND}participant/role/', {'participant_id': UUID, 'role': role}),
              'role', 'participant_id', 'Failed to find participant.')
        fails(client.post(f'{COMMAND}participant/transfer/',
                          {'participant_id': UUID, 'role': role, 'conference_alias': 'meet'}),
              'transfer', 'participant_id', 'Failed to find participant.')


@pytest.mark.parametrize('name', ['participant/dial', 'participant/role', 'participant/transfer'])
def test_wrong_role(client, name):
    """wire 12.3: a wrong enumeration value is a field error"""
    answer = client.post(f'{COMMAND}{name}/', {**DIAL, 'participant_id': UUID, 'role': 'boss'})
    assert answer.status_code == 400 and list(answer.json()[name.split('/')[1]]) == ['role']


@pytest.mark.parametrize('name', ['conference/lock', 'participant/mute', 'participant/dial', 'platform/backup_create',
                                  'platform/backup_restore', 'platform/software_bundle', 'conference/send_device_email'])
@pytest.mark.parametrize('body', [None, {}, {'nonsense': 1}])
def test_required_arguments(client, name, body):
    """wire 12.1, 12.2: an empty body is no arguments; unknown ones are ignored"""
    answer = client.post(f'{COMMAND}{name}/', body)
    assert answer.status_code == 400
    problems = answer.json()[name.split('/')[1]]
    assert problems and all(texts == ['This field is required.'] for texts in problems.values())


def test_methods(client):
    """wire 12.1"""
    for method in ('GET', 'PUT', 'PATCH', 'DELETE'):
        answer = client.request(method, f'{COMMAND}conference/lock/')
        assert (answer.status_code, answer.headers['Allow']) == (405, 'POST')
    schema = client.read(f'{COMMAND}conference/lock/schema/')
    assert schema['allowed_list_http_methods'] == schema['allowed_detail_http_methods'] == ['post']


def test_form_without_a_type(client):
    """wire 1.5, 12.1: JSON if it begins with a brace, else a form"""
    for body in (b'{"conference_id": "x"}', b'conference_id=x'):
        answer = client.request('POST', f'{COMMAND}conference/lock/', data=body, headers={'Content-Type': ''})
        fails(answer, 'lock', 'conference_id', 'Failed to find conference.')


def test_multipart(client):
    """wire 1.5: taken by every command"""
    answer = client.post(f'{COMMAND}conference/lock/', files={'conference_id': (None, 'x')})
    fails(answer, 'lock', 'conference_id', 'Failed to find conference.')


def test_layout_in_transforms(client):
    """wire 12.3: the nested form is checked as the flat one"""
    path = f'{COMMAND}conference/transform_layout/'
    answer = client.post(path, {'conference_id': UUID, 'transforms': {'recording_indicator': 'perhaps'}})
    fails(answer, 'transform_layout', 'recording_indicator', 'Give true or false.')
    for text in ('a name', ['a name', 'another']):
        answer = client.post(path, {'conference_id': UUID, 'transforms': {'free_form_overlay_text': text}})
        fails(answer, 'transform_layout', 'conference_id', 'Failed to find conference.')


def test_dial(client):
    """wire 12.3: arguments are checked, then nobody can call"""
    path = f'{COMMAND}participant/dial/'
    for more in ({}, {'role': 'host'}, {'role': 'chair', 'protocol': 'SIP', 'routing': 'routing_rule'},
                 {'call_type': 'audio', 'keep_conference_alive': 'keep_conference_alive_never', 'streaming': 'yes'}):
        says_failure(client.post(path, {**DIAL, **more}))
        says_failure(client.post(path, data={**DIAL, **more}))
    fails(client.post(path, {**DIAL, 'system_location': 'Nowhere'}), 'dial', 'system_location',
          'Failed to find location.')
    client.create('system_location', name='Somewhere')
    says_failure(client.post(path, {**DIAL, 'system_location': 'Somewhere'}))
    for wrong in ({'routing': 'x'}, {'call_type': 'x'}, {'protocol': 'x'}, {'keep_conference_alive': 'x'},
                  {'streaming': 'x'}):
        answer = client.post(path, {**DIAL, **wrong})
        assert answer.status_code == 400 and list(answer.json()['dial']) == list(wrong)


def test_mail(client):
    """wire 12.3: ids of the configuration, as numbers"""
    path = f'{COMMAND}conference/send_conference_email/'
    fails(client.post(path, {'conference_id': 1073741000}), 'send_conference_email', 'conference_id',
          'Failed to find conference.')
    fails(client.post(path, {'conference_id': UUID}), 'send_conference_email', 'conference_id', 'Give an integer.')
    room = int(client.create('conference', name='Mailed', service_type='conference').split('/')[-2])
    says_failure(client.post(path, {'conference_id': room}))
    says_failure(client.post(path, data={'conference_id': str(room)}))
    fails(client.post(path, {'conference_id': room, 'conference_sync_template_id': 1073741000}),
          'send_conference_email', 'conference_sync_template_id', 'Failed to find template.')
    path = f'{COMMAND}conference/send_device_email/'
    device = int(client.create('device', alias='mailed').split('/')[-2])
    for name in ('device_id', 'conference_id'):
        says_failure(client.post(path, {name: device}))
        fails(client.post(path, {name: 1073741000}), 'send_device_email', 'device_id', 'Failed to find device.')


def test_sync(client, maker):
    """wire 12.3: a template by id or address, or all of them"""
    path = f'{COMMAND}conference/sync/'
    for name in ('conference_sync_template_id', 'conference'):
        for value in ('1073741000', 1073741000, '/api/admin/configuration/v1/conference_sync_template/1073741000/'):
            fails(client.post(path, {name: value}), 'sync', 'conference_sync_template_id', 'Failed to find template.')


REFUSED = [('platform/software_bundle', 'package'), ('platform/upgrade', 'package'),
           ('software/bundle', 'package'), ('upgrade', 'package')]


@pytest.mark.parametrize('path, argument', REFUSED)
def test_refused_packages(client, path, argument):
    """wire 12.4: never a 202 for nothing"""
    answer = client.post(f'{COMMAND}{path}/', files={argument: ('a.tar', b'x')})
    (problems,) = answer.json().values()
    assert answer.status_code == 400 and problems == {argument: ['This system is upgraded by its packages.']}


def test_refused_upgrade_by_configuration(client):
    """wire 12.4"""
    text = 'This system is upgraded by its packages.'
    fails(client.post('upgrade/', {'request': True, 'total_size': 5}), 'upgrade', 'package', text)
    fails(client.post('upgrade/', files={'package': ('a.tar', b'x')}), 'upgrade', 'package', text)
    assert client.read('upgrade_request/')['objects'] == []
    for action in ('upload', 'finish', 'cancel'):
        assert client.post(f'upgrade_request/{UUID}/{action}/', {}).status_code == 404


@pytest.mark.parametrize('path', ['platform/start_cloudnode', 'cloudnode/start'])
def test_refused_cloud_node(client, path):
    """wire 12.4"""
    fails(client.post(f'{COMMAND}{path}/', {'instance_id': 'i-1'}), 'start_cloudnode', 'instance_id',
          'This system starts no cloud nodes.')
    fails(client.post(f'{COMMAND}{path}/', {'backup_id': 1}), 'start_cloudnode', 'instance_id',
          'This field is required.')


@pytest.mark.parametrize('alias, name, argument', [
    ('backup/create', 'backup_create', 'passphrase'), ('backup/restore', 'backup_restore', 'package'),
    ('certificates/import', 'certificates_import', 'bundle'), ('software/bundle', 'software_bundle', 'package'),
    ('cloudnode/start', 'start_cloudnode', 'instance_id'),
    ('conference/send_email', 'send_conference_email', 'conference_id'),
    ('device/send_email', 'send_device_email', 'device_id')])
def test_path_aliases(client, alias, name, argument):
    """wire 12.4: the same handlers under other paths"""
    answer = client.post(f'{COMMAND}{alias}/', {})
    assert answer.status_code == 400 and answer.json()[name][argument] == ['This field is required.']


def test_path_alias_of_sync(client):
    """wire 12.4"""
    fails(client.post(f'{COMMAND}sync/', {'conference': 1073741000}), 'sync', 'conference_sync_template_id',
          'Failed to find template.')


@pytest.mark.parametrize('path', ['conference/start', 'conference/stop', 'conference/message', 'participant/message',
                                  'participant/spotlight'])
def test_legacy_paths_are_not_there(client, path):
    """wire 12.4"""
    answer = client.post(f'{COMMAND}{path}/', {})
    assert answer.status_code == 404 and answer.content == b''
