"""The resources that have an address, by the names under which others refer to them."""
from tastypie.api import Api

from .description import RESOURCES
from .resources import resource

API = Api(api_name='v1')
for _name, _description in RESOURCES.items():
    globals()[_description.class_name] = resource(_name)
    API.register(globals()[_description.class_name]())
