from django.apps import AppConfig
from django.db.backends.signals import connection_created


def make_durable(connection, **_):
    """As Rostra does: a commit is on disk before it is answered."""
    with connection.cursor() as cursor:
        cursor.execute('PRAGMA journal_mode=WAL')
        cursor.execute('PRAGMA synchronous=FULL')


class ConfapiConfig(AppConfig):
    name = 'confapi'

    def ready(self):
        connection_created.connect(make_durable, weak=False)
