"""Conditional requests (ETag): polling that costs nothing, and saving that overwrites nobody."""
import re

import pytest


def tag(client, path):
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers['ETag'].startswith('"')
    return answer.headers['ETag']


def unchanged(client, path, known):
    answer = client.get(path, headers={'If-None-Match': known})
    assert answer.status_code in (200, 304)
    assert answer.status_code == 200 or answer.content == b'' and answer.headers['ETag']
    return answer.status_code == 304


@pytest.fixture
def room(client):
    return client.create('conference', name='E room', aliases=[{'alias': 'e.1'}])


def test_an_object_that_did_not_change(client, room):
    known = tag(client, room)
    for header in (known, 'W/' + known, f'"other", {known}', '*'):
        assert unchanged(client, room, header), header
    assert not unchanged(client, room, '"other"')


def test_everything_that_an_object_shows_changes_its_tag(client, room):
    """Its own fields, its children, and what it shows of others."""
    theme = client.create('ivr_theme', name='E theme')
    participant = client.create('automatic_participant', alias='e.auto')
    alias = f'conference_alias/{client.read(room)["aliases"][0]["id"]}/'
    known = tag(client, room)
    for path, body in ((room, {'description': 'x'}), (alias, {'description': 'x'}), (room, {'ivr_theme': theme}),
                       (theme, {'name': 'E other'}), (participant, {'conference': [room]}),
                       (participant, {'alias': 'e.new'}),
                       (participant, {'conference': []}), (room, {'aliases': []})):
        client.change(path, **body)
        assert not unchanged(client, room, known), (path, body)
        known = tag(client, room)
    client.change(room, description='x')        # as it was
    assert unchanged(client, room, known)


def test_the_epoch_names_the_renderer(client, room):
    """So that a release that shows the same rows differently makes all tags new."""
    tags = [tag(client, path).strip('"').split('-') for path in (room, 'ivr_theme/1/', 'conference/')]
    assert len({epoch for epoch, *_ in tags}) == 1
    assert re.fullmatch('[0-9a-f]{24}', tags[0][0])        # 16 of the store's, 8 of the code's


def test_lists(client, room):
    """A list's tag covers all that its objects show, and is another for another query."""
    for query in ('', '?limit=1', '?name__startswith=E%20'):
        known = tag(client, 'conference/' + query)
        assert unchanged(client, 'conference/' + query, known)
    client.create('conference_alias', alias='e.2', conference=room)
    assert not unchanged(client, 'conference/?name__startswith=E%20', known)


def test_saving_overwrites_nobody(client, room):
    known = tag(client, room)
    client.change(room, description='by somebody else')
    for method, body in (('PATCH', {'description': 'mine'}), ('PUT', {'description': 'mine'}), ('DELETE', None)):
        answer = client.request(method, room, headers={'If-Match': known}, **({'json': body} if body else {}))
        assert answer.status_code == 412 and set(answer.json()) == {'error'}
    assert client.read(room)['description'] == 'by somebody else'
    for header in (tag(client, room), '*'):
        assert client.patch(room, {'description': header}, headers={'If-Match': header}).status_code == 202
    assert client.delete(room, headers={'If-Match': 'W/' + tag(client, room)}).status_code == 204


def test_a_renamed_theme_does_not_break_the_saving_of_a_room(client, room):
    theme = client.create('ivr_theme', name='E theme')
    client.change(room, ivr_theme=theme)
    known = tag(client, room)
    client.change(theme, name='E renamed')
    assert not unchanged(client, room, known)
    assert client.patch(room, {'tag': 'x'}, headers={'If-Match': known}).status_code == 202
