"""Values as they come in and go out, by type."""
import pytest

ROOM = 'conference'


def read_back(client, field, value, resource=ROOM, **more):
    path = client.create(resource, **{'name': 'Typed', **more, field: value})
    return client.read(path)[field]


@pytest.mark.parametrize('literal, text', [
    ('12345678901234567890', '12345678901234567890'), ('0.10', '0.10'), ('1e5', '1e5'), ('-7', '-7'),
    ('true', 'true'), ('"x"', 'x'), ('1.50', '1.50'),
    ('123456789012345678901234567890.5', '123456789012345678901234567890.5')])
def test_texts_given_as_numbers_keep_every_digit(client, literal, text):
    """wire 1.9"""
    answer = client.post('conference/',
                         f'{{"name": "Digits", "description": {literal}, "aliases": [{{"alias": {literal}}}]}}')
    assert answer.status_code == 201, answer.text
    shown = client.read(answer.headers['Location'])
    assert (shown['description'], shown['aliases'][0]['alias']) == (text, text)


@pytest.mark.parametrize('value, number', [(8, 8), ('8', 8), ('0', 0), ('', None), (None, None)])
def test_integers(client, value, number):
    """wire 1.9"""
    assert read_back(client, 'participant_limit', value) == number


@pytest.mark.parametrize('value',
                         ['x', '1x', '0x10', ' ', '1 2', True, [], {}, '99999999999999999999', 10**30, -1, 1000001])
def test_no_integers(client, value):
    """wire 1.9"""
    answer = client.post('conference/', {'name': 'x', 'participant_limit': value})
    assert answer.status_code == 400 and list(answer.json()['conference']) == ['participant_limit']


@pytest.mark.parametrize('value, truth', [
    (True, True), (False, False), (1, True), (0, False), ('1', True), ('0', False), ('true', True), ('FALSE', False),
    ('Yes', True), ('no', False), ('ON', True), ('off', False)])
def test_booleans(client, value, truth):
    """wire 1.9"""
    assert read_back(client, 'enable_overlay_text', value) is truth


@pytest.mark.parametrize('value', ['maybe', 2, -1, 0.5, [], {}, 'y', 't'])
def test_no_booleans(client, value):
    """wire 1.9"""
    answer = client.post('conference/', {'name': 'x', 'enable_overlay_text': value})
    assert answer.status_code == 400 and list(answer.json()['conference']) == ['enable_overlay_text']


@pytest.mark.parametrize('value, shown', [
    ('2024-03-01', '2024-03-01T00:00:00.000000'), ('2024-03-01T10:00', '2024-03-01T10:00:00.000000'),
    ('2024-03-01T10:00:00', '2024-03-01T10:00:00.000000'), ('2024-03-01 10:00:00', '2024-03-01T10:00:00.000000'),
    ('2024-03-01T10:00:00.5', '2024-03-01T10:00:00.500000'),
    ('2024-03-01T10:00:00.123456789', '2024-03-01T10:00:00.123456'),
    ('2024-03-01T10:00:00Z', '2024-03-01T10:00:00.000000'),
    ('2024-03-01T10:00:00+02:00', '2024-03-01T08:00:00.000000'),
    ('2024-03-01T10:00:00-0230', '2024-03-01T12:30:00.000000'),
    ('2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000000')])
def test_times(client, value, shown):
    """wire 1.9, 4.5, 13.2"""
    room = client.create('conference', name='Timed')
    path = client.create('scheduled_conference', conference=room, ews_item_id='x', start_time=value,
                         end_time='2040-01-01T00:00:00')
    assert client.read(path)['start_time'] == shown


@pytest.mark.parametrize('value',
                         ['', 'now', '2024-13-01', '2024-02-30', '2024-03-01T25:00', '2024-03-01T10', 7, True, [],
                                   '2024-03-01T10:00:00+99:00', '2024-03-01T10:00:00.', '24-03-01'])
def test_no_times(client, value):
    """wire 1.9"""
    room = client.create('conference', name='Timed')
    answer = client.post('scheduled_conference/', {'conference': room, 'ews_item_id': 'x', 'start_time': value,
                                                   'end_time': '2040-01-01'})
    assert answer.status_code == 400 and list(answer.json()['scheduled_conference']) == ['start_time']


@pytest.mark.parametrize('length, status', [(249, 201), (250, 201), (251, 400)])
@pytest.mark.parametrize('letter', ['x', 'ü', '\U0001f600'])
def test_lengths_count_code_points(client, letter, length, status):
    """wire 1.9"""
    assert client.post('conference/', {'name': letter * length}).status_code == status


@pytest.mark.parametrize('length, status', [(65536, 201), (65537, 400)])
def test_texts_without_a_limit_of_their_own(client, length, status):
    """wire 1.9"""
    answer = client.post('ivr_theme/', {'name': 'Long', 'custom_layouts': 'y' * length})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize('value',
                         ['  blanks  ', '\ttab', 'Ünïcödé', 'a%_b', "O'Brien; --", '\u200b', '‮', 'line\nbreak'])
def test_nothing_is_trimmed_or_changed(client, value):
    """wire 14.4: a value read back equals the value written."""
    assert read_back(client, 'description', value) == value


@pytest.mark.parametrize('field, value, status', [
    ('pin', '123456', 201), ('pin', '12345678901234567890', 201), ('pin', '12345678#', 201), ('pin', '123', 400),
    ('pin', '123456789012345678901', 400), ('pin', '12#34', 400), ('pin', '123456\n', 400), ('pin', '１２３４５６', 400),
    ('match_string', '^(?!a)b$', 201), ('match_string', '(', 400), ('match_string', 'a\\', 400),
    ('on_completion', '{"disconnect": true}', 201), ('on_completion', '{', 400), ('on_completion', '', 201),
    ('primary_owner_email_address', 'a@b.c', 201), ('primary_owner_email_address', 'a@b@c', 400),
    ('primary_owner_email_address', 'a b@c', 400), ('primary_owner_email_address', 'x', 400),
    ('host_view', 'some_new_layout', 201), ('call_type', 'telepathy', 400), ('call_type', '', 201)])
def test_forms(client, field, value, status):
    """wire 1.9, 9.4; `$` of a pattern isn't before a final line feed (wire 4.4)."""
    answer = client.post('conference/', {'name': 'Formed', field: value})
    assert answer.status_code == status, answer.text
    if status == 400:
        assert list(answer.json()['conference']) == [field]


def test_an_empty_choice(client):
    """wire 7: null where that is allowed, else the default; crypto_mode keeps what it was given."""
    path = client.create('conference', name='Chosen', call_type='', max_pixels_per_second='', crypto_mode='')
    shown = client.read(path)
    assert (shown['call_type'], shown['max_pixels_per_second'], shown['crypto_mode']) == ('video', None, '')
    client.change(path, crypto_mode=None)
    assert client.read(path)['crypto_mode'] is None


@pytest.mark.parametrize('kind, good, bad', [
    ('dns_server', ['192.0.2.1', '2001:db8::1', '::'],
     ['192.0.2.256', '1.2.3', '2001:::1', 'host', '192.0.2.1/24', '1.2.3.4 ']),
])
def test_addresses(client, kind, good, bad):
    """wire 1.9: kept as spelt."""
    for value in good:
        assert client.read(client.create(kind, address=value))['address'] == value
    for value in bad:
        assert client.post(f'{kind}/', {'address': value}).status_code == 400, value
