from tastypie import fields
from tastypie.authorization import Authorization
from tastypie.constants import ALL, ALL_WITH_RELATIONS
from tastypie.resources import ModelResource

from .auth import CachedBasic
from .fieldlist import FIELDS
from .models import Conference, ConferenceAlias

METHODS = ['get', 'post', 'put', 'patch', 'delete']
AUTHENTICATION = CachedBasic()


class ConferenceAliasResource(ModelResource):
    conference = fields.ToOneField('confapi.api.ConferenceResource', 'conference')

    class Meta:
        queryset = ConferenceAlias.objects.select_related('conference')
        resource_name = 'conference_alias'
        authentication = AUTHENTICATION
        authorization = Authorization()
        allowed_methods = METHODS
        filtering = {'id': ALL, 'alias': ALL, 'description': ALL, 'creation_time': ALL,
                     'conference': ALL_WITH_RELATIONS}
        ordering = ['id', 'alias']


class EmbeddedAliasResource(ConferenceAliasResource):
    class Meta(ConferenceAliasResource.Meta):
        include_resource_uri = False


class ConferenceResource(ModelResource):
    aliases = fields.ToManyField(EmbeddedAliasResource, 'aliases', related_name='conference', full=True, null=True,
                                 blank=True)

    class Meta:
        queryset = Conference.objects.prefetch_related('aliases')
        resource_name = 'conference'
        authentication = AUTHENTICATION
        authorization = Authorization()
        allowed_methods = METHODS
        filtering = dict({name: ALL for name, _, _ in FIELDS}, id=ALL, aliases=ALL_WITH_RELATIONS)
        ordering = ['id'] + [name for name, _, _ in FIELDS]
