from api.registered import API
from django.urls import include, path

urlpatterns = [path('api/admin/configuration/', include(API.urls))]
