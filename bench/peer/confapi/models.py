from django.db import models
from django.utils import timezone

from .fieldlist import FIELDS

TEXT_MAX = 250


def column(name, kind, default):
    if name == 'name':
        return models.CharField(max_length=TEXT_MAX, unique=True)
    if kind == 's':
        return models.CharField(max_length=TEXT_MAX, blank=True, default=default)
    if kind == 'ns':
        return models.CharField(max_length=TEXT_MAX, blank=True, null=True, default=default)
    if kind == 'b':
        return models.BooleanField(default=default)
    if kind == 'i':
        return models.IntegerField(default=default)
    if kind == 'ni':
        return models.IntegerField(null=True, blank=True, default=default)
    return models.DateTimeField(default=timezone.now)


Conference = type('Conference', (models.Model,), {
    **{name: column(name, kind, default) for name, kind, default in FIELDS}, '__module__': __name__,
    'Meta': type('Meta', (), {'ordering': ['id']})})


class ConferenceAlias(models.Model):
    alias = models.CharField(max_length=TEXT_MAX, unique=True)
    conference = models.ForeignKey(Conference, related_name='aliases', on_delete=models.CASCADE)
    description = models.CharField(max_length=TEXT_MAX, blank=True, default='')
    creation_time = models.DateTimeField(default=timezone.now)
    view_order = models.IntegerField(default=0)

    class Meta:
        ordering = ['id']
