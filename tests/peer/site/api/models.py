"""Django models of the described resources."""
import uuid

from django.core import validators
from django.db import models

from .description import RESOURCES, target

ON_DELETE = {'cascade': models.CASCADE, 'null': models.SET_NULL, 'restrict': models.PROTECT}


def new_uuid():
    return str(uuid.uuid4())


def related_name(resource, key, field):
    """The name under which the target shows this relation, if it does."""
    for other_key, other in RESOURCES[target(field)].fields.items():
        if other.get('many') and target(other) == resource.name:
            if key in (other.get('reverse'), other.get('inverse_of')):
                return other_key
    return '+'


def relation(resource, key, field):
    if field.get('many'):
        return models.ManyToManyField(RESOURCES[target(field)].class_name, blank=True,
                                      related_name=related_name(resource, key, field))
    return models.ForeignKey(RESOURCES[target(field)].class_name, ON_DELETE[field['on_delete']],
                             null=field.get('nullable', False), blank=not field.get('required'),
                             related_name=related_name(resource, key, field))


def text(field, common):
    if field.get('generated'):
        common['default'] = new_uuid
    checks = [validators.RegexValidator(field['pattern'])] if 'pattern' in field else []
    choices = [(choice, choice) for choice in field['choices']] if 'choices' in field else None
    return models.CharField(max_length=field.get('max_length', 65536), choices=choices, validators=checks,
                            unique=field.get('unique', False), **common)


def number(field, common):
    checks = [kind(field[key]) for key, kind in
              (('min', validators.MinValueValidator), ('max', validators.MaxValueValidator)) if key in field]
    return models.IntegerField(validators=checks, **common)


def column(field):
    if field['type'] == 'datetime':
        return models.DateTimeField(**{'auto_now' if field['generated'] == 'change' else 'auto_now_add': True})
    common = {'null': field.get('nullable', False), 'blank': not field.get('required')}
    if 'default' in field:
        common['default'] = field['default']
    if field['type'] == 'boolean':
        return models.BooleanField(**common)
    return number(field, common) if field['type'] == 'integer' else text(field, common)


def is_shown_only(field):
    """A relation that is kept at its other end."""
    return field['type'] == 'related' and field.get('many') and \
        (field['kind'] != 'links' or 'inverse_of' in field)


def model(resource):
    meta = {'ordering': ['id'], 'verbose_name': resource.name.replace('_', ' ')}
    members = {'__module__': __name__, 'Meta': type('Meta', (), meta)}
    for key, field in resource.fields.items():
        if key not in ('id', 'resource_uri') and not is_shown_only(field):
            members[key] = relation(resource, key, field) if field['type'] == 'related' else column(field)
    return type(resource.class_name, (models.Model,), members)


MODELS = {name: model(resource) for name, resource in RESOURCES.items()}
