from django.urls import include, path
from tastypie.api import Api

from confapi.api import ConferenceAliasResource, ConferenceResource

v1 = Api(api_name='v1')
v1.register(ConferenceResource())
v1.register(ConferenceAliasResource())
urlpatterns = [path('api/admin/configuration/', include(v1.urls))]
