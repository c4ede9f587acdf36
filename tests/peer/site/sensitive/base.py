"""SQLite whose text filters tell small letters from capitals where PostgreSQL does."""
from django.db.backends.sqlite3 import base, operations

FOLDED = ('iexact', 'icontains', 'istartswith', 'iendswith')


def upper(value):
    return None if value is None else str(value).upper()


class DatabaseOperations(operations.DatabaseOperations):
    def lookup_cast(self, lookup_type, internal_type=None):
        return 'UPPER(%s)' if lookup_type in FOLDED else '%s'


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    operators = {**base.DatabaseWrapper.operators, 'iexact': "LIKE UPPER(%s) ESCAPE '\\'",
                 **{name: "LIKE UPPER(%s) ESCAPE '\\'" for name in FOLDED}}

    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.create_function('UPPER', 1, upper, deterministic=True)
        connection.execute('PRAGMA case_sensitive_like = ON')
        return connection
