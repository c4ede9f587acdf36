"""A database in memory: the peer has one thread and lives as long as the tests. Its failures show in its answers."""
SECRET_KEY = 'tests-only'
DEBUG = False
ALLOWED_HOSTS = ['*']
USE_TZ = False
TIME_ZONE = 'UTC'
ROOT_URLCONF = 'urls'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'tastypie', 'api']
MIDDLEWARE = ['django.middleware.common.CommonMiddleware']
PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
DATABASES = {'default': {'ENGINE': 'sensitive', 'NAME': ':memory:'}}
API_LIMIT_PER_PAGE = 20
TASTYPIE_DEFAULT_FORMATS = ['json']
LOGGING_CONFIG = None
