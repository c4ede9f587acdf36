"""Shapes and words of errors; that each answer fits them is looked at by traffic.py."""
import pytest
import traffic


@pytest.mark.parametrize('query', [
    'limit=404', 'limit=lookup', 'offset=not found', 'name__404=x', 'name__lookup=x', 'order_by=404', 'order_by=lookup',
    'order_by=Not Found', 'participant_limit=404', 'participant_limit=not found', 'participant_limit__lookup=1',
    'aliases__404=1', 'name__regex=(404', 'creation_time__gt=404', 'ivr_theme=404x', 'participant_limit__range=404',
    'format=xml',
    'name__not found=x'])
@pytest.mark.parametrize('method', ['GET', 'DELETE'])
def test_words_that_mean_gone(client, method, query):
    """wire 10.4, check 16: no such error repeats what the client sent."""
    answer = client.request(method, 'conference/?name=nobody&' + query)     # paging alone would delete all
    if answer.status_code >= 400:
        assert not any(word in answer.text for word in traffic.GONE_WORDS)


def test_markup_is_escaped(client):
    """wire 10.2: & < > as entities, quotes not."""
    answer = client.get('conference/', params={'order_by': '<b>&"\''})
    assert answer.status_code == 400
    assert '<' not in answer.text and '>' not in answer.text


def test_the_body_of_a_syntax_error(client):
    """wire 7"""
    for body in (b'', b'{'):
        assert client.post('conference/', body).json()['error'].startswith('The body is not valid JSON')


def test_the_shape_of_a_validation_error(client):
    """wire 10.3: one key outside, arrays of texts inside; children under the parent's field."""
    body = client.post('conference/', {'name': 'x' * 251, 'aliases': [{'alias': 'y' * 251}]}).json()
    assert set(body) == {'conference'} and set(body['conference']) == {'aliases', 'name'}


def test_duplicates_and_only_those_say_already_exists(client):
    """wire 10.4"""
    client.create('conference', name='Existing', aliases=[{'alias': 'existing'}])
    for answer in (client.post('conference/', {'name': 'Existing'}),
                   client.post('conference/', {'name': 'y', 'aliases': [{'alias': 'existing'}]})):
        assert answer.status_code == 400 and 'already exists' in answer.text
    for body in ({}, {'name': ''}, {'name': 'y', 'pin': 'x'}, {'name': 'y', 'aliases': ['nonsense']}):
        assert 'already exists' not in client.post('conference/', body).text
