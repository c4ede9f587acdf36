"""Thousands of rooms in one request, while others go on with their work (wire 8.3, 3)."""
import threading

import rostra

ROOMS = 10000


def test_ten_thousand_rooms_while_others_work(fresh_server):
    client = rostra.Client(fresh_server)
    room = client.create('conference', name='Busy')
    ended, seen, faults = threading.Event(), [], []

    def work(number):
        other = rostra.Client(fresh_server)
        try:
            while not ended.is_set():
                other.change(room, **{('tag', 'description')[number % 2]: f'x{len(seen)}'})
                seen.append(other.read('conference/', name__startswith='Bulk ', limit=1)['meta']['total_count'])
                assert other.get(room).status_code == 200
        except Exception as e:      # a thread has nobody else to tell
            faults.append(e)
        other.session.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    objects = [{'name': f'Bulk {n}', 'service_type': 'conference',
                'aliases': [{'alias': f'bulk{n}'}, {'alias': f'bulk{n}@example.com'}]} for n in range(ROOMS)]
    answer = client.patch('conference/', {'objects': objects})
    ended.set()
    for thread in threads:
        thread.join()
    assert answer.status_code == 202, answer.text
    assert not faults and set(seen) <= {0, ROOMS}       # all or nothing, also for who looks on
    check_and_delete(client)
    client.session.close()
    fresh_server.stop()
    assert fresh_server.run('check').returncode == 0


def check_and_delete(client):
    page = client.read('conference/', name__startswith='Bulk ', limit=0)
    assert page['meta']['limit'] == 10000 and page['meta']['total_count'] == ROOMS
    assert [(one['name'], [a['alias'] for a in one['aliases']]) for one in page['objects']] == [
        (f'Bulk {n}', [f'bulk{n}', f'bulk{n}@example.com']) for n in range(ROOMS)]
    assert client.read('conference_alias/', limit=1)['meta']['total_count'] == 2 * ROOMS
    assert [one['name'] for one in client.objects('conference/', aliases__alias='bulk777')] == ['Bulk 777']
    assert client.delete('conference/?name__startswith=Bulk%20').status_code == 204
    assert client.read('conference_alias/')['meta']['total_count'] == 0


def test_too_many_objects(client):
    """A request touches 100,000 rows at most; nothing of a larger one is stored."""
    body = b'{"objects": [' + b','.join(b'{"name":"N%d"}' % n for n in range(100001)) + b']}'
    answer = client.patch('conference/', body)
    assert answer.status_code == 400 and set(answer.json()) == {'error'}
    assert client.objects('conference/', name='N1') == []
