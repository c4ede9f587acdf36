"""Tastypie resources over the models: the framework as it comes, with Django's own validation of forms."""
from django import forms
from tastypie import fields
from tastypie.authentication import BasicAuthentication
from tastypie.authorization import Authorization
from tastypie.constants import ALL, ALL_WITH_RELATIONS
from tastypie.resources import ModelResource
from tastypie.validation import FormValidation

from .description import RESOURCES, target
from .models import MODELS

METHODS = ['get', 'post', 'put', 'delete', 'patch']
AUTHENTICATION = BasicAuthentication()


def form(name):
    columns = RESOURCES[name].columns()
    checked = [key for key, field in columns.items() if field['type'] not in ('related', 'datetime')]
    return type('Form', (forms.ModelForm,), {'Meta': type('Meta', (), {'model': MODELS[name], 'fields': checked})})


def nested(field):
    """The resource whose objects stand in place of their addresses: without what has many values."""
    target_fields = RESOURCES[target(field)].fields
    shown = field.get('embed') or [key for key, other in target_fields.items() if not other.get('many')]
    return resource(target(field), [key for key in shown if key in target_fields])


def relation(field, key):
    full = field.get('full', False)
    to = nested(field) if full else f'api.registered.{RESOURCES[target(field)].class_name}'
    nullable = field.get('nullable', False) or not field.get('required')
    if not field.get('many'):
        return fields.ToOneField(to, key, full=full, null=nullable, blank=nullable)
    return fields.ToManyField(to, key, full=full, null=True, blank=True, related_name=field.get('reverse'))


def resource(name, shown=None):
    """shown: the only fields, for nested objects."""
    description = RESOURCES[name]
    known = description.fields
    meta = {
        'queryset': MODELS[name].objects.all(), 'resource_name': name, 'api_name': 'v1', 'allowed_methods': METHODS,
        'authentication': AUTHENTICATION, 'authorization': Authorization(),
        'validation': FormValidation(form_class=form(name)),
        'filtering': {key: ALL_WITH_RELATIONS if field['type'] == 'related' else ALL for key, field in known.items()},
        'ordering': ['id', *description.ordering],
        'include_resource_uri': shown is None or 'resource_uri' in shown,
        'excludes': [key for key in known if shown is not None and key not in shown]}
    members = {key: relation(field, key) for key, field in known.items()
               if field['type'] == 'related' and (shown is None or key in shown)}
    return type(description.class_name, (ModelResource,), {'Meta': type('Meta', (), meta), **members})
