"""What was answered is there after a stop and after a kill; the store is sound."""
import signal

import pytest
import rostra


def snapshot(client):
    names = ('conference', 'conference_alias', 'automatic_participant', 'ivr_theme', 'device', 'global', 'dns_server',
             'system_location', 'administrator', 'role')
    return {name: client.objects(f'{name}/') for name in names}


def fill(client):
    server = client.create('dns_server', address='192.0.2.1')
    client.create('system_location', name='P place', dns_servers=[server])
    rooms = [client.create('conference', name=f'P {n}', aliases=[{'alias': f'p.{n}'}]) for n in range(20)]
    client.create('automatic_participant', alias='p.auto', conference=rooms[3:7])
    client.create('device', alias='p.device', password='secret')
    assert client.patch('conference/', {'objects': [{'name': f'P bulk {n}'} for n in range(200)],
                                        'deleted_objects': rooms[:2]}).status_code == 202
    client.change(rooms[5], description='changed')
    client.remove(rooms[6])
    client.change('global/1/', bdpm_enabled=False)
    return rooms


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_is_there_after_a_restart(fresh_server, number):
    client = rostra.Client(fresh_server)
    rooms = fill(client)
    before = snapshot(client)
    client.session.close()
    status = fresh_server.end(number)
    assert status == (-number if number == signal.SIGKILL else 0)
    done = fresh_server.run('check')
    assert done.returncode == 0, done.stdout + done.stderr
    fresh_server.start()
    client = rostra.Client(fresh_server)
    assert snapshot(client) == before
    assert client.create('conference', name='P after') not in rooms
    client.session.close()


def test_a_kill_in_the_middle_of_writes(fresh_server):
    """Each answered write is there, whatever else was going on."""
    client = rostra.Client(fresh_server)
    answered = []
    for round_ in range(3):
        for number in range(30):
            answered.append(client.create('conference', name=f'K {round_} {number}',
                                          aliases=[{'alias': f'k.{round_}.{number}'}]))
        client.session.close()
        fresh_server.kill()
        fresh_server.start()
        client = rostra.Client(fresh_server)
        found = {one['resource_uri']: len(one['aliases']) for one in client.objects('conference/')}
        assert found == {path: 1 for path in answered}
    client.session.close()
    fresh_server.stop()
    assert fresh_server.run('check').returncode == 0
    fresh_server.start()
