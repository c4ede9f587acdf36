"""Makes the peer's database in BENCH_WORK: tables, the account, N conferences with two aliases each.

    seed.py N
"""
import os
import sys

import django

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'peerproj.settings')
django.setup()

# Django's models can be imported after setup() only.
from django.contrib.auth.models import User                          # noqa: E402
from django.core.management import call_command                      # noqa: E402
from django.db import connection, transaction                        # noqa: E402

from confapi.models import Conference, ConferenceAlias               # noqa: E402


def main(n):
    call_command('migrate', run_syncdb=True, verbosity=0)
    User.objects.create_superuser('admin', 'admin@example.com', 'benchpass')
    with transaction.atomic():
        Conference.objects.bulk_create([Conference(
            id=i + 1, name=f'Meeting Room {i:05d}', description='Seeded for the bench', pin=f'{i:06d}',
            primary_owner_email_address=f'owner{i:05d}@example.com', tag='seed') for i in range(n)], batch_size=20)
        ConferenceAlias.objects.bulk_create([ConferenceAlias(conference_id=i + 1, alias=alias) for i in range(n)
                                             for alias in (f'room{i:05d}@example.com', f'8{i:05d}')], batch_size=200)
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
        cursor.execute('PRAGMA wal_checkpoint(TRUNCATE)')


main(int(sys.argv[1]))
