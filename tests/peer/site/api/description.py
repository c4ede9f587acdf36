"""The resources of the peer and their fields, read from Rostra's own model."""
import json
import pathlib

MODEL = pathlib.Path(__file__).resolve().parents[4] / 'model' / 'configuration'
NAMES = ('ivr_theme', 'dns_server', 'system_location', 'conference', 'conference_alias', 'automatic_participant')


class Resource:
    def __init__(self, name):
        text = json.loads((MODEL / f'{name}.json').read_text(encoding='utf-8'))
        self.name = name
        self.ordering = text['ordering']
        self.seeds = text.get('seeds', [])
        self.fields = {key: field for key, field in text['fields'].items() if is_known(field)}
        self.left_out = text['fields'].keys() - self.fields.keys()

    @property
    def class_name(self):
        return self.name.title().replace('_', '')

    def columns(self):
        """Fields with a column of their own."""
        return {key: field for key, field in self.fields.items()
                if not field.get('many') and key not in ('id', 'resource_uri')}


def is_known(field):
    """Leaves out files, what is computed, relations to resources that the peer hasn't got, and the two fields whose
    default is the empty text though they may be null: the framework stores null for it."""
    if field['type'] == 'file' or field.get('computed') or (field.get('nullable') and field.get('default') == ''):
        return False
    return field['type'] != 'related' or target(field) in NAMES


def target(field):
    return field['related'].split('/')[1]


RESOURCES = {name: Resource(name) for name in NAMES}
