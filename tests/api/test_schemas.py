"""Schema documents of all roots, as the command line client reads them."""
import pytest
import resources

TYPES = {'string', 'boolean', 'datetime', 'date', 'time', 'integer', 'float', 'related', 'list', 'file'}
READ_ONLY = [r for family in ('status', 'history') for r in resources.family(family)]
COMMANDS = resources.commands()


@pytest.mark.parametrize('resource', READ_ONLY + COMMANDS, ids=lambda r: r.path.strip('/').split('v1/')[1])
def test_schema(client, resource):
    """wire 2.1, 2.2"""
    schema = client.read(resource.path + 'schema/')
    assert (schema['default_format'], schema['default_limit']) == ('application/json', 20)
    assert set(schema['fields']) == set(resource.by_name)
    command = resource in COMMANDS
    assert schema['allowed_list_http_methods'] == resource.list_methods
    assert schema['allowed_detail_http_methods'] == (['post'] if command else resource.detail_methods)
    for field in resource.fields:
        shown = schema['fields'][field.name]
        assert shown['type'] in TYPES and isinstance(shown['help_text'], str), field
        assert all(isinstance(shown[key], bool) for key in ('blank', 'nullable', 'readonly', 'unique')), field
        if field.required:
            assert not shown['blank'] and not shown['nullable'] and 'default' not in shown, field


@pytest.mark.parametrize('name', ['conference', 'ivr_theme', 'end_user'])
def test_no_filter_is_called_like_a_query_word(client, name):
    """wire 2.2"""
    schema = client.read(f'{name}/schema/')
    assert not {'limit', 'page_size', 'stream', 'object_id'} & set(schema['filtering'])
    assert set(schema['ordering']) <= set(schema['fields'])


def test_bounds_are_in_the_help(client):
    """wire 2.1"""
    fields = client.read('conference/schema/')['fields']
    assert '250' in fields['name']['help_text']
    assert '128' in fields['max_callrate_in']['help_text'] and '8192' in fields['max_callrate_in']['help_text']


def test_uuids_are_made_anew(client):
    """wire 2.1, 7"""
    first, second = (client.read('ivr_theme/schema/')['fields']['uuid']['default'] for _ in range(2))
    assert len(first) == 36 and first != second
