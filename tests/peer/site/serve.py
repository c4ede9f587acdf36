"""Serves the peer on a free port of this machine until its input ends; says "port=N" when it does.

    serve.py USER PASSWORD
"""
import os
import sys
import threading
import wsgiref.simple_server

import django

os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
django.setup()

# What needs Django to be set up.
from django.contrib.auth.models import User                     # noqa: E402
from django.core.management import call_command                 # noqa: E402
from django.core.wsgi import get_wsgi_application               # noqa: E402

from api.description import RESOURCES                           # noqa: E402
from api.models import MODELS                                   # noqa: E402


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format, *args):
        pass




def seed(user, password):
    call_command('migrate', run_syncdb=True, verbosity=0)
    User.objects.create_superuser(user, 'nobody@example.com', password)
    for name, resource in RESOURCES.items():
        for row in resource.seeds:
            MODELS[name].objects.create(id=row['id'], **row['values'])


def main(user, password):
    server = wsgiref.simple_server.make_server('127.0.0.1', 0, None, handler_class=Handler)
    seed(user, password)
    server.set_app(get_wsgi_application())
    print(f'port={server.server_port}', flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


main(*sys.argv[1:])
