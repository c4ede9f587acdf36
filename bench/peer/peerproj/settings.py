"""The peer on SQLite; BENCH_WORK is the folder of its database."""
import os

SECRET_KEY = 'bench-only'
DEBUG = False
ALLOWED_HOSTS = ['*']
USE_TZ = False
TIME_ZONE = 'UTC'
ROOT_URLCONF = 'peerproj.urls'
WSGI_APPLICATION = 'peerproj.wsgi.application'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'tastypie', 'confapi']
MIDDLEWARE = ['django.middleware.common.CommonMiddleware']
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 << 20
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'CONN_MAX_AGE': 60, 'OPTIONS': {'timeout': 20},
                         'NAME': os.path.join(os.environ['BENCH_WORK'], 'peer.sqlite3')}}
API_LIMIT_PER_PAGE = 20
TASTYPIE_DEFAULT_FORMATS = ['json']
LOGGING = {'version': 1, 'disable_existing_loggers': False,   # failures on stderr, nothing else
           'handlers': {'stderr': {'class': 'logging.StreamHandler', 'level': 'ERROR'}},
           'loggers': {'django.request': {'handlers': ['stderr'], 'level': 'ERROR', 'propagate': False}}}
