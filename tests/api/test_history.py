"""Ended calls, alarms and events, in rows that the tests write as nodes would report them (row_server.c)."""
import uuid

import pytest
import requests
import resources
import rostra

HISTORY = rostra.PREFIX + '/history/v1/'
STREAM = {'start_time': '2026-03-01T10:00:00', 'end_time': '2026-03-01T10:30:00'}


def key(number):
    """A UUID whose text sorts by its number."""
    return str(uuid.UUID(int=(0xabc << 116) + number))


def conference(number, start='2026-03-01T10:00:00', end='2026-03-01T11:00:00', **fields):
    return {'id': key(number), 'name': f'Room {number}', 'start_time': start, 'end_time': end, 'duration': 3600,
            'service_type': 'conference', **fields}


def participant(number, of, start='2026-03-01T10:00:00', end='2026-03-01T11:00:00', **fields):
    return {'id': key(number), 'conference': key(of), 'conference_name': f'Room {of}', 'start_time': start,
            'end_time': end, 'duration': 3600, 'role': 'guest', 'protocol': 'SIP', **fields}


def stream(of, **fields):
    return {**STREAM, 'participant': key(of), 'stream_id': '0', 'stream_type': 'audio', **fields}


@pytest.fixture
def calls(row_server):
    """Two conferences, the older one with the higher id; of the first two participants, one of them with streams."""
    row_server.put('history/conference', conference(2, '2026-03-01T10:00:00'), conference(3, '2026-03-01T09:00:00'))
    row_server.put('history/participant', participant(21, 2), participant(22, 2, '2026-03-01T09:59:59'),
                   participant(31, 3))
    row_server.put('history/media_stream', stream(21), stream(21, stream_id='1', stream_type='video'))


def ids(client, path, **parameters):
    return [found['id'] for found in client.objects(HISTORY + path, **parameters)]


def uri(resource, value):
    return f'{HISTORY}{resource}/{value}/'


def test_conferences_and_participants_name_each_other(row_client, calls):
    """wire 13.1"""
    room = row_client.read(uri('conference', key(2)))
    assert sorted(room['participants']) == [uri('participant', key(21)), uri('participant', key(22))]
    assert room['resource_uri'] == uri('conference', key(2)) and room['id'] == key(2)
    assert (room['start_time'], room['end_time']) == ('2026-03-01T10:00:00.000000', '2026-03-01T11:00:00.000000')
    assert room['duration'] == 3600
    person = row_client.read(uri('participant', key(21)))
    assert (person['conference'], person['conference_name']) == (uri('conference', key(2)), 'Room 2')
    assert [found['stream_id'] for found in person['media_streams']] == ['0', '1']
    for found in person['media_streams']:
        assert found['participant'] == uri('participant', key(21)) and type(found['id']) is int
        assert found['resource_uri'] == uri('media_stream', found['id'])
        for field in resources.load('history', 'media_stream').fields:
            if field.type in ('integer', 'float'):
                assert type(found[field.name]) is {'integer': int, 'float': float}[field.type], field


def test_default_order(row_client, calls):
    """wire 3: by creation, then by id."""
    assert ids(row_client, 'conference/') == [key(3), key(2)]
    assert ids(row_client, 'participant/') == [key(22), key(21), key(31)]
    assert ids(row_client, 'conference/', order_by='id') == [key(2), key(3)]


def test_every_scalar_sorts(row_client, calls):
    """wire 5: status and history accept every stored scalar, their schemas show the model's list."""
    for name in ('conference', 'participant', 'media_stream', 'backplane', 'registration_alias', 'alarm',
                 'workervm_status_event'):
        resource = resources.load('history', name)
        for field in resource.fields:
            scalar = field.type not in ('related', 'list') and not field.is_uri
            answer = row_client.get(resource.path, params={'order_by': '-' + field.name})
            assert answer.status_code == (200 if scalar else 400), (field, answer.text)
        assert row_client.read(resource.path + 'schema/')['ordering'] == resource.ordering


@pytest.mark.parametrize('value', [key(2), uri('conference', key(2)), 'Room 2'])
def test_participants_of_a_conference(row_client, calls, value):
    """wire 4.6, 13.4: by id, URI or name of the instance."""
    assert ids(row_client, 'participant/', conference=value) == [key(22), key(21)]
    other = {'R': 'Room 3', '/': uri('conference', key(3))}.get(value[0], key(3))
    assert ids(row_client, 'participant/', conference__in=f'{value},{other}') == [key(22), key(21), key(31)]


def test_participants_of_a_conference_with_an_odd_name(row_client, row_server, calls):
    """wire 4.6: a name with slashes was taken for an address."""
    row_server.put('history/conference', conference(4, name='Sales/Marketing & Üb'))
    row_server.put('history/participant', participant(41, 4))
    assert ids(row_client, 'participant/', conference='Sales/Marketing & Üb') == [key(41)]
    assert ids(row_client, 'participant/', conference=uri('conference', key(4))[1:]) == [key(41)]
    for value in ('/api/admin/configuration/v1/conference/3/', 'https://host/x/'):
        assert row_client.get(HISTORY + 'participant/', params={'conference': value}).status_code == 400


def test_participants_of_no_conference(row_client, calls):
    """wire 4.6"""
    for value in (key(99), uri('conference', key(99)), 'room 2', 'nothing'):
        assert ids(row_client, 'participant/', conference=value) == []
    assert ids(row_client, 'participant/', conference__name__icontains='ROOM 3') == [key(31)]
    assert row_client.get(HISTORY + 'participant/?conference__gt=1').status_code == 400


@pytest.mark.parametrize('form', ['id', 'URI', 'absolute URI'])
def test_streams_of_a_participant(row_client, row_server, calls, form):
    """wire 13.4: the nested list and the top-level one show the same rows."""
    value = {'id': key(21), 'URI': uri('participant', key(21)),
             'absolute URI': row_server.url + uri('participant', key(21))}[form]
    top = row_client.objects(HISTORY + 'media_stream/', participant=value)
    nested = row_client.read(uri('participant', key(21)) + 'media_stream/')
    assert nested['objects'] == top and len(top) == 2
    assert nested['meta'] == {'limit': 20, 'offset': 0, 'total_count': 2, 'next': None, 'previous': None}


def test_nested_lists(row_client, row_server, calls):
    """wire 13.4: empty is 200, an unknown parent 404, GET only."""
    row_server.put('history/backplane', {'id': 'b 1', 'conference': key(2)}, {'id': 'b2'})
    row_server.put('history/backplane_media_stream', {'backplane': 'b 1', 'stream_id': '0'})
    empty = row_client.read(uri('participant', key(22)) + 'media_stream/')
    assert empty['objects'] == [] and empty['meta']['total_count'] == 0
    nested = row_client.read(uri('backplane', 'b%201') + 'media_stream/')['objects']
    assert nested == row_client.objects(HISTORY + 'backplane_media_stream/', backplane='b 1') and len(nested) == 1
    assert nested[0]['start_time'] is None
    assert row_client.read(uri('backplane', 'b2') + 'media_stream/')['objects'] == []
    assert row_client.read(uri('backplane', 'b%201'))['media_streams'] == nested
    for path in (uri('participant', key(99)), uri('participant', 'abc'), uri('backplane', 'b3')):
        answer = row_client.get(path + 'media_stream/')
        assert answer.status_code == 404 and not answer.content
    for method in ('post', 'put', 'patch', 'delete'):
        assert row_client.request(method, uri('participant', key(21)) + 'media_stream/').status_code == 405
    page = row_client.read(uri('participant', key(21)) + 'media_stream/?limit=1&order_by=-stream_id')
    assert [found['stream_id'] for found in page['objects']] == ['1'] and page['meta']['next']
    assert [found['stream_id'] for found in row_client.read(page['meta']['next'])['objects']] == ['0']


def test_sets(row_client, calls):
    """wire 6.2, 13.1"""
    body = row_client.read(f'{HISTORY}conference/set/{key(3)};{key(9)};{key(2)}/')
    assert [found['id'] for found in body['objects']] == [key(3), key(2)] and body['not_found'] == [key(9)]


def test_qualities(row_client, row_server, calls):
    """wire 13.1: the spellings; the documented detail-only lists are in both."""
    words = ['0_unknown', '1_good', '2_ok', '3_bad', '4_terrible']
    row_server.put('history/participant', *(
        participant(50 + n, 3, call_quality=word, bucketed_call_quality=[n, 5], historic_call_quality=[word])
        for n, word in enumerate(words)))
    for n, word in enumerate(words):
        (listed,) = row_client.objects(HISTORY + 'participant/', call_quality=word)
        assert listed == row_client.read(uri('participant', key(50 + n)))
        assert (listed['bucketed_call_quality'], listed['historic_call_quality']) == ([n, 5], [word])
    assert ids(row_client, 'participant/', call_quality__gte='3_bad') == [key(53), key(54)]


def test_protocols_keep_their_spelling(row_client, row_server, calls):
    """wire 13.1, 4.3: case-sensitive filters; a look-ahead."""
    row_server.put('history/participant', *(participant(60 + n, 3, protocol=word) for n, word in enumerate(
        ['WebRTC', 'MSSIP', 'TEAMS', 'H323'])))
    assert ids(row_client, 'participant/', protocol='WebRTC') == [key(60)]
    assert ids(row_client, 'participant/', protocol='webrtc') == []
    path = HISTORY + 'participant/?protocol__regex=^(?!MSSIP|TEAMS)&order_by=id'
    assert [found['protocol'] for found in row_client.objects(path)] == ['SIP'] * 3 + ['WebRTC', 'H323']


def test_polling_by_end_time(row_client, row_server):
    """wire 13.5, 13.2, fact 7.4: a time that was read is excluded by __gt, to the microsecond; after the end an empty page."""
    row_server.put('history/conference', *(
        conference(n, end=f'2026-03-01T11:00:00.{n:06}') for n in range(1, 26)))
    seen = []
    for offset in range(0, 40, 10):
        page = row_client.read(HISTORY + 'conference/', end_time__gt='2026-03-01T11:00:00.000005', limit=10,
                               offset=offset)
        seen += [found['id'] for found in page['objects']]
        assert page['meta']['total_count'] == 20
    assert seen == [key(n) for n in range(6, 26)]
    assert page['objects'] == []
    last = row_client.objects(HISTORY + 'conference/', order_by='-end_time', limit=1)[0]['end_time']
    assert last == '2026-03-01T11:00:00.000025'
    assert ids(row_client, 'conference/', end_time__gt=last) == []
    assert ids(row_client, 'conference/', end_time__gte=last) == [key(25)]
    assert ids(row_client, 'conference/', end_time__gt='2026-03-01 11:00:00.000024999Z') == [key(25)]


def test_paging_while_rows_arrive(row_client, row_server):
    """wire 13.5: ordered by end_time, what arrives at the end moves no page."""
    row_server.put('history/conference', conference(1))
    ends = iter(range(1, 60))

    def arrive(n):
        row_server.put('history/participant', *(
            participant(1000 - number, 1, end=f'2026-03-01T11:00:{number:02}')
            for number in (next(ends) for _ in range(n))))

    arrive(25)
    seen = []
    page = (HISTORY + 'participant/?end_time__gte=2026-03-01T11:00:00&end_time__lt=2026-03-01T12:00:00'
            '&order_by=end_time&limit=10')
    while page:
        body = row_client.read(page)
        seen += [found['id'] for found in body['objects']]
        page = body['meta']['next']
        if len(seen) < 30:
            arrive(5)
    assert seen == [key(1000 - number) for number in range(1, len(seen) + 1)] and len(seen) == 35


def test_paging_by_total_count(row_client, row_server):
    """wire 13.5, 3: over 25 rows that began at the same time each way gives each of them once."""
    row_server.put('history/conference', *(conference(n) for n in range(25, 0, -1)))
    path, expected = HISTORY + 'conference/', [key(n) for n in range(1, 26)]
    assert ids(row_client, 'conference/', limit=1000) == expected
    seen, offset, total = [], 0, 1
    while offset < total:
        body = row_client.read(path, limit=7, offset=offset)
        seen += [found['id'] for found in body['objects']]
        offset, total = offset + 7, body['meta']['total_count']
    assert seen == expected


def test_deleting_a_conference(row_client, row_server, calls):
    """wire 13.3: with its participants, their streams, and its backplanes."""
    row_server.put('history/backplane', {'id': 'b1', 'conference': key(2)}, {'id': 'b2'})
    row_server.put('history/backplane_media_stream', {'backplane': 'b1'}, {'backplane': 'b2'})
    streams = ids(row_client, 'media_stream/')
    assert len(streams) == 2
    assert row_client.delete(uri('conference', key(2))).status_code == 204
    rostra.wait_for(lambda: f'history was deleted by hand user="admin" path={uri("conference", key(2))}'
                    in row_server.log())
    assert row_client.delete(uri('conference', key(2))).status_code == 404
    assert ids(row_client, 'conference/') == [key(3)] and ids(row_client, 'participant/') == [key(31)]
    assert ids(row_client, 'media_stream/') == [] and ids(row_client, 'backplane/') == ['b2']
    assert len(ids(row_client, 'backplane_media_stream/')) == 1
    row_server.put('history/media_stream', stream(31))
    assert ids(row_client, 'media_stream/')[0] > max(streams)  # ids are never given again (wire 13.3)


def test_deleting_a_registration(row_client, row_server):
    """wire 13.3"""
    row_server.put('history/registration_alias', {'alias': 'a@example.com'}, {'alias': 'b@example.com'})
    first, _ = ids(row_client, 'registration_alias/')
    assert row_client.delete(uri('registration_alias', first)).status_code == 204
    assert [found['alias'] for found in row_client.objects(HISTORY + 'registration_alias/')] == ['b@example.com']


@pytest.mark.parametrize('resource', resources.family('history'), ids=str)
def test_nothing_else_writes(row_client, resource):
    """wire 13.1: read-only lists like any other."""
    assert row_client.read(resource.path)['objects'] == []
    for method in ('post', 'put', 'patch', 'delete'):
        assert row_client.request(method, resource.path).status_code == 405
        allowed = method in resource.detail_methods
        answer = row_client.request(method, f'{resource.path}{key(9)}/')
        assert answer.status_code == (404 if allowed else 405), method
    schema = row_client.read(resource.path + 'schema/')
    assert schema['allowed_list_http_methods'] == ['get'] and schema['ordering'] == resource.ordering


def test_history_survives_a_restart(row_client, row_server, calls):
    """wire 13.3; status does not."""
    row_server.put('status/conference', {'id': key(2), 'name': 'Room 2'})
    row_server.restart()
    assert ids(row_client, 'conference/') == [key(3), key(2)]
    assert row_client.objects(rostra.PREFIX + '/status/v1/conference/') == []


def test_an_ended_call_keeps_its_id(row_client, row_server):
    """wire 13.1: live first, then history under the same id."""
    status = rostra.PREFIX + '/status/v1/'
    row_server.put('status/conference', {'id': key(2), 'name': 'Room 2', 'start_time': '2026-03-01T10:00:00'})
    assert [found['id'] for found in row_client.objects(status + 'conference/')] == [key(2)]
    row_server.put('history/conference', conference(2))
    row_server.remove('status/conference', key(2))
    assert row_client.objects(status + 'conference/') == [] and ids(row_client, 'conference/') == [key(2)]


def test_alarms_and_events(row_client, row_server):
    """wire 13.1, 13.2: a raised alarm that wasn't lowered has null there."""
    row_server.put('history/alarm', {'name': 'connectivity_lost', 'level': 'critical', 'node': '10.0.0.1',
                                     'time_raised': '2026-03-01T10:00:00.5', 'instance': 'Node 1'})
    row_server.put('history/workervm_status_event', {'event_type': 'X', 'workervm_address': '10.0.0.1'})
    (alarm,) = row_client.objects(HISTORY + 'alarm/', name='connectivity_lost')
    assert (alarm['time_raised'], alarm['time_lowered']) == ('2026-03-01T10:00:00.500000', None)
    (event,) = row_client.objects(HISTORY + 'workervm_status_event/')
    assert event['workervm_address'] == '10.0.0.1' and event['state'] is None


def test_unchanged_lists_are_not_sent_again(row_client, row_server, calls):
    """wire 13.5: polling an unchanged list costs a 304."""
    first = row_client.get(HISTORY + 'participant/')
    again = row_client.get(HISTORY + 'participant/', headers={'If-None-Match': first.headers['ETag']})
    assert again.status_code == requests.codes.not_modified
    row_server.put('history/participant', participant(70, 3))
    assert row_client.get(HISTORY + 'participant/',
                          headers={'If-None-Match': first.headers['ETag']}).status_code == 200
